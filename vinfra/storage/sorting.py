"""What an I/O finds at a disk that sorts: how long it waits, and by how much its own positioning shrinks.

With n others there it takes (n + 1) s(n + 1) in all, s(j) = place * j ^ -sorting + moving. How many there are is spread
as x^n s(1) .. s(n), the shape of a station in a closed network, with the x that makes the mean right. Unit: seconds.
Source: Lavenberg and Reiser, Stationary state probabilities at arrival instants, J. Applied Probability 17(4), 1980.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

HALVINGS = 40
TAIL = 40  # times the mean, beyond which nothing is found


class Found(NamedTuple):
    """Seconds until it is one's turn, what positioning is multiplied with, and the deviation of the time at the disk
    over its mean: 1 where nobody waits, less where queues are long."""

    wait: float
    gain: float
    spread: float = 1.0


def find(seen: float, most: float, place: float, moving: float, sorting: float) -> Found:
    """What is found where `seen` others are on average and `most` at most; `place` and `moving` are means over all."""
    if seen <= 0 or most < 1:
        return Found(0.0, 1.0)
    count = np.arange(int(min(most, TAIL * (seen + 1.0))) + 1, dtype=np.float64)
    service = place * (count + 1.0) ** -sorting + moving
    if service[0] <= 0:
        return Found(0.0, 1.0)
    shape = np.concatenate(([0.0], np.cumsum(np.log(service[:-1] / service[0]))))
    low, high = -50.0, 50.0
    part = shape
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        exponent = shape + count * middle
        part = np.exp(exponent - exponent.max())
        part /= part.sum()
        if part @ count < min(seen, count[-1]):
            low = middle
        else:
            high = middle
    here = (count + 1.0) * service
    mean = float(part @ here)
    variance = float(part @ (here * here)) - mean * mean + float(part @ (here * service))
    gain = float(part @ (count + 1.0) ** -sorting)
    return Found(float(part @ (count * service)), gain, min(1.0, math.sqrt(variance) / mean))
