"""Assumptions out of a YAML file and `--set PATH=VALUE`, every mistake at its line; and what was changed by whom.

The same units and the same strictness as in a scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vinfra import document as documents
from vinfra import facts
from vinfra.document import Document
from vinfra.errors import InputError, Place, Problem, dotted, suggest
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.choosing import mistakes
from vinfra.scenario.overrides import Override, apply
from vinfra.validate import validate

SET = "--set"
EMPTY = Document({}, {(): Place("assumptions")})


@dataclass(frozen=True, slots=True)
class Assumed:
    """The assumptions, and the place of every value that somebody wrote, by its path (`sizing.cpu_percentile`)."""

    values: Assumptions
    written: Mapping[str, Place]


def assumed(file: str | Path | None = None, sets: Iterable[str] = (), targets: Iterable[str] = ()) -> Assumed:
    """What is assumed; `targets` win over those of the file. InputError with every problem."""
    document = EMPTY if file is None else documents.read(file)
    if not isinstance(document.data, dict):
        raise InputError.at(document.places[()], "assumptions are a mapping, such as `sizing: {cpu_percentile: 95}`")
    for text in sets:
        document = apply(document, _setting(text))
    if chosen := list(targets):
        document = apply(document, Override("targets", chosen, {(): Place("--target")}))
    values = validate(Assumptions, document.data, document.places)
    _check_names(values, document)
    leaves = {path: place for path, place in document.places.items() if path and _is_leaf(document.data, path)}
    return Assumed(
        values, {".".join(str(key) for key in path): place for path, place in sorted(leaves.items(), key=str)}
    )


def _setting(text: str) -> Override:
    path, equals, value = text.partition("=")
    here = Place(SET)
    if not equals:
        cure = "write --set PATH=VALUE, such as --set sizing.cpu_percentile=98"
        raise InputError.at(here, f"'{text}' sets nothing; {cure}")
    return Override(path.strip(), documents.scalar(value.strip(), here), {(): here})


def _check_names(values: Assumptions, document: Document) -> None:
    """Targets and servers must be known."""
    problems = []
    for path, what in mistakes(values):
        problems.append(Problem(_nearest(document, path), dotted(path), what))
    for name in sorted(values.costs.prices.keys() - set(facts.names("editions"))):
        place = document.places.get(("costs", "prices", name), document.places[()])
        cure = suggest(name, facts.names("editions"))
        problems.append(Problem(place, f"costs.prices.{name}", f"no edition '{name}'{cure}"))
    server = values.hosts.server
    if server is not None and server not in facts.names("servers"):
        place = document.places[("hosts", "server")]
        problems.append(
            Problem(place, "hosts.server", f"no server '{server}'{suggest(server, facts.names('servers'))}")
        )
    storage = {"raid": values.storage.raid, "disks": values.storage.disks.partition(" x ")[2]}
    for key, name in storage.items():
        if name not in facts.names(key):
            place = document.places.get(("storage", key), document.places[()])
            what = {"raid": "RAID level", "disks": "disk"}[key]
            problems.append(Problem(place, f"storage.{key}", f"no {what} '{name}'{suggest(name, facts.names(key))}"))
    if problems:
        raise InputError(problems)


def _nearest(document: Document, path: tuple[str | int, ...]) -> Place:
    """Where a value, or what holds it, was written."""
    while path and path not in document.places:
        path = path[:-1]
    return document.places[path]


def _is_leaf(data: Any, path: tuple[str | int, ...]) -> bool:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return not isinstance(data, dict) and not any(isinstance(key, int) for key in path)
