"""Names in a scenario that must exist: facts and plug-ins by kind, hosts, datastores and arrays by what the file
defines.

References are checked on what was written, so that a mistake elsewhere in the file hides none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from vinfra.document import Document
from vinfra.errors import Place, Problem, dotted, suggest
from vinfra.operations.migration import migrations
from vinfra.scenario import catalog, references_backup, references_rules
from vinfra.scenario.schema import Scenario

Key = tuple[str | int, ...]
SINGULAR = {"raid": "RAID level"}


def place(document: Document, path: Key) -> Place:
    """Where the value at `path`, or the nearest thing above it, was written."""
    while path not in document.places and path:
        path = path[:-1]
    return document.places[path]


def references(document: Document) -> Iterator[Problem]:
    """Every name that is not known."""
    for path, kind, name in _named(Scenario, document.data, ()):
        if name not in catalog.names(kind):
            plugins = catalog.PLUGINS.get(kind)
            called = SINGULAR.get(kind, kind.removesuffix("s")) if plugins is None else plugins.kind
            yield _unknown(document, path, called, name, catalog.names(kind))
    yield from _collisions(document, "hosts")
    yield from _collisions(document, "vms")
    yield from _collisions(document, "datastores")
    hosts, datastores = _section(document, "hosts"), _section(document, "datastores")
    yield from _networks(document, hosts, datastores)
    for name, datastore in datastores.items():
        yield from _hosts(document, ("datastores", name, "presented_to"), datastore.get("presented_to"), hosts)
    for name, group in _section(document, "vms").items():
        if isinstance(group.get("host"), str) and not is_member(group["host"], hosts):
            yield _unknown(document, ("vms", name, "host"), "host", group["host"], hosts)
        yield from _hosts(document, ("vms", name, "hosts"), group.get("hosts"), hosts)
        if isinstance(group.get("datastore"), str) and not is_member(group["datastore"], datastores):
            yield _unknown(document, ("vms", name, "datastore"), "datastore", group["datastore"], datastores)
    vms = _section(document, "vms")
    for name, move in _section(document, "migrations").items():
        if isinstance(move.get("vms"), str) and not is_member(move["vms"], vms):
            yield _unknown(document, ("migrations", name, "vms"), "VM", move["vms"], vms)
        disk = move.get("method") in migrations and migrations[move["method"]].moves == "disk"
        there = is_member(move.get("to"), datastores if disk else hosts)
        if isinstance(move.get("to"), str) and not there:
            kind, known = ("datastore", datastores) if disk else ("host", hosts)
            yield _unknown(document, ("migrations", name, "to"), kind, move["to"], known)
    yield from _protected(document, hosts, datastores, vms)
    for path, message in references_rules.misshapen(document):
        yield Problem(place(document, path), dotted(path), message)


def _protected(
    document: Document,
    hosts: Mapping[str, Mapping[str, Any]],
    datastores: Mapping[str, Mapping[str, Any]],
    vms: Mapping[str, Mapping[str, Any]],
) -> Iterator[Problem]:
    """Names in `backup`, `restores`, `faults`, `rules` and `admission`; links are parts of the graph, which is not
    built yet."""
    spaces = {name: dict[str, Any]() for name in references_backup.SPACES}
    known = {"host": hosts, "datastore": datastores, "VM": {"all": {}, **vms}, "space": {**spaces, **datastores}}
    for path, kind, name in (*references_backup.named(document), *references_rules.named(document)):
        if kind in known and not is_member(name, known[kind]):
            yield _unknown(document, path, "datastore" if kind == "space" else kind, name, known[kind])


def _networks(
    document: Document, hosts: Mapping[str, Mapping[str, Any]], datastores: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    """Names on segments and in their zones that are no host, no array and no segment."""
    segments = _section(document, "topology")
    arrays = {str(one.get("array")) for one in datastores.values()} | {*_section(document, "arrays")}
    for name, segment in segments.items():
        joins, zones = segment.get("joins"), segment.get("zones")
        for index, joined in enumerate(joins if isinstance(joins, list) else ()):
            if isinstance(joined, str) and not is_member(joined, hosts) and joined not in {*arrays, *segments}:
                path: Key = ("topology", name, "joins", index)
                yield _unknown(document, path, "host or array", joined, {*hosts, *arrays})
        for zone, members in zones.items() if isinstance(zones, dict) else ():
            for index, member in enumerate(members if isinstance(members, list) else ()):
                owner = str(member).partition(".")[0]
                if not is_member(owner, hosts) and owner not in arrays:
                    path = ("topology", name, "zones", zone, index)
                    yield _unknown(document, path, "host or array", owner, {*hosts, *arrays})


def _hosts(document: Document, path: Key, listed: Any, hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """Names in a list of hosts that are none."""
    for index, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and not is_member(name, hosts):
            yield _unknown(document, (*path, index), "host", name, hosts)


def _section(document: Document, name: str) -> dict[str, dict[str, Any]]:
    """The groups of a section that are mappings; the schema complains of the others."""
    section = document.data.get(name)
    groups = section.items() if isinstance(section, dict) else ()
    return {str(key): group for key, group in groups if isinstance(group, dict)}


def is_member(name: object, hosts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether it is a host group, or one host of a group (`esx-3`)."""
    if name in hosts:
        return True
    group, _, number = str(name).rpartition("-")
    count = hosts.get(group, {}).get("count", 1)
    return isinstance(count, int) and _is_number(number, count)


