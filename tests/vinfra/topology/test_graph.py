"""Routes are found on the graph, the same whatever order the file lists things in."""

from __future__ import annotations

from vinfra.topology.graph import Segment, Topology, build

SAN = Segment("fibre-channel", 500e6, ["esx", "array1"])
LAN = Segment("ethernet", 125e6, ["esx", "vault"])
GROUPS = {"esx": ["esx-1", "esx-2"], "vault": ["vault"]}


def names(topology: Topology, start: str, end: str, lost: tuple[str, ...] = ()) -> list[str] | None:
    route = topology.route(start, end, lost=lost)
    return None if route is None else [link.name for link in route]


def test_a_route_crosses_the_links_of_both_ends() -> None:
    assert names(build({"san": SAN}, GROUPS), "esx-2", "array1") == ["san/esx-2", "san/array1"]


def test_segments_that_are_joined_lead_on_to_each_other() -> None:
    wan = Segment("ethernet", 1e6, ["lan", "far"])
    topology = build({"lan": LAN, "wan": wan, "far": Segment("ethernet", 1e9, ["tape"])}, {**GROUPS, "tape": ["tape"]})
    assert names(topology, "vault", "tape") == ["lan/vault", "wan/lan", "wan/far", "far/tape"]


def test_no_route_leads_through_an_adapter_that_is_no_end() -> None:
    topology = build({"san": Segment("fibre-channel", 5e8, ["esx-1", "array1"]), "lan": LAN}, GROUPS)
    assert names(topology, "vault", "array1") is None


def test_of_equally_short_ways_the_first_by_name_is_taken() -> None:
    one, two = Segment("ethernet", 1e9, ["a", "b"]), Segment("ethernet", 1e9, ["b", "a"])
    hosts = {"a": ["a"], "b": ["b"]}
    assert names(build({"x": one, "y": two}, hosts), "a", "b") == ["x/a", "x/b"]
    assert names(build({"y": two, "x": one}, hosts), "a", "b") == ["x/a", "x/b"]


def test_a_route_avoids_what_is_lost() -> None:
    topology = build({"x": LAN, "y": LAN}, GROUPS)
    assert names(topology, "esx-1", "vault", ("x/vault",)) == ["y/esx-1", "y/vault"]
    assert names(topology, "esx-1", "vault", ("x/vault", "y/esx-1")) is None


def test_adapters_and_ports_are_dealt_to_the_segments_in_turn() -> None:
    topology = build({"a": SAN, "b": SAN, "lan": LAN}, GROUPS, {"esx-1": 3}, {"array1": 4})
    links = [link.name for link in topology.links()]
    assert [name for name in links if "esx-1" in name] == ["a/esx-1.hba1", "a/esx-1.hba3", "b/esx-1.hba2", "lan/esx-1"]
    assert [name for name in links if "esx-2" in name] == ["a/esx-2.hba1", "b/esx-2.hba2", "lan/esx-2"]
    assert [name for name in links if "array1" in name] == [f"{s}/array1.port{n}" for s, n in ("a1", "a3", "b2", "b4")]


def test_one_adapter_alone_is_called_as_its_host_is() -> None:
    topology = build({"san": SAN, "lan": LAN}, GROUPS)
    assert topology.adapters["esx-1", "fibre-channel"] == ["esx-1"]
    assert topology.parts["esx-1.hba1"] == ["san/esx-1"] and topology.parts["esx-1"] == ["lan/esx-1", "san/esx-1"]


def test_who_shares_no_zone_does_not_talk() -> None:
    zones = {"one": ["esx-1", "array1"], "two": ["esx-2.hba2", "array1.port2"]}
    san = Segment("fibre-channel", 5e8, ["esx", "array1"], zones)
    topology = build({"san": san}, GROUPS, {"esx-2": 2}, {"array1": 2})
    assert names(topology, "esx-1", "array1.port1") == ["san/esx-1", "san/array1.port1"]
    assert names(topology, "esx-2.hba1", "array1.port2") is None
    assert names(topology, "esx-2.hba2", "array1.port1") is None
    assert names(topology, "esx-2.hba2", "array1.port2") == ["san/esx-2.hba2", "san/array1.port2"]


def test_links_are_listed_by_name() -> None:
    assert [link.name for link in build({"san": SAN}, GROUPS).links()] == ["san/array1", "san/esx-1", "san/esx-2"]
