"""Backup from Python: a policy of one's own in a few lines, and what the desk tells."""

from __future__ import annotations

import inspect
import math
from typing import Any

import pytest

from tests.vinfra.backup.nights import HOUR, conditions, estate, nights
from vinfra.backup.api import Desk
from vinfra.backup.policies import image_tool, oldest_first, p2v_tool
from vinfra.backup.policy import Policy
from vinfra.compute.streams import Phases
from vinfra.scenario.simulation import Simulation


class ChangedMost(Policy):
    """Whoever has changed most since the last time goes first; after that a file of it is restored as a trial."""

    def run(self, desk: Desk) -> Phases:
        while True:
            yield desk.wait_until("daily at 23h")
            first, *others = sorted(desk.vms, key=lambda vm: (-desk.changed(vm), vm))
            order = desk.start(first)
            yield desk.finished([order])
            yield desk.finished([desk.restore(first, kind="file")])
            yield desk.finished([desk.start(vm) for vm in others])


def by_hand(**changes: Any) -> Simulation:
    """The estate whose jobs nobody starts."""
    return estate(backup__schedule={"nightly": "cron 0 22 29 2 *"}, **changes)


def begin(simulation: Simulation, policy: Policy) -> Desk:
    assert simulation.protected is not None
    simulation.clock.process(policy.run(simulation.protected.desk), source="mine")
    return simulation.protected.desk


def test_a_policy_of_ones_own_starts_follows_and_restores() -> None:
    simulation = by_hand()
    desk = begin(simulation, ChangedMost())
    simulation.run()
    assert all(len(desk.results(vm)) == 3 and all(one.done for one in desk.results(vm)) for vm in desk.vms)
    assert simulation.protected is not None
    recoveries = simulation.protected.restoring.recoveries
    assert [recovery.condition for recovery in recoveries] == ["done"] * 3
    assert all(recovery.took is not None and recovery.took > 0 for recovery in recoveries)


def test_the_desk_knows_age_and_changes() -> None:
    simulation = by_hand()
    assert simulation.protected is not None
    desk = simulation.protected.desk
    assert math.isinf(desk.age("one-1"))
    assert desk.changed("one-1") == desk.machine("one-1").used
    simulation, _ = nights()
    assert simulation.protected is not None
    desk = simulation.protected.desk
    assert 9 * HOUR < desk.age("one-1") < 10 * HOUR
    assert desk.changed("one-1") < 0.05 * desk.machine("one-1").used
    assert f"{desk.date:%A %H:%M}" == "Thursday 08:00"


def test_names_that_nobody_has_are_refused_with_the_right_one() -> None:
    simulation = by_hand()
    assert simulation.protected is not None
    with pytest.raises(KeyError, match="did you mean 'one-4'"):
        simulation.protected.desk.start("one-l")
    with pytest.raises(KeyError, match="nightly"):
        simulation.protected.desk.start("one-1", job="nighly")


def test_an_order_that_is_called_off_says_so_and_leaves_no_snapshot() -> None:
    simulation = by_hand()
    assert simulation.protected is not None
    desk = simulation.protected.desk
    orders = []

    def impatient() -> Phases:
        orders.append(desk.start("one-1"))
        yield desk.wait(60.0)
        desk.call_off(orders[0], "the operator needs the disk")

    simulation.clock.process(impatient(), source="mine")
    simulation.clock.run(until=2 * HOUR)
    assert orders[0].result.condition == "the operator needs the disk"
    assert not simulation.protected.snapshots.open
    assert simulation.protected.store.place.space.reserved == 0


def test_oldest_first_spreads_what_a_short_window_misses() -> None:
    window = {"window": "1 min"}
    every = {"backup__jobs__nightly__method": "full"}
    by_list, _ = nights(backup__schedule={"nightly": "daily at 22h", **window}, **every)
    by_age, _ = nights(backup__policy={"policy": "oldest-first", **window}, **every)

    def protected(simulation: Simulation) -> set[str]:
        assert simulation.protected is not None
        return {result.machine for result in simulation.protected.tally.results() if result.done}

    assert len(protected(by_age)) > len(protected(by_list))


def test_products_beside_consolidated_backup_protect_everything() -> None:
    tool, _ = nights(backup__policy="image-tool", backup__transport="nbd")
    assert conditions(tool) == ["done"] * 24
    copies, record = nights(backup__policy={"policy": "p2v-tool", "at": "daily at 20h", "standby": "esx-1"})
    assert conditions(copies) == ["done"] * 24
    assert record.totals["restores_done"] == 24


@pytest.mark.parametrize("module", [image_tool, oldest_first, p2v_tool])
def test_a_product_or_a_rule_is_less_than_forty_lines(module: Any) -> None:
    policy = next(
        value for value in vars(module).values() if inspect.isclass(value) and value.__module__ == module.__name__
    )
    assert len(inspect.getsource(policy).splitlines()) < 40
