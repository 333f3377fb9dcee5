"""Plug-ins as a file names them: by their name alone, or by a mapping of a word and their parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from vinfra.document import Document
from vinfra.errors import InputError, Problem, dotted
from vinfra.scenario import catalog
from vinfra.scenario.references import place
from vinfra.validate import validate

Key = tuple[str | int, ...]
T = TypeVar("T")


def gather(problems: list[Problem], work: Callable[[], T]) -> T | None:
    """The result of the work, or None after adding what was wrong to the problems."""
    try:
        return work()
    except InputError as wrong:
        problems += wrong.problems
        return None


def chosen(document: Document, at: Key, entry: Any, word: str, kind: str, besides: Iterable[str] = ()) -> Any:
    """The plug-in that the entry at a place names: with `word`, or as nothing but its name. The keys `besides` are none
    of its parameters."""
    registry, name = catalog.PLUGINS[kind], entry if isinstance(entry, str) else entry.get(word)
    if name is None:
        path = dotted((*at, word))
        raise InputError.at(place(document, at), f"is missing: add `{word}` (vinfra list {kind})", path)
    if name not in registry:
        named = at if isinstance(entry, str) else (*at, word)
        raise InputError.at(place(document, named), registry.unknown(str(name)), dotted(named))
    parameters = {} if isinstance(entry, str) else {k: v for k, v in entry.items() if k not in (word, *besides)}
    return validate(registry[name], parameters, document.places, at)
