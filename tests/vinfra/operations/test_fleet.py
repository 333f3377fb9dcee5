"""The floor of a fleet: work and energy against all hosts computed anew at every change; slots; ties."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.operations.estates import TERMS, estate, fleet
from vinfra.operations.clusters.agenda import Agenda
from vinfra.operations.clusters.estate import NOWHERE, POWERED, REACHED, RUNNING, Estate, HostState
from vinfra.operations.clusters.failures import Failures
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.clusters.flights import Flights

HOSTS = 4
BUSY = (HostState.BOOTING, HostState.STOPPING, HostState.MAINTENANCE)


def shared(want: list[float], shares: list[float], floor: list[float], capacity: float) -> list[float]:
    """Who gets what of a host, by halving the range its level lies in."""
    if sum(want) <= capacity:
        return want
    floor = [min(one, other) for one, other in zip(floor, want, strict=True)]
    if sum(floor) > capacity:
        floor = [one * capacity / sum(floor) for one in floor]

    def at(level: float) -> list[float]:
        return [min(max(level * s, f), w) for s, f, w in zip(shares, floor, want, strict=True)]

    low, high = 0.0, max(want) / min(shares)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle)) < capacity else (low, middle)
    return at(low)


class Anew:
    """Rates of all hosts computed anew after every change, one host and one VM at a time, and added up."""

    def __init__(self, of: Fleet) -> None:
        self.fleet = of
        self.done = dict.fromkeys(("wanted", "granted", "used", "watts", "on", "standby"), 0.0)
        self.last = 0.0
        self.rates: dict[str, float] = {}
        of.watch = self.look

    def look(self) -> None:
        self.pass_to(self.fleet.now)
        rates = dict.fromkeys(self.done, 0.0)
        for host in range(HOSTS):
            for name, rate in self.of(host).items():
                rates[name] += rate
        self.rates = rates

    def pass_to(self, time: float) -> None:
        for name, rate in self.rates.items():
            self.done[name] += rate * (time - self.last)
        self.last = time

    def of(self, host: int) -> dict[str, float]:
        fleet, estate = self.fleet, self.fleet.estate
        state, capacity = estate.state[host], float(estate.places.capacity[host])
        here = [vm for vm in range(len(estate.host)) if estate.host[vm] == host]
        flights = [one for one in fleet.flights.under_way.values() if one.leaves <= fleet.now + 1e-9]
        flying = sum(host in (one.source, one.target) for one in flights)
        limit = capacity * float(fleet.shares.pace[host])
        over = min(flying * fleet.terms.cycles_per_byte * fleet.terms.bandwidth, limit)
        want = [min(float(fleet.fraction[vm]) * 100.0, 100.0) for vm in here]
        members = estate.members
        floors = [float(members.reservation[vm]) for vm in here]
        left = limit - over if state in RUNNING else 0.0
        granted = sum(shared(want, [float(members.shares[vm]) for vm in here], floors, left))
        used = granted + (over if state in RUNNING else 0.0)
        load = TERMS.boot_load if state in (HostState.BOOTING, HostState.STOPPING) else min(used / capacity, 1.0)
        on = state in POWERED and (bool(estate.count[host]) or state in BUSY)
        watts = float(estate.places.curves[0].watts(load)) if on else 0.0
        standby = state == HostState.STANDBY
        return {
            "wanted": sum(want),
            "granted": granted,
            "used": used,
            "watts": TERMS.standby if standby else watts,
            "on": float(on),
            "standby": float(standby),
        }


def order(fleet: Fleet, failures: Failures, what: str, vm: int, host: int) -> None:
    """Something that can be ordered now, or nothing."""
    at: Estate = fleet.estate
    state = at.state[host]
    if what == "move" and fleet.movable()[vm] and at.host[vm] != host and state == HostState.ON and at.fits(vm, host):
        fleet.move(vm, host, "a test says so")
    elif what == "halt" and at.host[vm] != NOWHERE:
        fleet.halt(vm, "is down")
    elif what == "start" and vm in fleet.down and at.at[vm] == NOWHERE and state in REACHED and at.fits(vm, host):
        fleet.start(vm, host, "a test says so")
    elif what == "drain" and state == HostState.ON and not (at.at == host).any():
        fleet.drain(host, "standby", "is emptied")
    elif what == "wake" and state == HostState.STANDBY:
        fleet.wake(host, "a test says so")
    elif what == "fail":
        failures.fail(host)
    elif what == "repair":
        failures.repair(host)
    elif what == "slow" and not fleet.agenda.before(fleet.now + 1e-6):
        fleet.shares.slow(np.where(np.arange(HOSTS) == host, 0.5, 1.0), fleet.now)


ORDERS = ("move", "move", "move", "halt", "start", "start", "drain", "drain", "wake", "fail", "repair", "slow")


@settings(max_examples=60, deadline=None)
@given(
    at=st.lists(st.integers(0, HOSTS - 1), min_size=1, max_size=9),
    orders=st.lists(
        st.tuples(st.integers(0, 240), st.sampled_from(ORDERS), st.integers(0, 8), st.integers(0, HOSTS - 1)),
        max_size=40,
    ),
    length=st.sampled_from([5.0, 20.0, 60.0]),
    seed=st.integers(0, 10_000),
)
def test_work_and_energy_are_those_of_all_hosts_computed_anew_at_every_change(
    at: list[int], orders: list[tuple[int, str, int, int]], length: float, seed: int
) -> None:
    """Moments are multiples of half a second, so many lie on the border of an epoch or at the same time."""
    random = np.random.default_rng(seed)
    of = estate(HOSTS, at, random.integers(1, 12, len(at)).tolist())
    of.members.shares[:] = random.integers(1, 5, len(at))
    of.members.reservation[:] = random.integers(0, 40, len(at))
    floor = fleet(of, "powered-off")
    failures = Failures(floor)
    floor.parts.append(failures)
    anew, memory = Anew(floor), of.members.guests.memory
    floor.agenda.handlers["step"] = lambda _, said: order(floor, failures, *said)
    for half, what, vm, host in orders:
        floor.agenda.add(half / 2, "step", 0, (what, vm % len(at), host))
    rows: list[dict[str, float]] = []
    for epoch in range(round(120 / length)):
        anew.rates, anew.last = {}, epoch * length
        floor.agenda.add(epoch * length, "declared")
        floor.agenda.handlers["declared"] = lambda *_: None
        anew.done = dict.fromkeys(anew.done, 0.0)
        rows.append(floor.epoch(epoch * length, length, random.random(len(at))))
        anew.pass_to((epoch + 1) * length)
        for name, expected in anew.done.items():
            assert rows[-1][name] == pytest.approx(expected, rel=1e-9, abs=1e-6), name
        taken, count = np.zeros(HOSTS), np.zeros(HOSTS, dtype=int)
        for vm in range(len(at)):
            for one in {int(of.host[vm]), int(of.at[vm])} - {NOWHERE}:
                taken[one] += memory[vm]
                count[one] += 1
            assert (vm in floor.down) == (of.host[vm] == NOWHERE)
            assert of.moving[vm] == (vm in floor.flights.under_way)
        np.testing.assert_allclose(of.room, of.places.memory - taken, atol=1e-9)
        np.testing.assert_array_equal(of.count, count)
        assert (floor.shares.overhead >= 0).all() and (of.room >= -1e-9).all()
        empty = ~np.isin(of.state, RUNNING)
        assert not count[empty].any()


@given(
    orders=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9), st.integers(1, 9)), max_size=30),
    at_once=st.integers(1, 3),
)
def test_no_host_takes_part_in_more_migrations_than_it_has_slots(
    orders: list[tuple[int, int, int, int]], at_once: int
) -> None:
    flights, now = Flights(4, at_once), 0.0
    flown = []
    for vm, (source, target, later, seconds) in enumerate(orders):
        now += later
        if source != target:
            flown.append(flights.order(vm, source, target, now, float(seconds)))
            assert flown[-1].leaves >= now and flown[-1].lands == flown[-1].leaves + seconds
    for host in range(4):
        mine = [one for one in flown if host in (one.source, one.target)]
        for one in mine:
            assert sum(other.leaves <= one.leaves < other.lands for other in mine) <= at_once


def test_who_finds_no_slot_waits_for_the_first_that_is_free() -> None:
    flights = Flights(3, 1)
    assert flights.order(0, 0, 1, 10.0, 5.0).lands == 15.0
    assert flights.order(1, 2, 1, 11.0, 3.0).leaves == 15.0  # host 1 is taken
    assert flights.order(2, 0, 2, 12.0, 1.0).lands == 19.0  # host 2 sends until 18


def test_a_move_lands_after_memory_over_bandwidth_and_costs_cycles_of_both_hosts() -> None:
    floor = fleet(estate(2, [0], [20.0]))
    floor.agenda.handlers["step"] = lambda *_: floor.move(0, 1, "a test says so")
    floor.agenda.add(10.0, "step")
    done = floor.epoch(0.0, 60.0, np.array([0.3]))
    assert floor.estate.host[0] == 1 and floor.told.vms[-1] == (0, "", 30.0)  # type: ignore[attr-defined]
    assert done["granted"] == pytest.approx(30.0 * 60)
    assert done["used"] - done["granted"] == pytest.approx(2 * 2.0 * 20)  # 2 cycles a byte on each


@given(
    st.permutations(
        [(5.0, kind, subject) for kind in ("fails", "lands", "balance", "power", "step") for subject in range(3)]
    )
)
def test_at_one_moment_the_kind_decides_and_then_the_subject(entries: list[tuple[float, str, int]]) -> None:
    seen: list[tuple[str, int]] = []

    def handler(kind: str) -> Any:
        return lambda subject, note: seen.append((kind, subject))

    agenda = Agenda()
    for kind in ("fails", "lands", "balance", "power", "step"):
        agenda.handlers[kind] = handler(kind)
    for entry in entries:
        agenda.add(*entry)
    while agenda.before(6.0) is not None:
        agenda.happen()
    assert seen == [(kind, one) for kind in ("fails", "lands", "step", "balance", "power") for one in range(3)]


def test_a_kind_without_rank_is_refused() -> None:
    with pytest.raises(KeyError, match="unheard-of"):
        Agenda().add(1.0, "unheard-of")


def test_what_happens_on_the_border_of_two_epochs_happens_in_the_second() -> None:
    floor, seen = fleet(estate(2, [0])), []
    floor.agenda.handlers["step"] = lambda *_: seen.append((floor.now, float(floor.fraction[0])))
    floor.agenda.add(60.0, "step")
    floor.epoch(0.0, 60.0, np.array([0.1]))
    assert seen == []
    floor.epoch(60.0, 60.0, np.array([0.2]))
    assert seen == [(60.0, 0.2)]


@pytest.mark.parametrize("start", [2.0**exponent for exponent in (10, 23, 24, 30, 40)])
def test_years_into_a_run_things_still_happen(start: float) -> None:
    """From half a year on, what floats tell apart is more than the nanosecond that events at once may be apart."""
    floor, seen = fleet(estate(2, [0])), []
    floor.agenda.handlers["step"] = lambda *_: seen.append(floor.now)
    for time in (start, start + 7.0, start + 7.0, start + 300.0):
        floor.agenda.add(time, "step")
    floor.epoch(start, 300.0, np.array([0.1]))
    assert seen == [start, start + 7.0, start + 7.0]


class AtOnce:
    """A part that gives its order as the epoch begins."""

    def __init__(self, floor: Fleet) -> None:
        self.floor = floor

    def epoch(self, time: float, length: float) -> None:
        """The last host goes to standby."""
        if self.floor.estate.state[-1] == HostState.ON:
            self.floor.drain(1, "standby", "is emptied")

    def host_on(self, host: int) -> None:
        """Nothing."""

    host_lost = host_isolated = host_on


def test_orders_at_the_beginning_of_an_epoch_count_from_its_beginning() -> None:
    floor = fleet(estate(2, [0]))
    floor.parts.append(AtOnce(floor))
    done = floor.epoch(0.0, 5.0, np.array([0.0]))  # too short for anything on the agenda
    curve = floor.estate.places.curves[0]
    assert done["watts"] == pytest.approx(5 * (float(curve.watts(0.0)) + float(curve.watts(TERMS.boot_load))))


@pytest.mark.parametrize("empty_hosts", ["idle", "powered-off"])
def test_boot_and_stop_cost_what_the_terms_say_whatever_empty_hosts_do(empty_hosts: str) -> None:
    floor = fleet(estate(2, [0]), empty_hosts)
    floor.agenda.handlers["step"] = lambda _, said: said()
    floor.agenda.add(0.0, "step", 0, lambda: floor.drain(1, "standby", "is emptied"))
    floor.agenda.add(50.0, "step", 0, lambda: floor.wake(1, "a test says so"))
    done = floor.epoch(0.0, 80.0, np.array([0.0]))
    curve = floor.estate.places.curves[0]
    half = float(curve.watts(0.5))
    # It stops for 10 s, is on standby for 40 s and boots for 30 s; the other is idle.
    assert done["watts"] == pytest.approx(80 * 100.0 + 10 * half + 40 * 10.0 + 30 * half)
    assert (done["on"], done["standby"]) == (pytest.approx(80 + 10 + 30), pytest.approx(40))
    assert floor.estate.state[1] == HostState.BOOTING


def test_a_host_that_policy_switches_off_is_on_as_soon_as_a_vm_is_on_its_way_there() -> None:
    floor = fleet(estate(3, [0, 0], [20.0, 20.0]), "powered-off", replace(TERMS, cycles_per_byte=0.0))
    floor.agenda.handlers["step"] = lambda vm, target: floor.move(vm, target, "a test says so")
    floor.agenda.add(10.0, "step", 0, 1)
    floor.agenda.add(10.0, "step", 1, 2)  # it waits for the slot of host 0 until 30
    done = floor.epoch(0.0, 60.0, np.array([0.0, 0.0]))
    # Hosts 1 and 2 from 10 on; host 0 until it is empty at 50.
    assert done["on"] == pytest.approx(50 + 50 + 50)
    assert done["watts"] == pytest.approx(100.0 * 150)


def test_hosts_without_vms_count_as_off_where_policy_switches_them_off() -> None:
    done = fleet(estate(3, [0]), "powered-off").epoch(0.0, 10.0, np.array([0.5]))
    assert (done["on"], done["capacity_on"]) == (10.0, 1000.0)


def test_downtime_begins_with_the_halt_and_ends_with_the_boot() -> None:
    floor = fleet(estate(2, [0, 0]))
    floor.agenda.handlers["step"] = lambda _, said: said()
    for vm in range(2):
        floor.agenda.add(10.0, "step", vm, lambda vm=vm: floor.halt(vm, "is down"))
        floor.agenda.add(12.0, "step", vm, lambda vm=vm: floor.start(vm, 1, "a test says so"))
    floor.epoch(0.0, 60.0, np.array([0.5, 0.5]))
    # One boots at a time, 5 s each: 7 s and 12 s after the halt.
    up = [time for _, state, time in floor.told.vms if state == ""]  # type: ignore[attr-defined]
    assert up == [17.0, 22.0] and all(later > earlier for earlier, later in pairwise(up))
    totals = floor.totals()
    assert (totals["vm_downtime_s"], totals["vm_downtime_most_s"], totals["vms_restarted"]) == (19.0, 12.0, 2.0)
