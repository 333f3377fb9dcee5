"""The networks of a scenario as one networkx graph: segments, adapters of hosts (HBAs) and ports of arrays are nodes,
links are edges.

A link carries its speed in bytes per second. Routes are found (fewest links, then alphabetical), never written down;
they lead over segments and through nobody's adapters. Zones of a segment say who may talk to whom over it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import networkx as nx

Node = tuple[str, str]
Kind = Literal["ethernet", "fibre-channel"]
KINDS: tuple[Kind, ...] = ("ethernet", "fibre-channel")


@dataclass(frozen=True, slots=True)
class Segment:
    """A network: links of `speed` bytes per second to all in `joins`; without `zones` everybody may talk to everybody
    on it."""

    kind: Kind
    speed: float
    joins: Sequence[str]
    zones: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an endpoint (an adapter, a port, another segment) to a segment; `speed` in bytes per second."""

    segment: str
    endpoint: str
    speed: float
    kind: Kind

    @property
    def name(self) -> str:
        """How the link is called in records and messages."""
        return f"{self.segment}/{self.endpoint}"


class Topology:
    """Segments, what hangs on them, and what each host or array (an owner) has to hang there: `adapters` by owner and
    kind of network, `parts` the links that go with the name of a link, an adapter, a port, an owner or a segment."""

    def __init__(self) -> None:
        self.adapters: dict[tuple[str, Kind], list[str]] = {}
        self.parts: dict[str, list[str]] = {}
        self.zones: dict[str, list[frozenset[str]]] = {}
        self.owners: set[str] = set()
        self._segments: list[Node] = []
        self._edges: dict[frozenset[Node], Link] = {}
        self._links: dict[str, dict[str, Link]] = {}

    def add(self, name: str) -> None:
        """A segment."""
        self._segments.append(("segment", name))

    def trunk(self, name: str, segment: Segment, other: str) -> None:
        """Join another segment to this one."""
        self._link(("segment", other), Link(name, other, segment.speed, segment.kind), name)

    def attach(self, name: str, segment: Segment, owner: str, adapter: str, number: str) -> None:
        """Hang an adapter (or port) on a segment; `number` is its name where it has to be told from others."""
        self.owners.add(owner)
        here = self.adapters.setdefault((owner, segment.kind), [])
        if adapter not in here:
            here.append(adapter)
        link = Link(name, adapter, segment.speed, segment.kind)
        self._links.setdefault(adapter, {})[name] = link
        self._link(("endpoint", adapter), link, name, owner, number)

    def _link(self, end: Node, link: Link, *parts: str) -> None:
        self._edges[frozenset((("segment", link.segment), end))] = link
        for part in sorted({link.name, *parts} - {""}):
            self.parts.setdefault(part, []).append(link.name)

    def __bool__(self) -> bool:
        """Whether there is any segment."""
        return bool(self._segments)

    @cached_property
    def graph(self) -> nx.Graph:
        """Segments and endpoints as nodes, links as edges; asked for when the last of them is there. Made for the first
        route that leads over several segments: most need none, and the library takes longer to import than all else."""
        import networkx as nx

        graph = nx.Graph()
        graph.add_nodes_from(self._segments)
        graph.add_edges_from((*ends, {"link": link}) for ends, link in self._edges.items())
        return graph

    def links(self) -> list[Link]:
        """Every link, by name."""
        return sorted(self._edges.values(), key=lambda link: link.name)

    def route(
        self, start: str, end: str, kinds: Collection[str] = KINDS, lost: Collection[str] = ()
    ) -> Sequence[Link] | None:
        """The links from one adapter to another over segments of these kinds and no link that is lost; None where there
        is no way. Of equally short ways the alphabetically first is taken, so the order of the file decides nothing."""
        near = self._links.get(start, {}), self._links.get(end, {})
        for segment in sorted(near[0].keys() & near[1].keys()) if start != end else ():
            pair = near[0][segment], near[1][segment]
            if pair[0].kind in kinds and not {link.name for link in pair} & {*lost} and self._may(segment, start, end):
                return pair
        return self._over_segments(start, end, kinds, lost)

    def _over_segments(
        self, start: str, end: str, kinds: Collection[str], lost: Collection[str]
    ) -> Sequence[Link] | None:
        """The same where no segment is near to both."""
        import networkx as nx

        ends = [("endpoint", start), ("endpoint", end)]

        def passes(one: Node, other: Node) -> bool:
            link: Link = self.graph.edges[one, other]["link"]
            return link.name not in lost and link.kind in kinds and self._may(link.segment, start, end)

        between = nx.subgraph_view(self.graph.subgraph([*self._segments, *ends]), filter_edge=passes)
        try:
            way = min(nx.all_shortest_paths(between, *ends))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return None
        return [self.graph.edges[one, other]["link"] for one, other in itertools.pairwise(way)]

    def _may(self, segment: str, start: str, end: str) -> bool:
        """Whether the zones of a segment let these two talk."""
        zones = self.zones.get(segment)
        return zones is None or any(start in zone and end in zone for zone in zones)


def build(
    segments: Mapping[str, Segment],
    groups: Mapping[str, Sequence[str]],
    hbas: Mapping[str, int] | None = None,
    ports: Mapping[str, int] | None = None,
) -> Topology:
    """The graph of `segments`; a name of a host group in `groups` stands for its hosts, `hbas` are those of each host
    and `ports` those of each array (1 when unsaid)."""
    topology = Topology()
    hosts = {host for members in groups.values() for host in members}
    joined: dict[str, list[str]] = {}
    for name, segment in sorted(segments.items()):
        topology.add(name)
        members = {member for one in segment.joins for member in groups.get(one, [one])}
        for member in sorted(members):
            if member in segments and member not in hosts:
                topology.trunk(name, segment, member)
            else:
                joined.setdefault(member, []).append(name)
    for owner, on in sorted(joined.items()):
        if owner in hosts:
            _deal(topology, segments, owner, [one for one in on if segments[one].kind == "ethernet"], 0, "")
            on = [one for one in on if segments[one].kind == "fibre-channel"]
        count, word = ((hbas or {}).get(owner, 1), "hba") if owner in hosts else ((ports or {}).get(owner, 1), "port")
        _deal(topology, segments, owner, on, count, word)
    for name, segment in sorted(segments.items()):
        if segment.zones:
            zones = sorted(segment.zones.items())
            topology.zones[name] = [_zone(topology, groups, members) for _, members in zones]
    return topology


def _deal(
    topology: Topology, segments: Mapping[str, Segment], owner: str, on: Sequence[str], count: int, word: str
) -> None:
    """Hang what an owner has on its segments in turn, at least one on each; one alone is called as its owner is."""
    total = max(count, len(on)) if on else 0
    for number in range(total):
        segment = on[number % len(on)]
        numbered = f"{owner}.{word}{number + 1}" if word else ""
        adapter = owner if total == 1 or not word else numbered
        topology.attach(segment, segments[segment], owner, adapter, numbered)


def _zone(topology: Topology, groups: Mapping[str, Sequence[str]], members: Sequence[str]) -> frozenset[str]:
    """The adapters and ports in a zone: those that are named, and all of the hosts and arrays that are."""
    owners = [owner for one in members for owner in groups.get(one, [one])]
    found = {owner: {a for kind in KINDS for a in topology.adapters.get((owner, kind), ())} for owner in owners}
    return frozenset(adapter for owner, adapters in found.items() for adapter in adapters or {owner})
