"""Who a row speaks of: a VM by its UUID, its ID, else its name; a host by its name, else by the short form of it.

An ID is good within one vCenter, so what a row says of its vCenter goes first. A key that two things share finds
neither, but where the host of the row tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from vinfra.planning.records.naming import short
from vinfra.planning.records.rvtools.quality import Quality

SHARED = -1
Key = tuple[str, str, str]


class Index:
    """Positions of things by their keys; every key also without its vCenter, for rows that do not name theirs."""

    def __init__(self) -> None:
        self._at: dict[Key, int] = {}

    def add(self, kind: str, value: str, server: str, position: int) -> None:
        """One more key of the thing at a position."""
        if not value:
            return
        for where in {server.lower(), ""}:
            key = (kind, where, value.lower())
            self._at[key] = position if self._at.get(key, position) == position else SHARED

    def find(self, kind: str, value: str, server: str) -> int | None:
        """The position, SHARED where there are several, None where there is none."""
        if not value:
            return None
        low = value.lower()
        found = self._at.get((kind, server.lower(), low))
        return self._at.get((kind, "", low)) if found is None else found


class Machines:
    """The index of VMs."""

    def __init__(self) -> None:
        self._index = Index()
        self._known: set[tuple[str, int]] = set()

    def add(self, position: int, name: str, uuid: str, identity: str, server: str, host: str) -> None:
        """A VM of vInfo."""
        self._index.add("uuid", uuid, server, position)
        self._index.add("id", identity, server, position)
        self._index.add("name", name, server, position)
        self._index.add("name and host", f"{name}\n{host}", server, position)
        self._known |= {(kind, position) for kind, value in (("uuid", uuid), ("id", identity)) if value}

    def places(self, quality: Quality) -> list[int | None]:
        """The VM of each row of a sheet, None where there is none; what is odd about it is counted in `quality`.

        Rows of placeholders of Site Recovery Manager are dropped: their VMs run, and count, at the other site.
        """
        table = quality.table
        said = (table.texts(column) for column in ("VM", "VM UUID", "VM ID", "VI SDK Server", "Host"))
        found: list[int | None] = []
        for row, placeholder in zip(zip(*said, strict=True), table.truths("SRM Placeholder"), strict=True):
            if placeholder:
                quality.drop("rows of placeholders of Site Recovery Manager")
                found.append(None)
                continue
            found.append(self._one(row, quality))
        quality.joined = sum(position is not None for position in found)
        quality.read = quality.joined
        return found

    def _one(self, row: Sequence[str], quality: Quality) -> int | None:
        name, uuid, identity, server, host = row
        by_name = self._index.find("name", name, server)
        keys = [(kind, value) for kind, value in (("uuid", uuid), ("id", identity)) if value]
        for kind, value in keys:
            position = self._index.find(kind, value, server)
            if position is not None and position != SHARED:
                if name and by_name not in (position, SHARED):
                    quality.say("rows carry another name than in vInfo, and their VM ID decides")
                return position
        position = by_name
        if position == SHARED:
            position = self._index.find("name and host", f"{name}\n{host}", server)
            if position is None or position == SHARED:
                quality.drop("rows speak of one of several VMs of a name")
                return None
        if position is None or any((kind, position) in self._known for kind, _ in keys):
            # One of that name is there, but with another ID: it is another VM.
            quality.drop("rows speak of no VM in vInfo")
            return None
        return position


class Hosts:
    """The index of hosts: `esx1.example.org` also answers to `esx1`; an address has no short form."""

    def __init__(self) -> None:
        self._index = Index()

    def add(self, position: int, name: str, server: str) -> None:
        """A host of vHost."""
        self._index.add("name", name, server, position)
        self._index.add("short", short(name), server, position)

    def find(self, name: str, server: str = "") -> int | None:
        """Its position, by its whole name or by the short one where only one host has it."""
        position = self._index.find("name", name, server)
        if position is None:
            position = self._index.find("short", short(name), server)
        return None if position == SHARED else position
