"""The networks of a scenario as one networkx graph: hosts, arrays and segments are nodes, links are edges.

A link carries its speed in bytes per second. Routes are found (fewest links, then alphabetical), never written down.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an endpoint to a segment; `speed` in bytes per second."""

    segment: str
    endpoint: str
    speed: float

    @property
    def name(self) -> str:
        """How the link is called in records and messages."""
        return f"{self.segment}/{self.endpoint}"


class Topology:
    """Segments and the endpoints on them."""

    def __init__(self) -> None:
        self.graph: nx.Graph = nx.Graph()

    def join(self, segment: str, speed: float, endpoints: Iterable[str]) -> None:
        """Hang every endpoint on the segment with a link of its own (bytes per second)."""
        self.graph.add_node(("segment", segment))
        for endpoint in sorted(endpoints):
            self.graph.add_edge(("segment", segment), ("endpoint", endpoint), link=Link(segment, endpoint, speed))

    def links(self) -> list[Link]:
        """Every link, by name."""
        return sorted((link for _, _, link in self.graph.edges(data="link")), key=lambda link: link.name)

    def route(self, start: str, end: str) -> Sequence[Link]:
        """The links from one endpoint to another; KeyError with the reason when there is no way.

        Of equally short ways the alphabetically first is taken, so the order of the file decides nothing.
        """
        ends = [("endpoint", start), ("endpoint", end)]
        for endpoint in ends:
            if endpoint not in self.graph:
                raise KeyError(f"{endpoint[1]} is on no network; name it under `joins` of one in `topology`")
        try:
            way = min(nx.all_shortest_paths(self.graph, *ends))
        except nx.NetworkXNoPath:
            raise KeyError(f"there is no way from {start} to {end} in `topology`") from None
        return [self.graph.edges[one, other]["link"] for one, other in itertools.pairwise(way)]


def build(segments: Mapping[str, tuple[float, Sequence[str]]], groups: Mapping[str, Sequence[str]]) -> Topology:
    """The graph of `segments`: name -> (speed, names on it); a name of a host group in `groups` stands for its
    hosts."""
    topology = Topology()
    for name in sorted(segments):
        speed, joins = segments[name]
        topology.join(name, speed, {member for joined in joins for member in groups.get(joined, [joined])})
    return topology
