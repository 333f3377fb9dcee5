"""The writable working set: which pages (or disk blocks) a guest writes again and again, in classes of its own heat.

    dirty(t) = sum over classes of B (1 - exp(-w t / B))           B bytes written at w bytes per second, at random

A page that waits for its turn may be dirtied again before it is sent; a sender that looks once more skips it and sends
it in a later round. With x the part of all waiting pages that were looked at, sending at r bytes per second takes
dt/dx = sum of B exp(-w t / B) / r. Units: bytes, bytes per second, seconds.
Source: Clark et al., Live Migration of Virtual Machines, NSDI 2005, sections 3 (writable working set) and 5.2
(pages dirtied again are skipped); occupancy of uniform random writes: Feller, volume 1, section IV.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = 64  # of the integral over a round; a quarter of a percent from the exact answer even where heats lie far apart


@dataclass(frozen=True, slots=True)
class WritableSet:
    """Classes of pages that fill a memory (or a disk): `sizes` in bytes and the `rates` they are written at, in bytes
    of pages per second, both of shape (classes,). A class that is never written has rate 0."""

    sizes: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.rates) or not all(size > 0 for size in self.sizes):
            raise ValueError("every class of pages needs a size above 0 and a rate")

    @property
    def size(self) -> float:
        """Bytes of all classes."""
        return math.fsum(self.sizes)

    def dirty(self, seconds: float) -> tuple[float, ...]:
        """Bytes of each class that are dirty after so many seconds of writing, shape (classes,)."""
        return tuple(
            -size * math.expm1(-rate * seconds / size) for size, rate in zip(self.sizes, self.rates, strict=True)
        )

    def clean(self, waiting: Sequence[float], rate: float, pace: float = 1.0) -> tuple[float, ...]:
        """Of the bytes of each class that `waiting` to be sent at `rate`: those that are still clean when their turn
        comes, shape (classes,), while the guest runs at `pace` (0..1) of its speed."""
        heat = [pace * w / size for size, w in zip(self.sizes, self.rates, strict=True)]
        sent, time, step = [0.0] * len(heat), 0.0, 1.0 / STEPS
        for _ in range(STEPS):
            left = [amount * math.exp(-hot * time) for amount, hot in zip(waiting, heat, strict=True)]
            whole = math.fsum(left)
            cooling = math.fsum(amount * hot for amount, hot in zip(left, heat, strict=True))
            if whole <= 0 or cooling <= 0:
                took = whole * step / rate
            else:
                took = math.log1p(cooling * step / rate) * whole / cooling
            for index, hot in enumerate(heat):
                sent[index] += left[index] * math.exp(-hot * took / 2) * step
            time += took
        total = math.fsum(sent)
        return tuple(amount * (rate * time / total) for amount in sent) if total > 0 else tuple(sent)


def hot_and_cold(size: float, rate: float, hot: float, share: float) -> WritableSet:
    """`size` bytes written at `rate`: the part `hot` (0..1) gets `share` (0..1) of the writes, the rest the others."""
    classes = [(size * hot, rate * share), (size * (1 - hot), rate * (1 - share))]
    sizes, rates = zip(*[(bytes_, written) for bytes_, written in classes if bytes_ > 0], strict=True)
    return WritableSet(sizes, rates)
