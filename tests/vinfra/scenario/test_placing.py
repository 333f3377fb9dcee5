"""Rules and admission of a scenario: who starts where, who does not and why, and what the file must change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.operations.admission import Pool, admissions, survives
from vinfra.operations.placement import NOWHERE, Batch, Room, placements
from vinfra.operations.rules import Apart, Homes, Rules, Together
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.placing import Placing
from vinfra.scenario.simulation import Simulation, notes
from vinfra.scenario.world import World, build

LAB = """\
scenario: lab
question: Who starts where?
duration: 1 h
hosts:
  esx: {count: 4, server: hp-proliant-ml110-g4, memory: 16 GiB}
vms:
  app: {count: 2, memory: 2 GiB, demand: 5 %}
  db: {memory: 4 GiB, demand: 5 %}
  web: {count: 4, memory: 1 GiB, demand: 5 %}
"""


def world(more: str, *changes: tuple[str, str]) -> World:
    text = LAB + more
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return build(resolve(parse(text, "lab.yaml")), None)


def homes(made: World) -> dict[str, str]:
    return {name: made.hosts.names[host] for name, host in zip(made.vms.names, made.vms.host.tolist(), strict=True)}


def reasons(made: World) -> list[str]:
    return [one.sentence() for one in made.unplaced]


def told(more: str) -> str:
    with pytest.raises(InputError) as wrong:
        check(parse(LAB + more, "lab.yaml"), Inputs())
    return str(wrong.value)


def test_vms_that_are_apart_have_a_host_each() -> None:
    found = homes(world("rules: {web-apart: {apart: [web]}}\n"))
    assert len({found[f"web-{number}"] for number in (1, 2, 3, 4)}) == 4


def test_more_vms_apart_than_hosts_leaves_some_out_and_says_so() -> None:
    made = world("rules: {web-apart: {apart: [web]}}\n", ("web: {count: 4", "web: {count: 6"))
    assert reasons(made) == [
        "web: 2 VMs without a host, left out (web-5 to web-6): no host that had room keeps the rule web-apart"
    ]


def test_vms_of_several_groups_start_together() -> None:
    rules = "rules:\n  pair: {together: [app, db]}\n  away: {vms: [db], avoid: [esx-1]}\n"
    found = homes(world(rules))
    assert found["app-1"] == found["app-2"] == found["db"] != "esx-1"


def test_together_means_all_or_none() -> None:
    made = world("rules: {pair: {together: [app, db]}}\n", ("memory: 16 GiB", "memory: 7 GiB"))
    assert reasons(made) == [
        "app: 2 VMs without a host, left out: no host had 8 GiB of memory left for all 3 VMs that run together",
        "db: 1 VMs without a host, left out: no host had 8 GiB of memory left for all 3 VMs that run together",
    ]
    loose = world("rules: {pair: {together: [app, db], strict: false}}\n", ("memory: 16 GiB", "memory: 7 GiB"))
    assert reasons(loose) == []


def test_a_preference_is_kept_as_long_as_there_is_room() -> None:
    rules = "rules: {near: {vms: [web], hosts: [esx-4], strict: false}}\n"
    found = homes(world(rules, ("web: {count: 4, memory: 1 GiB", "web: {count: 4, memory: 6 GiB")))
    assert [found[f"web-{number}"] for number in (1, 2, 3, 4)] == ["esx-4", "esx-4", "esx-1", "esx-2"]
    strict = world(
        rules.replace(", strict: false", ""), ("web: {count: 4, memory: 1 GiB", "web: {count: 4, memory: 6 GiB")
    )
    assert reasons(strict) == [
        "web: 2 VMs without a host, left out (web-3 to web-4): no host that had room keeps the rule near"
    ]


def test_a_group_that_takes_its_hosts_in_turn_keeps_rules_too() -> None:
    made = world("rules: {pair: {together: [web-1, web-3]}}\n", ("web: {", "web: {hosts: [esx-2, esx-3], "))
    assert [homes(made)[f"web-{number}"] for number in (1, 2, 3, 4)] == ["esx-2", "esx-3", "esx-2", "esx-3"]


def test_all_means_every_vm_and_none_switches_a_rule_off() -> None:
    rules = "rules: {away: {vms: [all], avoid: [esx-1]}, web-apart: none}\n"
    assert set(homes(world(rules)).values()) == {"esx-2"}


def test_a_share_leaves_room_for_the_largest_host() -> None:
    made = world("admission: {policy: share}\n", ("web: {count: 4", "web: {count: 50"))
    assert sum(one.count for one in made.unplaced) == 10
    assert reasons(made) == [
        "web: 10 VMs without a host, left out (web-41 to web-50): no room for them if esx-1 fails: "
        "58 GiB would be needed, 48 GiB are there"
    ]


def test_hosts_for_failover_stay_empty() -> None:
    kept = "admission: {policy: failover-hosts, hosts: [esx-1]}\n"
    assert "esx-1" not in homes(world(kept)).values()
    full = world(kept, ("web: {count: 4", "web: {count: 50"))
    assert reasons(full) == [
        "web: 10 VMs without a host, left out (web-41 to web-50): no host had 1 GiB of memory left; "
        "esx-1 is kept empty for VMs of hosts that fail"
    ]
    pinned = world(kept, ("web: {", "web: {host: esx-1, "))
    assert reasons(pinned) == ["web: 4 VMs without a host, left out: esx-1 is kept empty for VMs of hosts that fail"]


def test_vms_that_start_together_are_admitted_together() -> None:
    made = world("rules: {pair: {together: [app, db]}}\nadmission: {policy: share, memory: 95 %}\n")
    assert reasons(made)[:1] == [
        "app: 2 VMs without a host, left out: no room for them with 95 % kept free: 8 GiB would be needed, "
        "3.2 GiB are there"
    ]


def test_who_starts_nowhere_is_in_the_event_log_all_the_time() -> None:
    made = world("rules: {web-apart: {apart: [web]}}\n", ("web: {count: 4", "web: {count: 5"))
    simulation = Simulation(made, Streams(1))
    simulation.run()
    found = [one for one in simulation.intervals() if one.entity == "web-5"]
    assert [(one.state, one.start, one.end) for one in found] == [
        ("has no host: no host that had room keeps the rule web-apart", 0.0, 3600.0)
    ]
    assert notes(simulation)[0].startswith("web: 1 VMs without a host, left out (web-5): ")


def test_ranges_tell_which_vms_are_left_out() -> None:
    made = world("rules: {near: {vms: [web-2, web-4], hosts: [esx-1]}, away: {vms: [web-1, all], avoid: [esx-2]}}\n")
    assert reasons(made) == []
    full = world(
        "rules: {a: {vms: [web-2, web-4, web-5], hosts: [esx-1]}}\n",
        ("web: {count: 4, memory: 1 GiB", "web: {count: 5, memory: 12 GiB"),
    )
    assert reasons(full) == [
        "web: 3 VMs without a host, left out (web-2 and web-4 to web-5): no host that had room keeps the rule a"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: {r: {apart: [webb]}}\n", "lab.yaml:10:21 rules.r.apart[0]: no VM 'webb'; did you mean 'web'?"),
        ("rules: {r: {together: [web-5]}}\n", "rules.r.together[0]: no VM 'web-5'"),
        ("rules: {r: {vms: [web], hosts: [esx-9]}}\n", "rules.r.hosts[0]: no host 'esx-9'"),
        ("rules: {r: {vms: [web]}}\n", "lab.yaml:10:9 rules.r: does not say on which hosts: add `hosts` or `avoid`"),
        ("rules: {r: {avoid: [esx]}}\n", "rules.r: does not say which VMs: add `vms`"),
        ("rules: {r: {strict: true}}\n", "rules.r: says nothing: write `apart`, `together`, or"),
        ("rules: {r: {apart: [web], together: [db]}}\n", "rules.r: says apart and together: write a rule for each"),
        ("rules: {r: {apart: []}}\n", "rules.r.apart: must have at least 1 in it"),
        ("rules: {r: {appart: [web]}}\n", "rules.r.appart: unknown key 'appart'; did you mean 'apart'?"),
        (
            "rules: {r: {apart: [web]}, s: {together: [web-1, db]}, t: {together: [db, web-2]}}\n",
            "lab.yaml:10:9 rules.r: keeps web-1 and web-2 apart, and s keeps them together",
        ),
        (
            "rules: {r: {vms: [db], hosts: [esx-1]}, s: {vms: [db], avoid: [esx-1]}}\n",
            "rules.s: leaves db no host beside r",
        ),
        (
            "rules: {r: {vms: [db], hosts: [esx-1]}, s: {vms: [app], hosts: [esx-2]}, t: {together: [app, db]}}\n",
            "rules.s: leaves app-1, app-2 and db no host beside r",
        ),
        ("admission: {policy: shares}\n", "admission.policy: no admission policy 'shares'; did you mean 'share'?"),
        ("admission: {policy: share, failures: -1}\n", "admission.failures: must be at least 0, got -1"),
        ("admission: {policy: failover-hosts}\n", "admission: keeps no host empty: add `hosts`"),
        ("admission: {policy: failover-hosts, hosts: [esx, x]}\n", "admission.hosts[1]: no host 'x'"),
        ("consolidation: {detector: thr}\nadmission: {policy: share}\n", "cannot stand beside admission"),
    ],
)
def test_what_the_file_must_change_is_said_with_its_place(text: str, message: str) -> None:
    assert message in told(text)


def test_a_host_whose_power_is_not_known_is_refused_by_a_placement_that_weighs_it() -> None:
    with pytest.raises(Refused, match=r"power-aware weighs what hosts draw, and nothing is known of esx-1"):
        world("placement: {policy: power-aware}\n", ("server: hp-proliant-ml110-g4", "cores: 2, frequency: 2 GHz"))


GROUPS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)), min_size=2, max_size=3)
SOME = st.sets(st.integers(0, 11), min_size=1, max_size=4)
WRITTEN = st.lists(
    st.tuples(
        st.sampled_from(["apart", "together", "homes"]), SOME, st.booleans(), st.sets(st.integers(0, 3), min_size=1)
    ),
    max_size=4,
)


@pytest.mark.parametrize("policy", placements.names())
@settings(max_examples=60, deadline=None)
@given(
    memory=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    groups=GROUPS,
    written=WRITTEN,
    admission=st.sampled_from([None, "share", "slots", "failover-hosts"]),
    failures=st.integers(0, 2),
    clusters=st.sampled_from([[0, 0, 0, 0], [0, 0, 1, 1]]),
)
def test_whoever_places_keeps_all_rules_and_what_was_admitted(
    policy: str,
    memory: list[int],
    groups: list[tuple[int, int, int]],
    written: list[tuple[str, set[int], bool, set[int]]],
    admission: str | None,
    failures: int,
    clusters: list[int],
) -> None:
    batches, sizes, cpus = {}, np.zeros(0), np.zeros(0)
    for number, (count, size, cpu) in enumerate(groups):
        need = np.full(4, float(cpu) * 1e9)
        batches[f"g{number}"] = Batch(f"g{number}", count, float(size), need, need + 1.0, 0.0, np.ones(4, dtype=bool))
        sizes, cpus = np.append(sizes, [size] * count), np.append(cpus, [cpu * 1e9] * count)
    total, rules = len(sizes), []
    for number, (kind, some, strict, hosts) in enumerate(written):
        members = np.array(sorted({vm % total for vm in some}))
        if kind == "homes":
            rules.append(Homes(f"r{number}", members, strict, np.isin(np.arange(4), list(hosts))))
        else:
            rules.append((Apart if kind == "apart" else Together)(f"r{number}", members, strict))
    names = [f"vm{number}" for number in range(total)]
    hosts_names = ["h0", "h1", "h2", "h3"]
    pool = Pool(
        np.full(4, 8e9), np.array(memory, dtype=float), np.array(clusters), max(clusters) + 1, hosts_names, hosts_names
    )
    rule = None
    if admission is not None:
        rule = admissions[admission](**({"hosts": ["h0"]} if admission == "failover-hosts" else {"failures": failures}))
    room = Room(pool.memory.copy(), pool.capacity.copy(), np.full(4, 1e9))
    placing = Placing(placements[policy](), room, batches, {}, Rules(rules, names, hosts_names), rule, pool)
    at = np.concatenate([placing.place(name) for name in batches])
    there = at != NOWHERE
    assert not [one for one in placing.rules.violations(at) if one.strict]
    used = np.bincount(at[there], sizes[there], 4)
    assert (used <= pool.memory).all() and (np.bincount(at[there], cpus[there], 4) <= pool.capacity).all()
    np.testing.assert_allclose(room.memory, pool.memory - used)
    for one in (one for one in rules if isinstance(one, Together) and one.strict):
        assert len(set(at[one.vms].tolist())) == 1
    if admission == "failover-hosts":
        assert used[0] == 0
    elif admission is not None:
        cluster = pool.cluster[at[there]]
        cpu, size = (np.bincount(cluster, need[there], pool.clusters) for need in (cpus, sizes))
        assert survives(pool, cpu, size, failures).all()
    left = [one for name in batches for one in placing.unplaced(name)]
    assert sum(one.count for one in left) == (~there).sum()
    assert all(one.reason for one in left)
