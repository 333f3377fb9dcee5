from __future__ import annotations

import math

import numpy as np
import pytest

from vinfra.metrics.interval import half_width, quantile, within


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 29, 100])
def test_probability_is_the_integral_of_the_density(freedom: int) -> None:
    log = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    t = np.linspace(-2.5, 2.5, 200_001)
    density = math.exp(log) * (1 + t**2 / freedom) ** (-(freedom + 1) / 2)
    assert within(2.5, freedom) == pytest.approx(float(np.trapezoid(density, t)), abs=1e-9)


def test_quantile_approaches_the_normal_one() -> None:
    assert quantile(1) == pytest.approx(math.tan(0.95 * math.pi / 2))
    assert quantile(100_001) == pytest.approx(1.95996, abs=1e-4)


def test_interval_of_two_values_spans_the_tangent() -> None:
    assert half_width([1.0, 3.0]) == pytest.approx(quantile(1))


def test_one_value_has_no_interval_and_equal_ones_have_none_to_speak_of() -> None:
    assert half_width([1.0]) is None
    assert half_width([1.0, math.nan]) is None
    assert half_width([2.0, 2.0, 2.0]) == 0.0
