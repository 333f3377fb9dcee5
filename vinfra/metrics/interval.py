"""The 95 % interval of a mean over n replications: mean ± t(0.975, n-1) · s / √n, with s from n-1 degrees of freedom.

Student's t for whole degrees of freedom has a closed form. Source: Abramowitz and Stegun, Handbook of Mathematical
Functions (1964), equations 26.7.3 and 26.7.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

LEVEL = 0.95


def within(t: float, freedom: int) -> float:
    """Probability that |T| <= t for `freedom` >= 1 degrees of freedom."""
    angle = math.atan(t / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    if freedom % 2:
        term = total = math.cos(angle) if freedom > 1 else 0.0
        for k in range(3, freedom - 1, 2):
            term *= square * (k - 1) / k
            total += term
        return 2 / math.pi * (angle + math.sin(angle) * total)
    term = total = 1.0
    for k in range(2, freedom - 1, 2):
        term *= square * (k - 1) / k
        total += term
    return math.sin(angle) * total


@cache
def quantile(freedom: int, level: float = LEVEL) -> float:
    """The t with `within(t, freedom)` = level, by bisection."""
    low, high = 0.0, 1.0
    while within(high, freedom) < level:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of the mean; None for fewer than two finite values."""
    count = len(values)
    if count < 2 or not all(map(math.isfinite, values)):
        return None
    if min(values) == max(values):
        return 0.0  # and not what is left of rounding the mean
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return quantile(count - 1) * math.sqrt(variance / count)