def _is_number(number: str, count: int) -> bool:
    """Whether `number` is one of `count` alike, written as their names are: esx-3, not esx-03; one alone has no
    number."""
    return count > 1 and number.isdecimal() and number == str(int(number)) and 1 <= int(number) <= count


def _collisions(document: Document, section: str) -> Iterator[Problem]:
    """Groups that are called like a member of another group."""
    groups = _section(document, section)
    for name in groups:
        group, _, number = name.rpartition("-")
        count = groups.get(group, {}).get("count", 1)
        if _is_number(number, count if isinstance(count, int) else 10**9):
            message = f"is the name of one of the {group} too; call the group otherwise"
            yield Problem(place(document, (section, name)), dotted((section, name)), message)


def _unknown(document: Document, path: Key, kind: str, name: object, known: Iterable[str]) -> Problem:
    return Problem(place(document, path), dotted(path), f"no {kind} '{name}'{suggest(str(name), known)}")


def _named(spec: type[BaseModel], data: Any, path: Key) -> Iterator[tuple[Key, str, str]]:
    """Every text in a field that names a fact or a plug-in: (path, kind, name)."""
    if not isinstance(data, dict):
        return
    for key, info in spec.model_fields.items():
        value, extra = data.get(key), info.json_schema_extra
        if isinstance(extra, dict) and "names" in extra and isinstance(value, str) and value not in _also(extra):
            yield (*path, key), str(extra["names"]), value
        if isinstance(extra, dict) and "counted" in extra and isinstance(value, str):
            yield (*path, key), str(extra["counted"]), value.rpartition(" x ")[2]
        if isinstance(extra, dict) and "word" in extra:
            yield from _plugged((*path, key), extra, value)
        inner = _inner(info.annotation)
        if inner is not None and isinstance(value, dict):
            yield from _named(inner, value, (*path, key))
            for name, below in value.items():
                yield from _named(inner, below, (*path, key, name))


def _also(extra: Mapping[str, Any]) -> Iterable[str]:
    """Words that may stand where a name does."""
    also: Iterable[str] = extra.get("also", ())
    return also


def _plugged(path: Key, extra: Mapping[str, Any], value: Any) -> Iterator[tuple[Key, str, str]]:
    """The plug-in that a value names by itself, or in a mapping with its parameters."""
    if isinstance(value, dict):
        path, value = (*path, extra["word"]), value.get(extra["word"])
    if isinstance(value, str):
        yield path, str(extra["plugin"]), value


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The Spec a field holds, alone or as the values of a mapping."""
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None
