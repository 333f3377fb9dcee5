"""Closed queues exactly: n customers who are always at one of some stations, by convolution (Buzen, CACM 16(9), 1973).

    X(n) = G(n - 1) / G(n),   G = convolution over stations of f(j) = demand^j / (rate(1) ... rate(j))

A station serves `rate(j)` times as fast with j customers: 1 for one server, min(j, k) for k servers, j for a delay.
Little's law, n = X(n) * R(n), is how R is found, so it holds exactly. Unit: seconds of service, customers per second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rate = Callable[[int], float]


def one_server(customers: int) -> float:
    """Rate of a single server."""
    return 1.0


def delay(customers: int) -> float:
    """Rate where nobody waits for others."""
    return float(customers)


def servers(count: int) -> Rate:
    """Rate of so many servers with one queue."""
    return lambda customers: float(min(customers, count))


@dataclass(frozen=True, slots=True)
class Station:
    """`demand` is service (seconds) that a customer wants at each of `count` stations that are alike."""

    demand: float
    rate: Rate = one_server
    count: int = 1


def throughput(stations: Sequence[Station], customers: int) -> Floats:
    """Customers per second with 1 to `customers` of them, shape (customers,)."""
    scale = max(one.demand for one in stations)
    whole = np.zeros(customers + 1)
    whole[0] = 1.0
    for one in stations:
        steps = [one.demand / scale / one.rate(j) for j in range(1, customers + 1)]
        single = np.concatenate(([1.0], np.cumprod(steps)))
        whole = _convolved(whole, single, one.count)
    found: Floats = whole[:-1] / whole[1:] / scale
    return found


def response(stations: Sequence[Station], customers: int) -> float:
    """Seconds that a customer takes on its way round when there are so many."""
    return float(customers / throughput(stations, customers)[-1])


def _convolved(whole: Floats, single: Floats, count: int) -> Floats:
    """`whole` with `count` stations more that are alike, by repeated squaring."""
    size = len(whole)
    while count:
        if count % 2:
            whole = np.convolve(whole, single)[:size]
        single = np.convolve(single, single)[:size]
        count //= 2
    return whole
