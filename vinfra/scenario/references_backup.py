"""Names in `backup`, `restores` and `faults` that must exist: hosts, groups of VMs, datastores, links.

Each is checked on what was written, by the same rules as those of the rest of the file (references.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vinfra.document import Document
from vinfra.faults.fault import faults

Key = tuple[str | int, ...]
Named = tuple[Key, str, str]  # where, what it must be, its name
HOSTS: tuple[tuple[str, ...], ...] = (
    ("proxy", "host"),
    ("proxy", "vm", "host"),
    ("repository", "host"),
    ("offsite", "host"),
)
SPACES = ("repository", "offsite")  # what can be full beside datastores


def named(document: Document) -> Iterator[Named]:
    """(path, kind, name) of every one: kind is `host`, `VM`, `datastore`, `link` or `space`."""
    data = document.data
    backup = data.get("backup")
    if isinstance(backup, dict):
        yield from _backup(backup)
    for name, drill in _mappings(data.get("restores")):
        at: Key = ("restores", name)
        yield from _text((*at, "vm"), "VM", drill.get("vm"))
        yield from _target((*at, "to"), drill.get("to"))
    for name, fault in _mappings(data.get("faults")):
        kind = fault.get("kind", name)
        for parameter, what in faults[kind].named.items() if kind in faults else ():
            yield from _listed(("faults", name, parameter), "VM" if what == "vm" else what, fault.get(parameter))


def _backup(backup: Mapping[str, Any]) -> Iterator[Named]:
    for path in HOSTS if _at(backup, ("offsite", "site")) is None else HOSTS[:-1]:  # that is one of another site
        yield from _text(("backup", *path), "host", _at(backup, path))
    for name, job in _mappings(backup.get("jobs")):
        yield from _listed(("backup", "jobs", name, "vms"), "VM", job.get("vms"))


def _target(path: Key, to: Any) -> Iterator[Named]:
    if isinstance(to, dict):
        yield from _text((*path, "host"), "host", to.get("host"))
        yield from _text((*path, "datastore"), "datastore", to.get("datastore"))
    else:
        yield from _text(path, "host", to)


def _text(path: Key, kind: str, name: Any) -> Iterator[Named]:
    if isinstance(name, str):
        yield path, kind, name


def _listed(path: Key, kind: str, names: Any) -> Iterator[Named]:
    if isinstance(names, Sequence) and not isinstance(names, str):
        for index, name in enumerate(names):
            yield from _text((*path, index), kind, name)
    else:
        yield from _text(path, kind, names)


def _at(data: Any, path: Sequence[str]) -> Any:
    """The value there; None where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _mappings(section: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in section.items() if isinstance(section, dict) else ():
        if isinstance(entry, dict):
            yield str(name), entry
