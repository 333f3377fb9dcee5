"""Routes are found on the graph, the same whatever order the file lists things in."""

from __future__ import annotations

import pytest

from vinfra.topology.graph import build

SAN = (500e6, ["esx", "array1"])
GROUPS = {"esx": ["esx-1", "esx-2"]}


def test_a_route_crosses_the_links_of_both_ends() -> None:
    networks = build({"san": SAN}, GROUPS)
    assert [link.name for link in networks.route("esx-2", "array1")] == ["san/esx-2", "san/array1"]


def test_the_shortest_way_wins() -> None:
    networks = build({"san": SAN, "lan": (125e6, ["esx-1", "gateway"]), "wan": (1e6, ["gateway", "array1"])}, GROUPS)
    assert [link.segment for link in networks.route("esx-1", "array1")] == ["san", "san"]


def test_of_equally_short_ways_the_first_by_name_is_taken() -> None:
    one = build({"a": SAN, "b": SAN}, GROUPS)
    other = build(dict(reversed([("a", SAN), ("b", (500e6, ["array1", "esx"]))])), GROUPS)
    assert one.route("esx-1", "array1") == other.route("esx-1", "array1")
    assert one.route("esx-1", "array1")[0].segment == "a"


def test_no_way_is_said_by_name() -> None:
    networks = build({"san": SAN, "lan": (125e6, ["vault", "proxy"])}, GROUPS)
    with pytest.raises(KeyError, match="no way from esx-1 to vault"):
        networks.route("esx-1", "vault")
    with pytest.raises(KeyError, match="nobody is on no network"):
        networks.route("esx-1", "nobody")


def test_links_are_listed_by_name() -> None:
    assert [link.name for link in build({"san": SAN}, GROUPS).links()] == ["san/array1", "san/esx-1", "san/esx-2"]
