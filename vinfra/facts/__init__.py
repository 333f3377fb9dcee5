"""Facts: every number about the world, in YAML beside this file, with the source of each value.

facts/<kind>/<name>.yaml is a mapping of values. `source` and `tag` at its top hold for all of them; a value written as
{value: ..., source: ..., tag: ..., note: ...} has its own. `recalled: true` marks what was quoted from memory.
Tags: measured, specified (a vendor's data sheet), derived (arithmetic on sourced numbers), fitted, assumed.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from vinfra import document as documents
from vinfra.document import Document
from vinfra.errors import InputError, Place, Problem, dotted, suggest
from vinfra.spec import Spec
from vinfra.validate import validate

TAGS = ("measured", "specified", "derived", "fitted", "assumed")
ROOT = Path(__file__).parent
ABOUT = {"source", "tag", "note", "recalled"}
Key = tuple[str | int, ...]
S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from; `recalled` when the source was quoted from memory."""

    source: str
    tag: str
    note: str = ""
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One file: plain values, where each stands, and where each comes from; () is the file itself.

    A path inherits its provenance from what holds it, so every path has one.
    """

    kind: str
    name: str
    data: dict[str, Any]
    places: Mapping[Key, Place]
    provenance: Mapping[Key, Provenance]


def kinds() -> list[str]:
    """The kinds there are, sorted."""
    return sorted(folder.name for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith("_"))


@functools.cache
def names(kind: str) -> tuple[str, ...]:
    """Names of the facts of a kind, sorted; found by their files, without reading them."""
    return tuple(sorted(path.stem for path in (ROOT / kind).glob("*.yaml")))


def read(kind: str) -> dict[str, Fact]:
    """All facts of a kind by name, sorted."""
    return {name: read_one(kind, name) for name in names(kind)}


@functools.cache
def read_one(kind: str, name: str) -> Fact:
    """One fact; KeyError with a suggestion when there is none, InputError for what is wrong with its file."""
    if name not in names(kind):
        raise KeyError(f"no {kind.removesuffix('s')} '{name}'{suggest(name, names(kind))}")
    document = documents.read(ROOT / kind / f"{name}.yaml", shown=f"vinfra/facts/{kind}/{name}.yaml")
    return _Unwrapped(kind, name, document).fact()


@functools.cache
def load(kind: str, name: str, spec: type[S]) -> S:
    """One fact as its Spec; KeyError with a suggestion when there is none, InputError for what is wrong in its file."""
    fact = read_one(kind, name)
    return validate(spec, fact.data, fact.places)


class _Unwrapped:
    """Takes values out of their {value, source, tag} wrappers and keeps where they come from."""

    def __init__(self, kind: str, name: str, document: Document) -> None:
        self.kind, self.name, self.document = kind, name, document
        self.places: dict[Key, Place] = {}
        self.provenance: dict[Key, Provenance] = {}
        self.problems: list[Problem] = []

    def fact(self) -> Fact:
        """The fact; InputError with every problem."""
        data = self.document.data
        if not isinstance(data, dict):
            raise InputError.at(self.document.places[()], "a fact is a mapping of values with `source` and `tag`")
        whole = self._provenance(data, (), None)
        values = {key: value for key, value in data.items() if key not in ABOUT}
        self.places[()], self.provenance[()] = self.document.places[()], whole
        plain = {key: self._value(value, (key,), (key,), whole) for key, value in values.items()}
        if self.problems:
            raise InputError(self.problems)
        return Fact(self.kind, self.name, plain, self.places, self.provenance)

    def _value(self, value: Any, written: Key, path: Key, above: Provenance) -> Any:
        self.places[path] = self.document.places[written]
        if isinstance(value, dict) and "value" in value:
            for extra in sorted(set(value) - ABOUT - {"value"}):
                self._wrong((*written, extra), f"unknown key '{extra}' beside `value`{suggest(extra, ABOUT)}")
            above = self._provenance(value, written, above)
            value, written = value["value"], (*written, "value")
        self.provenance[path] = above
        if isinstance(value, dict):
            return {key: self._value(inner, (*written, key), (*path, key), above) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._value(inner, (*written, index), (*path, index), above) for index, inner in enumerate(value)]
        return value

    def _provenance(self, entry: Mapping[str, Any], written: Key, above: Provenance | None) -> Provenance:
        """What an entry says of itself, else what holds for the whole that it is in."""
        source, tag = entry.get("source", above and above.source), entry.get("tag", above and above.tag)
        note = entry.get("note", "")
        recalled = entry.get("recalled", "source" not in entry and above and above.recalled)
        if not isinstance(source, str) or not source.strip():
            self._wrong(written, "has no `source`: say where its numbers come from")
        if tag not in TAGS:
            self._wrong(written, f"must have a `tag`, one of {', '.join(TAGS)}" + (f"; got {tag!r}" if tag else ""))
        if not isinstance(note, str):
            self._wrong((*written, "note"), f"must be text, got {note!r}: quote it")
        if not isinstance(recalled, bool | None):
            self._wrong((*written, "recalled"), f"must be true or false, got {recalled!r}")
        return Provenance(str(source), str(tag), str(note), recalled is True)

    def _wrong(self, written: Key, message: str) -> None:
        self.problems.append(Problem(self.document.places[written], dotted(written), message))
