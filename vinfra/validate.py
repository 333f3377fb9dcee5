"""From plain data to a Spec: what pydantic finds wrong, said in our words, at the line and column it was written:
`lab.yaml:7:5 hosts.esx1.cores: must be at least 1, got 0`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vinfra.errors import InputError, Place, Problem, dotted, suggest

__all__ = ["dotted", "validate"]

S = TypeVar("S", bound=BaseModel)
Key = tuple[str | int, ...]

WANTED = {  # the value is of the wrong type; several of these at one place are the branches of a union
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "dataclass_type": "a mapping of keys and values",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "none_required": "nothing",
}
SENTENCES = {
    "greater_than_equal": "must be at least {ge:.12g}, got {got}",
    "greater_than": "must be above {gt:.12g}, got {got}",
    "less_than_equal": "must be at most {le:.12g}, got {got}",
    "less_than": "must be below {lt:.12g}, got {got}",
    "multiple_of": "must be a multiple of {multiple_of:.12g}, got {got}",
    "finite_number": "must be a finite number, got {got}",
    "too_short": "must have at least {min_length} in it, has {actual_length}",
    "too_long": "must have at most {max_length} in it, has {actual_length}",
    "string_too_short": "must have at least {min_length} characters, got {got}",
    "string_too_long": "must have at most {max_length} characters, got {got}",
    "missing": "is missing: add `{key}`",
}


def validate(spec: type[S], data: Any, places: Mapping[Key, Place], prefix: Key = ()) -> S:
    """`data` as a Spec; `prefix` is where in the document it stands. InputError with every problem, each at its place.

    A key that is missing is shown at what should hold it. `places` has at least the place of (), as a Document has.
    """
    try:
        return spec.model_validate(data)
    except ValidationError as wrong:
        found = _by_path(data, wrong.errors(include_url=False))
    problems = []
    for path, errors in found.items():
        for message in sorted(set(_sentences(spec, data, path, errors))):
            full = (*prefix, *path)
            problems.append(Problem(_nearest(places, full), dotted(full), message))
    raise InputError(problems)


def _by_path(data: Any, errors: Iterable[ErrorDetails]) -> dict[Key, list[ErrorDetails]]:
    """Errors by where in the data they are. Where a branch of a union went deeper, that it is no text says nothing."""
    found: dict[Key, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_path(data, error), []).append(error)
    above = {path[:depth] for path in found for depth in range(len(path))}
    for path in above & found.keys():
        found[path] = [error for error in found[path] if not _is_shape(error)]
    return found


def _is_shape(error: ErrorDetails) -> bool:
    """The value is of another type, or none of the words: what every branch of a union but one has to say."""
    return error["type"] in WANTED or error["type"] == "literal_error"


def _path(data: Any, error: ErrorDetails) -> Key:
    """The error's path in the data: pydantic also puts the branches of unions into it, and `[key]` for a key itself."""
    path: list[str | int] = []
    for part in error["loc"]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            if error["type"] != "missing" or part != error["loc"][-1]:
                continue
        path.append(part)
    return tuple(path)


def _sentences(spec: type[BaseModel], data: Any, path: Key, errors: list[ErrorDetails]) -> Iterator[str]:
    """What is wrong at one path: what can be said of the value itself, else what type or word was wanted instead."""
    exact = [error for error in errors if not _is_shape(error)]
    for error in exact:
        yield _sentence(spec, data, path, error)
    if errors and not exact:
        yield _shape(data, path, errors)


def _shape(data: Any, path: Key, errors: list[ErrorDetails]) -> str:
    written = _at(data, path)
    words = [word for error in errors for word in _words(error)]
    wanted = [WANTED[error["type"]] for error in errors if error["type"] in WANTED]
    parts = list(dict.fromkeys(wanted))
    if words:
        parts.append(f"one of {', '.join(words)}" if len(words) > 1 else f"'{words[0]}'")
    sentence = f"must be {' or '.join(parts)}{';' if len(words) > 1 else ','} got {_got(written)}"
    if "text" in parts and isinstance(written, int | float):
        number = "" if isinstance(written, bool) else "the number "
        return f"must be {' or '.join(parts)}, got {number}{_got(written)}: quote it"
    if not words or not isinstance(written, str):
        return sentence
    near = suggest(written, words)
    return sentence + near if near.startswith("; did") else sentence


def _words(error: ErrorDetails) -> list[str]:
    """The words a literal allows, out of pydantic's sentence `'read', 'write' or 'both'`."""
    if error["type"] != "literal_error":
        return []
    return [word.strip("'") for word in re.split(r", | or ", str(error["ctx"]["expected"]))]


def _sentence(spec: type[BaseModel], data: Any, path: Key, error: ErrorDetails) -> str:
    kind, context, got = error["type"], dict(error.get("ctx", {})), _got(_at(data, path))
    key = path[-1] if path else ""
    if kind == "quantity":
        return str(error["msg"])
    if kind == "extra_forbidden":
        return f"unknown key '{key}'{suggest(str(key), _keys(spec, path[:-1]))}"
    if kind == "string_pattern_mismatch":
        whose = f"the key {key!r}" if error["loc"][-1] == "[key]" else got
        return f"{_form(str(context['pattern']))}, not {whose}"
    if kind in SENTENCES:
        return SENTENCES[kind].format(**context, got=got, key=key)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", error["msg"]))
    message = str(error["msg"]).replace("Input should be", "must be")
    return f"{message[:1].lower()}{message[1:]}, got {got}"


def _form(pattern: str) -> str:
    """A pattern of a name in words, found by trying it: `must be small letters and digits, joined by -`."""
    if not re.search(pattern, "a1"):
        return f"must have the form {pattern}"
    letters = "letters" if re.search(pattern, "A") else "small letters"
    joints = [f"`{joint}`" for joint in ("-", "_", ".") if re.search(pattern, f"a{joint}a")]
    return f"must be {letters} and digits" + (f", joined by {' or '.join(joints)}" if joints else "")


def _got(value: Any) -> str:
    """The value that was written, short and on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _at(data: Any, path: Key) -> Any:
    """The value as it was written; None where nothing was."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _nearest(places: Mapping[Key, Place], path: Key) -> Place:
    while path not in places and path:
        path = path[:-1]
    return places[path]


def _keys(spec: type[BaseModel], path: Key) -> list[str]:
    """The keys allowed at a path of a Spec, of all the Specs that may stand there."""
    here: list[Any] = [spec]
    for part in path:
        here = [below for kind in here for below in _below(kind, part)]
    models = [kind for one in here for kind in _plain(one) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [info.alias or name for model in models for name, info in model.model_fields.items()]


def _below(kind: Any, part: str | int) -> Iterator[Any]:
    """The types that may stand under a key of a Spec or a mapping, or in a list."""
    for one in _plain(kind):
        if isinstance(one, type) and issubclass(one, BaseModel):
            fields = one.model_fields.items()
            yield from (info.annotation for name, info in fields if part in (name, info.alias))
        elif arguments := [argument for argument in get_args(one) if argument is not Ellipsis]:
            yield arguments[part] if isinstance(part, int) and part < len(arguments) else arguments[-1]


def _plain(kind: Any) -> Iterator[Any]:
    """A type without its annotations, and each branch of a union."""
    if get_origin(kind) is Annotated:
        yield from _plain(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for branch in get_args(kind):
            yield from _plain(branch)
    elif get_origin(kind) is not Literal:
        yield kind
