"""DPM on small estates, by hand: 45, 63 and 81 %, five and forty minutes, mean and two deviations, who stays on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vinfra.operations.estates import estate, fleet
from vinfra.operations.clusters.dpm import Dpm, PowerManagement
from vinfra.operations.clusters.estate import Estate, HostState
from vinfra.operations.clusters.fleet import Fleet

EPOCH = 300.0


def managed(of: Estate, failures: int = 0, epoch: float = EPOCH) -> tuple[Fleet, PowerManagement]:
    floor = fleet(of)
    power = PowerManagement(floor, Dpm(), epoch, failures)
    floor.parts.append(power)
    return floor, power


def run(floor: Fleet, epochs: int, fraction: list[float], start: int = 0, epoch: float = EPOCH) -> None:
    for number in range(start, start + epochs):
        floor.epoch(number * epoch, epoch, np.array(fraction))


def sized(of: Estate, sizes: list[float]) -> Estate:
    of.places.capacity[:] = sizes
    return of


def test_a_small_host_goes_though_a_larger_one_that_does_less_must_stay() -> None:
    """200 + 100 Hz do 70: without the large host 70 of 100 are used, without the small one 35 %."""
    floor, _ = managed(sized(estate(2, [0, 1, 1]), [200.0, 100.0]))
    run(floor, 12, [0.3, 0.2, 0.2])  # 15 % and 40 %
    assert floor.estate.state.tolist() == [HostState.ON, HostState.STANDBY]


@pytest.mark.parametrize(("each", "stays"), [(0.157, 2), (0.158, 3)])
def test_hosts_leave_as_long_as_the_others_stay_at_sixty_three_percent(each: float, stays: int) -> None:
    """Three hosts of 100 Hz with eight VMs: 1.256 fit two at 63 %, 1.264 do not; one host never suffices."""
    floor, _ = managed(estate(3, [0, 0, 1, 1, 1, 2, 2, 2]))
    run(floor, 24, [each] * 8)
    assert int((floor.estate.state == HostState.ON).sum()) == stays


def test_one_host_stays_however_little_there_is_to_do() -> None:
    floor, _ = managed(estate(4, [0, 1, 2, 3]))
    run(floor, 48, [0.0] * 4)
    assert int((floor.estate.state == HostState.ON).sum()) == 1


def test_demand_is_the_mean_and_two_deviations_of_the_window() -> None:
    floor, power = managed(estate(2, [0, 1]))
    for number, want in enumerate([0.1, 0.3, 0.1, 0.3]):
        floor.epoch(number * EPOCH, EPOCH, np.array([want, 0.2]))
    assert power.demand(4).tolist() == pytest.approx([20.0 + 2 * 10.0, 20.0])
    assert power.demand(1).tolist() == pytest.approx([30.0, 20.0])
    assert power.demand(2).tolist() == pytest.approx([20.0 + 2 * 10.0, 20.0])


def test_with_epochs_of_a_minute_the_windows_hold_five_and_forty_samples() -> None:
    floor, power = managed(estate(2, [0, 1]), epoch=60.0)
    run(floor, 35, [0.1, 0.1], epoch=60.0)
    assert (floor.estate.state == HostState.ON).all()
    run(floor, 6, [0.1, 0.1], start=35, epoch=60.0)
    assert (floor.estate.state == HostState.ON).sum() == 1
    for number in range(41, 46):
        floor.epoch(number * 60.0, 60.0, np.array([0.1 * (number - 40), 0.1]))
    wanted = np.array([10.0, 20.0, 30.0, 40.0, 50.0]) + 10.0
    host = int(floor.estate.at[0])
    assert power.demand(5)[host] == pytest.approx(wanted.mean() + 2 * wanted.std())


def test_a_host_kept_for_restarts_is_no_help_for_one_that_is_too_full() -> None:
    """With it the two would be at 45 %, so nobody would be woken; it takes no VMs though."""
    of = estate(3, [0, 0])
    of.kept[2] = True
    of.state[1] = HostState.STANDBY
    floor, _ = managed(of)
    run(floor, 2, [0.45, 0.45])
    assert floor.estate.state[1] in (HostState.BOOTING, HostState.ON)


@pytest.mark.parametrize(("want", "woken"), [(0.40, False), (0.41, True)])
def test_a_host_is_woken_above_eighty_one_percent(want: float, woken: bool) -> None:
    of = estate(2, [0, 0])
    of.state[1] = HostState.STANDBY
    floor, _ = managed(of)
    run(floor, 2, [want, want])
    assert (floor.estate.state[1] != HostState.STANDBY) == woken


@pytest.mark.parametrize(("failures", "stays"), [(0, 1), (1, 2), (2, 3)])
def test_hosts_stay_on_for_those_that_could_fail(failures: int, stays: int) -> None:
    floor, _ = managed(estate(4, [0, 1, 2, 3], [20.0] * 4), failures)
    run(floor, 48, [0.05] * 4)
    assert int((floor.estate.state == HostState.ON).sum()) == stays


def test_no_host_leaves_whose_vms_fit_nowhere() -> None:
    """20 of 100 bytes are free on each host, and each VM takes 40."""
    floor, _ = managed(estate(2, [0, 0, 1, 1], [40.0] * 4))
    run(floor, 24, [0.02] * 4)
    assert (floor.estate.state == HostState.ON).all()


@pytest.mark.parametrize("fraction", [0.05, 0.12, 0.2, 0.25, 0.3])
def test_steady_demand_is_settled_once(fraction: float) -> None:
    floor, _ = managed(estate(6, [host for host in range(6) for _ in range(3)]))
    run(floor, 48, [fraction] * 18)
    before = floor.totals()
    run(floor, 96, [fraction] * 18, start=48)
    assert floor.totals() == before and before["host_boots"] == 0
