"""The storage fabric and the networks beside it: which way a byte takes between a host and a LUN, or between two hosts.

A path leads from an HBA of the host over a segment to a port of the LUN's array. LUNs are spread over the ports in
turn; each has one preferred path from every host, and takes the next one while that is lost: another HBA to the same
port first, then another port. Masking (who a LUN is presented to) and zones decide which host sees which LUN.

A byte uses one byte of every link, and over Ethernet the headers of its packets besides. Resources are called
`link/SEGMENT/ENDPOINT`, bytes per second.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from vinfra.errors import suggest
from vinfra.topology.graph import Kind, Link, Topology

# Bytes on the wire for each byte of a TCP stream over Ethernet: frames of 1538 bytes with preamble and gap carry 1448
# (IEEE 802.3; 40 bytes of IP and TCP headers and 12 of the timestamp option, RFC 7323).
WIRE = 1538 / 1448
PREFERRED: tuple[Kind, ...] = ("fibre-channel", "ethernet")
Watch = Callable[[frozenset[str]], None]


class Unreachable(Exception):
    """There is no way from a host to a LUN or to another host; the message says why."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A LUN on its array: the `number`-th there, and the hosts it is presented to (all where it is None)."""

    array: str
    number: int = 0
    to: frozenset[str] | None = None


class Fabric:
    """Ways over the networks, as long as their links, ports and HBAs are up. `luns` are those of each datastore."""

    def __init__(self, networks: Topology, luns: Mapping[str, Presented]) -> None:
        self.networks = networks
        self.luns = luns
        self.lost: frozenset[str] = frozenset()
        self._down: dict[str, None] = {}
        self._watching: list[Watch] = []
        self._known: dict[tuple[str, str, bool], dict[str, float] | str] = {}

    def fresh(self) -> Fabric:
        """The same fabric with nothing lost and nobody watching: each simulation has its own."""
        return Fabric(self.networks, self.luns)

    def to_lun(self, host: str, datastore: str) -> dict[str, float]:
        """What one byte uses between a host and the array of a datastore's LUN, by the name of the resource; nothing
        in a scenario without networks, where the array is in the host. Unreachable where no path leads there."""
        return self._ask(host, datastore, True)

    def between(self, host: str, other: str) -> dict[str, float]:
        """What one byte uses between two hosts over Ethernet; nothing within one. Unreachable where there is no way."""
        return self._ask(host, other, False)

    def sees(self, host: str, datastore: str) -> str | None:
        """Why a host does not see the LUN of a datastore; None where it does."""
        try:
            self.to_lun(host, datastore)
        except Unreachable as reason:
            return str(reason)
        return None

    def capacities(self) -> dict[str, float]:
        """Bytes per second of every link when nothing is lost, by the name of the resource."""
        return {f"link/{link.name}": link.speed for link in self.networks.links()}

    def speeds(self) -> dict[str, float]:
        """Bytes per second of every link as things are: nothing where it is lost."""
        return {f"link/{link.name}": 0.0 if link.name in self.lost else link.speed for link in self.networks.links()}

    def lose(self, name: str) -> None:
        """A link (`san/esx1`, as a resource `link/san/esx1`), an HBA (`esx1.hba2`), a port (`array1.port1`), all of a
        host or an array (`array1`) or a whole segment (`san`) goes down; KeyError where there is none of that name."""
        self._down[self._known_as(name)] = None
        self._tell()

    def restore(self, name: str) -> None:
        """It comes back, as far as it is not a part of something else that is down."""
        self._down.pop(self._known_as(name), None)
        self._tell()

    def watch(self, changed: Watch) -> None:
        """Call `changed` with the names of the resources just lost (none when something came back) on each change."""
        self._watching.append(changed)

    def _known_as(self, name: str) -> str:
        part = name.removeprefix("link/")
        if part not in self.networks.parts:
            raise KeyError(f"no link, port or HBA '{name}'{suggest(part, self.networks.parts)}")
        return part

    def _tell(self) -> None:
        before = self.lost
        self.lost = frozenset(link for name in self._down for link in self.networks.parts[name])
        if self.lost == before:
            return
        self._known.clear()
        gone = frozenset(f"link/{link}" for link in self.lost - before)
        for changed in self._watching:
            changed(gone)

    def _ask(self, host: str, other: str, lun: bool) -> dict[str, float]:
        found = self._known.get((host, other, lun))
        if found is None:
            found = self._lun_way(host, other) if lun else self._host_way(host, other)
            self._known[host, other, lun] = found
        if isinstance(found, str):
            raise Unreachable(found)
        return dict(found)

    def _lun_way(self, host: str, datastore: str) -> dict[str, float] | str:
        lun = self.luns[datastore]
        if lun.to is not None and host not in lun.to:
            seen = f"{lun.array} presents it to {_listed(sorted(lun.to))}"
            return f"{host} does not see {datastore}: {seen}"
        if not self.networks:
            return {}
        for name in (host, lun.array):
            if name not in self.networks.owners:
                return f"{name} is on no network; name it under `joins` of one in `topology`"
        if (path := self._first(host, lun, self.lost)) is not None:
            return _uses(path)
        if self._first(host, lun, frozenset()) is not None:
            return f"{host} does not see {datastore}: every path to {lun.array} is lost"
        return f"{host} does not see {datastore}: no network and no zone joins it with {lun.array}"

    def _first(self, host: str, lun: Presented, lost: frozenset[str]) -> Sequence[Link] | None:
        """The first path that is not lost: by port, then by HBA; fibre channel before Ethernet."""
        for kind in PREFERRED:
            starts = _in_turn(self.networks.adapters.get((host, kind), ()), lun.number)
            ends = _in_turn(self.networks.adapters.get((lun.array, kind), ()), lun.number)
            for end, start in itertools.product(ends, starts):
                if (path := self.networks.route(start, end, (kind,), lost)) is not None:
                    return path
        return None

    def _host_way(self, host: str, other: str) -> dict[str, float] | str:
        if host == other:
            return {}
        for name in (host, other):
            if (name, "ethernet") not in self.networks.adapters:
                return f"{name} is on no Ethernet; name it under `joins` of one in `topology`"
        way = self.networks.route(host, other, ("ethernet",), self.lost)
        if way is not None:
            return _uses(way)
        if self.networks.route(host, other, ("ethernet",)) is not None:
            return f"every way from {host} to {other} is lost"
        return f"there is no way from {host} to {other} over Ethernet in `topology`"


def _in_turn(adapters: Sequence[str], number: int) -> Sequence[str]:
    """The adapters, beginning with the one whose turn it is."""
    first = number % max(1, len(adapters))
    return [*adapters[first:], *adapters[:first]]


def _uses(way: Sequence[Link]) -> dict[str, float]:
    return {f"link/{link.name}": WIRE if link.kind == "ethernet" else 1.0 for link in way}


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0] if names else "nobody"
