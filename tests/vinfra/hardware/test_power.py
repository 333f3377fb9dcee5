"""Power curves: published points exactly, straight lines between them, a fitted shape where only the ends are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra import facts
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.server import Server

SERVERS = {name: facts.load("servers", name, Server) for name in facts.names("servers")}
ELEVEN = {name: server for name, server in SERVERS.items() if server.power is not None and len(server.power) == 11}
TWO = {name: server for name, server in SERVERS.items() if server.power is not None and len(server.power) == 2}


@pytest.mark.parametrize("name", ELEVEN)
def test_curve_hits_every_published_point_exactly(name: str) -> None:
    points = ELEVEN[name].power
    assert PowerCurve(points).watts(np.arange(11) / 10).tolist() == points


@pytest.mark.parametrize("name", TWO)
def test_curve_of_two_points_hits_both_exactly(name: str) -> None:
    idle, full = TWO[name].power
    assert PowerCurve([idle, full]).watts([0.0, 1.0]).tolist() == [idle, full]


@pytest.mark.parametrize("name", [*ELEVEN, *TWO])
def test_more_load_never_draws_less(name: str) -> None:
    watts = PowerCurve(SERVERS[name].power).watts(np.linspace(0, 1, 201))
    assert (np.diff(watts) >= 0).all()


def test_between_points_the_curve_is_a_straight_line() -> None:
    curve = PowerCurve(SERVERS["hp-proliant-ml110-g4"].power)
    assert curve.watts(0.05) == pytest.approx((86 + 89.4) / 2)
    assert curve.watts(0.75) == pytest.approx((108 + 112) / 2)


def test_two_points_miss_measured_servers_by_less_than_a_straight_line_does() -> None:
    loads = np.arange(11) / 10
    fitted, straight = [], []
    for server in ELEVEN.values():
        measured = np.array(server.power)
        ends = [measured[0], measured[-1]]
        fitted.append(np.mean(np.abs(PowerCurve(ends).watts(loads) - measured) / measured))
        straight.append(np.mean(np.abs(np.interp(loads, [0, 1], ends) - measured) / measured))
    assert np.mean(fitted) == pytest.approx(0.0466, abs=0.0005)
    assert np.mean(straight) == pytest.approx(0.0634, abs=0.0005)


def test_constants_of_the_load_shape_are_the_means_of_least_squares_over_the_servers() -> None:
    loads = np.arange(1, 10) / 10
    columns = np.stack([1 - loads, loads**2 - loads], axis=1)
    fits = []
    for server in ELEVEN.values():
        watts = np.array(server.power)
        rise = (watts - watts[0]) / (watts[-1] - watts[0])
        fits.append(np.linalg.lstsq(columns, rise[1:10] - loads, rcond=None)[0])
    gap, curvature = np.mean(fits, axis=0)
    known = facts.read_one("power", "idle-gap-quadratic").data
    assert known["gap"] == pytest.approx(gap, abs=5e-5)
    assert known["curvature"] == pytest.approx(curvature, abs=5e-5)


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_watts_keep_the_shape_and_do_not_depend_on_neighbours(loads: list[float]) -> None:
    curve = PowerCurve(SERVERS["dell-r640"].power)
    table = curve.watts(np.array(loads).reshape(2, 3))
    assert table.shape == (2, 3)
    assert table.ravel().tolist() == [float(curve.watts(load)) for load in loads]


@pytest.mark.parametrize("load", [-0.01, 1.01, float("nan")])
def test_utilisation_outside_its_range_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        PowerCurve([50, 100]).watts([0.5, load])


def test_other_numbers_of_points_are_refused() -> None:
    with pytest.raises(ValueError, match="11 points or 2, got 3"):
        PowerCurve([1, 2, 3])


def test_curves_with_the_same_points_are_one() -> None:
    assert len({PowerCurve([50, 100]), PowerCurve([50.0, 100.0]), PowerCurve([50, 101])}) == 2
