"""The fabric: masking, zones, paths that are chosen the same way always, and what happens when one is lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.storage.fabric import WIRE, Fabric, Presented, Unreachable
from vinfra.topology.graph import Segment, build

GROUPS = {"esx": ["esx-1", "esx-2"], "vault": ["vault"]}
SAN = Segment("fibre-channel", 500e6, ["esx", "array1"])
LAN = Segment("ethernet", 125e6, ["esx", "vault"])
LUNS = {"a": Presented("array1", 0), "b": Presented("array1", 1), "c": Presented("array1", 2, frozenset({"esx-2"}))}


def fabric(segments: dict[str, Segment] | None = None, hbas: int = 2, ports: int = 2) -> Fabric:
    made = {"san": SAN, "lan": LAN} if segments is None else segments
    return Fabric(build(made, GROUPS, {"esx-1": hbas, "esx-2": hbas}, {"array1": ports}), LUNS)


def path(over: Fabric, host: str = "esx-1", datastore: str = "a") -> list[str]:
    return [name.removeprefix("link/san/") for name in over.to_lun(host, datastore)]


def test_luns_are_spread_over_hbas_and_ports_in_turn() -> None:
    over = fabric()
    assert path(over, datastore="a") == ["esx-1.hba1", "array1.port1"]
    assert path(over, datastore="b") == ["esx-1.hba2", "array1.port2"]
    assert path(over, "esx-2", "c") == ["esx-2.hba1", "array1.port1"]


def test_another_hba_is_taken_before_another_port() -> None:
    over = fabric()
    over.lose("esx-1.hba1")
    assert path(over) == ["esx-1.hba2", "array1.port1"]
    over.lose("array1.port1")
    assert path(over) == ["esx-1.hba2", "array1.port2"]
    over.lose("san/esx-1.hba2")
    with pytest.raises(Unreachable, match="esx-1 does not see a: every path to array1 is lost"):
        over.to_lun("esx-1", "a")
    assert path(over, "esx-2") == ["esx-2.hba1", "array1.port2"], "one host's HBAs are no matter of another's"


def test_what_comes_back_is_preferred_again() -> None:
    over = fabric()
    before = over.to_lun("esx-1", "a")
    over.lose("esx-1.hba1")
    assert over.to_lun("esx-1", "a") != before
    over.restore("esx-1.hba1")
    assert over.to_lun("esx-1", "a") == before


def test_what_is_down_with_something_larger_stays_down() -> None:
    over = fabric()
    over.lose("san")
    over.lose("esx-1.hba1")
    over.restore("san")
    assert path(over) == ["esx-1.hba2", "array1.port1"]


def test_masking_decides_who_sees_a_lun() -> None:
    over = fabric()
    assert over.sees("esx-2", "c") is None
    assert over.sees("esx-1", "c") == "esx-1 does not see c: array1 presents it to esx-2"
    assert Fabric(build({}, GROUPS), LUNS).sees("esx-1", "c") is not None, "it does without networks too"


def test_zones_decide_who_sees_a_lun() -> None:
    zoned = Segment("fibre-channel", 500e6, SAN.joins, {"one": ["esx-1.hba2", "array1.port2"]})
    over = fabric({"san": zoned})
    assert path(over) == ["esx-1.hba2", "array1.port2"], "the one path that is zoned"
    assert over.sees("esx-2", "a") == "esx-2 does not see a: no network and no zone joins it with array1"


def test_without_networks_the_array_is_in_the_host() -> None:
    assert Fabric(build({}, GROUPS), LUNS).to_lun("esx-1", "a") == {}


def test_over_ethernet_a_byte_takes_the_headers_of_its_packets_along() -> None:
    iscsi = fabric({"lan": Segment("ethernet", 125e6, ["esx", "vault", "array1"])}, hbas=1, ports=1)
    assert iscsi.to_lun("esx-1", "a") == {"link/lan/esx-1": WIRE, "link/lan/array1": WIRE}
    assert iscsi.between("esx-1", "vault") == {"link/lan/esx-1": WIRE, "link/lan/vault": WIRE}


def test_hosts_talk_over_ethernet_alone() -> None:
    over = fabric()
    assert over.between("esx-1", "esx-1") == {}
    over.lose("lan/vault")
    with pytest.raises(Unreachable, match="every way from esx-1 to vault is lost"):
        over.between("esx-1", "vault")
    with pytest.raises(Unreachable, match="esx-1 is on no Ethernet"):
        fabric({"san": SAN}).between("esx-1", "esx-2")


def test_who_watches_is_told_what_was_lost_and_that_something_came_back() -> None:
    over = fabric()
    told: list[frozenset[str]] = []
    over.watch(told.append)
    over.lose("array1")
    over.lose("array1.port1")
    over.restore("array1")
    both = frozenset({"link/san/array1.port1", "link/san/array1.port2"})
    assert told == [both, frozenset()], "a part of what is lost already is no news"


def test_a_name_that_is_none_is_told_with_a_likely_one() -> None:
    with pytest.raises(KeyError, match=r"esx-1\.hba2"):
        fabric().lose("esx-1.hba9")


def test_a_fresh_one_has_lost_nothing_and_nobody_watches_it() -> None:
    over = fabric()
    told: list[frozenset[str]] = []
    over.watch(told.append)
    over.lose("san")
    other = over.fresh()
    other.lose("lan")
    assert len(told) == 1 and other.sees("esx-1", "a") is None


PARTS = ["esx-1.hba1", "esx-1.hba2", "array1.port1", "array1.port2", "array1.port3"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PARTS), st.booleans()), max_size=12))
def test_a_host_sees_a_lun_while_an_hba_and_a_port_are_up_whatever_came_before(events: list[tuple[str, bool]]) -> None:
    over = fabric(ports=3)
    down: set[str] = set()
    for part, up in events:
        (over.restore if up else over.lose)(part)
        (down.discard if up else down.add)(part)
    fresh = over.fresh()
    for part in sorted(down):
        fresh.lose(part)
    reachable = any(not {h, p} & down for h, p in itertools.product(PARTS[:2], PARTS[2:]))
    for datastore in ("a", "b"):
        assert (over.sees("esx-1", datastore) is None) == reachable
        if reachable:
            assert over.to_lun("esx-1", datastore) == fresh.to_lun("esx-1", datastore)
            assert not {name.removeprefix("link/san/") for name in over.to_lun("esx-1", datastore)} & down
