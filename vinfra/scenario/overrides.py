"""Changing a scenario by path: what `--set`, a variant of `compare` and a row of `sweep` have in common.

A path is keys joined by dots (`hosts.h1.technique`); `*` stands for every name in a section (`hosts.*.technique`).
Values keep the place they were written at, so an error in a variant points at the line of the variant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vinfra.document import Document
from vinfra.errors import InputError, Place, suggest

SECTIONS = (
    "topology",
    "arrays",
    "datastores",
    "hosts",
    "vms",
    "migrations",
    "restores",
    "faults",
    "replication",
    "links",
    "sites",
)
FIXED = ("scenario", "compare", "sweep")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """One change: `places` are the places within the value, () its own; for a plain value just that one."""

    path: str
    value: Any
    places: Mapping[Path, Place]

    @property
    def place(self) -> Place:
        """Where the change was written."""
        return self.places[()]


def written(document: Document, *at: str | int) -> Override:
    """The change that stands in the document at `at`, whose last key is its path."""
    value: Any = document.data
    for key in at:
        value = value[key]
    places = {path[len(at) :]: place for path, place in document.places.items() if path[: len(at)] == at}
    return Override(str(at[-1]), value, places)


def apply(document: Document, override: Override) -> Document:
    """The document with the change made (a new one; what is not on the path is shared)."""
    data, places = document.data, dict(document.places)
    for keys in _targets(data, override):
        data = _with(data, keys, override.value)
        places = {path: place for path, place in places.items() if path[: len(keys)] != keys}
        for depth in range(1, len(keys)):
            places.setdefault(keys[:depth], override.place)
        places.update({(*keys, *path): place for path, place in override.places.items()})
    return Document(data, places)


def _targets(data: Any, override: Override) -> Iterator[tuple[str, ...]]:
    """The paths an override means: itself, or one for each name a `*` stands for."""
    keys = tuple(override.path.split("."))
    if not all(keys):
        raise InputError.at(
            override.place, "is not a path of keys joined by dots, such as hosts.h1.count", override.path
        )
    if keys[0] in FIXED:
        raise InputError.at(override.place, f"`{keys[0]}` cannot be changed by path; edit the file", override.path)
    yield from _below(data, keys, override)


def _below(data: Any, keys: tuple[str, ...], override: Override) -> Iterator[tuple[str, ...]]:
    section = data.get(keys[0]) if isinstance(data, dict) else None
    if keys[0] not in SECTIONS or len(keys) < 3 or not isinstance(section, dict):
        if "*" in keys:
            raise InputError.at(
                override.place,
                f"`*` stands for a name within {', '.join(SECTIONS)}, as in hosts.*.memory",
                override.path,
            )
        yield keys
        return
    names = sorted(section) if keys[1] == "*" else [keys[1]]
    for name in names:
        if name not in section:
            sentence = f"`{keys[0]}` has no '{name}'{suggest(name, section)}"
            raise InputError.at(override.place, sentence, override.path)
        if keys[0] != "sites":
            yield (keys[0], name, *keys[2:])
        elif not (keys[1] == "*" and _has_none(section[name], keys[2:])):
            for rest in _below(section[name], keys[2:], override):
                yield (keys[0], name, *rest)


def _has_none(site: Any, keys: tuple[str, ...]) -> bool:
    """Whether a `*` stands for nothing at a site: it has no VMs, say. Other sites may have some."""
    return len(keys) > 1 and keys[1] == "*" and not (isinstance(site, dict) and site.get(keys[0]))


def _with(data: Any, keys: tuple[str, ...], value: Any) -> Any:
    """A copy of `data` with the value at `keys`; mappings on the way are made where there are none."""
    if not keys:
        return value
    here = dict(data) if isinstance(data, dict) else {}
    here[keys[0]] = _with(here.get(keys[0]), keys[1:], value)
    return here
