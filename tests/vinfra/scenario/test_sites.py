"""Several sites in one scenario: how they are read, what is wrong with them, and what crosses their links."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.vinfra.scenario.joined import QUIET, TWO, document, measured, ran, record
from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.federation import Federation, together
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Column, Row, Spot
from vinfra.scenario.simulate import simulate
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.sites import cut, stand_in
from vinfra.scenario.world import build

MINUTE, HOUR = 60.0, 3600.0
LOST = 13 * HOUR
ONE = "scenario: x\nquestion: y\nlinks: {a: {between: [b, c], bandwidth: 1 Gbit/s, latency: 1 s}}"


def wrong(text: str, **changes: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        check(document(text, **changes), Inputs())
    return [str(problem) for problem in caught.value.problems]


def test_a_site_is_a_scenario_like_any_other_with_stand_ins_for_who_may_come() -> None:
    parts = cut(document())
    assert list(parts) == ["north", "south"]
    assert list(parts["south"].data["vms"]) == ["web", "north-one", "north-kiosk"]
    stands = parts["south"].data["vms"]["north-one"]
    assert (stands["hosts"], stands["datastore"], stands["count"]) == (["esx"], "vmfs1", 4)
    assert parts["north"].data["migrations"] == {}
    assert parts["north"].data["duration"] == "24 h"
    line = next(number for number, text in enumerate(TWO.splitlines(), 1) if "one:" in text)
    assert parts["south"].places["vms", "north-one", "changes"].line == line


def test_what_stands_beside_sites_is_said_of_all_and_a_site_may_say_otherwise() -> None:
    parts = resolve(document(placement={"policy": "worst-fit"}, sites__south__placement={"policy": "first-fit"})).sites
    assert (parts["north"].placement.name, parts["south"].placement.name) == ("worst-fit", "first-fit")


def test_what_is_wrong_at_a_site_is_told_with_its_line_and_its_whole_path() -> None:
    text = TWO.replace("esx: {count: 2,", "esx: {count: 0,").replace("transport: san", "transport: sann")
    found = wrong(text)
    lines = text.splitlines()
    transport = 1 + next(number for number, line in enumerate(lines) if "sann" in line)
    count = 1 + next(number for number, line in enumerate(lines) if "count: 0" in line)
    assert found == [
        f"two.yaml:{transport}:7 sites.north.backup.transport: no transport 'sann'; did you mean 'san'?",
        f"two.yaml:{count}:13 sites.south.hosts.esx.count: must be at least 1, got 0",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"links__wan__between": ["north", "sout"]}, "no site 'sout'; did you mean 'south'?"),
        ({"links__wan__between": ["north", "north"]}, "joins north to itself"),
        ({"links": {}}, "no link joins north and south: add one under `links`"),
        ({"links__wan__latency": "0 s"}, "must be above 0, got '0 s'"),
        ({"sites__north__replication__ones__to": "east"}, "no site 'east'"),
        ({"sites__north__replication__ones__to": "north"}, "names north itself"),
        ({"sites__north__replication__ones__vms": "two"}, "no VM 'two' at north"),
        ({"sites__north__replication__ones__host": "esy"}, "no host 'esy'; did you mean 'esx'?"),
        ({"sites__north__replication__ones__datastore": "vmfs9"}, "no datastore 'vmfs9'; did you mean 'vmfs1'?"),
        ({"sites__north__vms__one__count": "per-trace"}, "needs a group whose `count` is a number"),
        ({"sites__north__backup__offsite__host": "nass"}, "no host 'nass' at south; did you mean 'nas'?"),
        ({"sites__north__migrations__move__to": "south/esy"}, "no host 'esy'; did you mean 'esx'?"),
        ({"sites__north__migrations__move__vms": "kiosks"}, "no VM 'kiosks' at north; did you mean 'kiosk'?"),
        ({"sites__north__failover__to": "west"}, "no site 'west'"),
        ({"sites__north__migrations__move__method": "post-copy"}, "cannot lead to another site; those that can: "),
        ({"sites__south__vms": {"north-one": {"hosts": ["esx"]}}}, "is what VMs of another site are called here"),
        (
            {"hosts": {"h": {"server": "hp-dl380-g5"}}},
            "belongs to a site: move it below `sites`, to one of north, south",
        ),
        ({"sites__north__hosts": {}}, "must have at least 1 in it"),
    ],
)
def test_names_of_other_sites_must_exist_and_be_reached(changes: dict[str, Any], message: str) -> None:
    found = wrong(TWO, **changes)
    assert any(message in problem for problem in found), found
    assert all(problem.startswith("two.yaml:") for problem in found), found


def test_a_scenario_of_one_site_has_no_links_and_needs_hosts_and_vms() -> None:
    with pytest.raises(InputError) as caught:
        check(
            parse("scenario: x\nquestion: y\nlinks: {a: {between: [b, c], bandwidth: 1 Gbit/s, latency: 1 s}}", "x"),
            Inputs(),
        )
    found = [str(problem) for problem in caught.value.problems]
    assert [problem.partition(": ")[2] for problem in found] == [
        "is missing: add `hosts`",
        "is missing: add `vms`",
        "is a matter of several sites: put what stands at each below `sites`",
    ]


def test_a_star_stands_for_every_site() -> None:
    resolved = resolve(document(**{"sites__*__hosts__esx__memory": "96 GiB"}))
    assert {part.scenario.hosts["esx"].memory for part in resolved.sites.values()} == {96 * 2.0**30}


def test_a_star_of_all_sites_passes_over_those_that_have_nothing_of_that_kind() -> None:
    changes = {"sites__vault": {"hosts": {"nas": {"server": "hp-dl320s"}}}, "sites__*__vms__*__demand": "70 %"}
    resolved = resolve(document(**changes))
    assert resolved.sites["vault"].scenario.vms == {}
    assert {group.demand for group in resolved.sites["south"].scenario.vms.values()} == {0.7}


def test_sites_that_tell_each_other_nothing_are_the_sum_of_what_each_is_alone() -> None:
    found = ran(**QUIET)
    assert found.windows == 1
    whole = record(found)
    alone = {}
    for name, part in found.whole.sites.items():
        simulation = Simulation(build(part, None), Streams(1, name))
        simulation.run()
        alone[name] = simulation.record()
    for series in ("cpu_used_hz", "power_w", "hosts_on"):
        if series in whole.series:
            expected = sum(one.series[series] for one in alone.values())
            np.testing.assert_allclose(whole.series[series], expected, rtol=1e-12)
    assert whole.totals["backups_done"] == alone["north"].totals["backups_done"] > 0
    np.testing.assert_array_equal(whole.samples["backup_window_s"], alone["north"].samples["backup_window_s"])


def test_a_stand_in_wants_nothing_until_it_comes() -> None:
    quiet, full = record(ran(**QUIET)), record(ran(sites__north__faults={}, sites__north__migrations={}))
    np.testing.assert_allclose(full.series["cpu_granted_hz"], quiet.series["cpu_granted_hz"], rtol=1e-9)


def test_the_same_seed_is_the_same_point_and_sites_draw_for_themselves() -> None:
    spot = Spot(Column("as-written"), Row(), 0)
    workload = {"workload": {"trace": "planetlab"}, "sites__*__vms__*__demand": None}
    points = [simulate(spot, document(**workload), Inputs()) for _ in range(2)]
    assert points[0].error is None
    assert points[0].metrics == points[1].metrics and points[0].intervals == points[1].intervals


def test_copies_go_to_the_other_site_and_build_on_what_lies_there() -> None:
    federation = ran(sites__north__faults={}, duration="3 d")
    vault, remote = federation.sites["south"].vaults["north"], federation.sites["north"].remote
    assert remote is not None and remote.failures == []
    for name in ("one-1", "one-4"):
        forms = [point.form for point in vault.chain(name, "nightly").points]
        assert forms == ["full", "increment", "increment"], "of each day the last is kept"
    assert vault.stored == 4 * (1 + 3), "what was there, and three nights"
    assert remote.sent < 4 * 20 * 2.0**30 * 0.2, "changes and not everything anew"
    assert vault.place.space.used == pytest.approx(math.fsum(c.stored for c in vault.place.chains.values()))


def test_a_vault_that_is_full_is_told_and_the_next_point_makes_up_for_it() -> None:
    federation = ran(sites__north__faults={}, sites__north__backup__offsite__size="20 GiB")
    outcome = federation.outcomes()["north"]
    assert any("copies to south: the repository is full" in note for note in outcome.notes), outcome.notes


def test_a_site_that_is_lost_is_taken_over_when_heartbeats_stay_away() -> None:
    federation = ran()
    watch = federation.sites["south"].watches["north"]
    assert watch.lost == pytest.approx(LOST - MINUTE + 0.01 + 5 * MINUTE), "five missed since the last that came"
    boots = [watch.lost + 90.0, watch.lost + 180.0]
    assert sorted(watch.taken.values()) == pytest.approx([boots[0]] * 2 + [boots[1]] * 2)
    found = measured(record(federation))
    assert found["failover_rto_s"] == pytest.approx(boots[1] - LOST)
    assert found["failover_rpo_s"] == pytest.approx(15 * MINUTE, abs=1.0), "the cycle of 12:45 is the last"
    assert (found["failover_vms"], found["failover_without"]) == (4, 0)


def test_what_was_taken_over_runs_there_and_nowhere_else_when_the_site_is_back() -> None:
    federation = ran()
    north, south = federation.sites["north"].simulation, federation.sites["south"].simulation
    at_home = {north.vms.names[vm] for vm in north.absent}
    away = {south.vms.names[vm] for vm in south.absent}
    assert at_home == {"one-1", "one-2", "one-3", "one-4", "kiosk", "south-web-1", "south-web-2", "south-web-3"}
    assert away == set()
    hours = (record(federation).series["cpu_wanted_hz"] / record(ran(**QUIET)).series["cpu_wanted_hz"]).round(3)
    assert hours[11] == 1.0 and hours[14] == 1.0, "as much is wanted before and after, there instead of here"


def test_a_site_that_comes_back_before_it_is_given_up_starts_its_vms_itself() -> None:
    federation = ran(**{"sites__north__faults__site-down__lasts": "3 min"})
    assert federation.sites["south"].watches["north"].taken == {}
    north = federation.sites["north"].simulation
    assert {north.vms.names[vm] for vm in north.absent} == {"kiosk", "south-web-1", "south-web-2", "south-web-3"}
    cycles = federation.sites["north"].replication
    assert cycles.since["one-1"] > LOST + HOUR, "replication goes on"


def test_without_replicas_nothing_can_be_taken_over() -> None:
    federation = ran(sites__north__replication__ones__seeded=False, links__wan__bandwidth="1 Mbit/s")
    found = measured(record(federation))
    assert (found["failover_vms"], found["failover_without"]) == (0, 4)
    assert "4 VMs of north have no replica to start" in federation.outcomes()["south"].notes


def test_a_dead_site_draws_no_power_and_serves_nobody() -> None:
    federation = ran(sites__north__failover="none", **{"sites__north__faults__site-down__lasts": None})
    series = federation.outcomes()["north"].record.series
    assert (series["hosts_on"][14:] == 0).all() and (series["cpu_used_hz"][14:] == 0).all()
    assert (series["hosts_on"][:12] > 0).all()


def test_replicas_are_never_older_than_a_period_and_the_time_a_cycle_takes() -> None:
    found = measured(record(ran(sites__north__faults={}, sites__south__replication={})))
    assert 15 * MINUTE < found["replica_age_s"] < 16 * MINUTE


def test_a_vm_that_moves_runs_on_one_side_at_any_time_and_stands_still_for_the_rest_alone() -> None:
    federation = ran(sites__north__faults={})
    (passage,) = federation.sites["north"].crossings.passages.values()
    assert passage.end is not None and passage.missing == pytest.approx([0.0, 0.0])
    pipe = federation.sites["north"].transit.pipes["south"]
    rest = passage.downtime - 2 * pipe.latency
    assert 0 < rest < 3 * (16 + 16) * 2.0**20 / pipe.bandwidth, "at most 16 MiB of memory and of disk are left"
    wanted = record(federation).series["cpu_wanted_hz"]
    assert wanted[4] == pytest.approx(wanted[1], rel=1e-9)
    assert passage.sent >= 2 * 2.0**30 + 0.8 * 10 * 2.0**30


def test_a_move_that_finds_its_target_lost_leaves_the_vm_where_it_is() -> None:
    south = {"backup": {**document().data["sites"]["north"]["backup"], "offsite": "none"}}
    text = document(sites__south__faults={"site-down": {"at": "day 1 at 13h"}}, sites__south__backup=south["backup"])
    data = text.data["sites"]["south"]
    data["hosts"] |= {"backup1": {"server": "hp-dl360-g5"}, "vault": {"server": "hp-dl320s"}}
    data["topology"]["san"]["joins"].append("backup1")
    data["topology"]["lan"] = {"kind": "ethernet", "speed": "1 Gbit/s", "joins": ["esx", "backup1", "vault"]}
    data["backup"]["jobs"] = {"nightly": {"vms": ["web"]}}
    federation = Federation(resolve(text), Inputs(), 1)
    federation.run()
    outcome = federation.outcomes()["north"]
    assert "kiosk stays: south does not answer" in outcome.notes
    north = federation.sites["north"].simulation
    assert "kiosk" not in {north.vms.names[vm] for vm in north.absent}


def test_a_group_of_a_site_can_be_told_of_by_itself() -> None:
    text = TWO + "expect:\n  - {guest_latency: as-written < 1000, when: {vm: south/web}}\n"
    changed = document(text, sites__south__vms__web__io={"rate": "50 /s"})
    checked = check(changed, Inputs())
    assert len(checked.expectations) == 1
    point = simulate(Spot(Column("as-written"), Row(), 0), changed, Inputs())
    assert "guest_latency_s/south/web" in point.series and point.error is None


def test_a_site_may_have_nothing_but_a_place_for_copies() -> None:
    vault = {"hosts": {"nas": {"server": "hp-dl320s"}}}
    changes = {**QUIET, "sites__vault": vault}
    changes["sites__north__backup__offsite"] = {
        "site": "vault",
        "host": "nas",
        "disks": "8 x sata-7k2",
        "size": "2 TiB",
    }
    changes["links__far"] = {"between": ["north", "vault"], "bandwidth": "1 Gbit/s", "latency": "20 ms"}
    found = measured(record(ran(**changes)))
    assert found["backups"] == 4 and 0 < found["offsite_lag_s"] < HOUR


def test_a_refusal_names_the_site() -> None:
    federation = document(sites__south__vms__web__vcpus=64, sites__south__replication={})
    point = simulate(Spot(Column("as-written"), Row(), 0), federation, Inputs())
    assert point.refused == "south: VMware ESX 4.0 gives a VM 8 vCPUs at most, and this one wants 64"


def test_stand_ins_are_called_after_where_they_come_from() -> None:
    assert stand_in("north", "web-3") == "north-web-3"


def test_bytes_that_are_acknowledged_and_never_came_are_a_defect() -> None:
    outcomes = ran(sites__north__faults={}).outcomes()
    from dataclasses import replace

    outcomes["north"] = replace(outcomes["north"], sent=outcomes["north"].sent * 3)
    with pytest.raises(AssertionError, match="bytes are acknowledged"):
        together(outcomes)
