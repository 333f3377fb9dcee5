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

TINY = 1e-12  # growth over a step that does not show
STEPS = 16  # of the integral over a round; a percent from the exact answer even where heats lie far apart


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
        heats = [pace * w / size for size, w in zip(self.sizes, self.rates, strict=True)]
        classes = list(zip(waiting, heats, strict=True))
        sent, time, step = [0.0] * len(heats), 0.0, 1.0 / STEPS
        for _ in range(STEPS):
            took = _step(classes, time, 0.0, step / rate)
            took = _step(classes, time, took / 2, step / rate)
            middle = time + took / 2
            for index, (amount, heat) in enumerate(classes):
                sent[index] += amount * math.exp(-heat * middle)
            time += took
        total = sum(sent)
        if total <= 0:
            return tuple(sent)
        put_right = rate * time / total
        return tuple(
            min(amount, part * put_right) if heat > 0 else amount
            for (amount, heat), part in zip(classes, sent, strict=True)
        )


def _step(classes: Sequence[tuple[float, float]], time: float, ahead: float, part: float) -> float:
    """Seconds to look at a part of all waiting pages, from `time` on: exact for one heat, and for several that of the
    mixture that is still clean `ahead` of then."""
    whole = clean = cooling = 0.0
    for amount, heat in classes:
        whole += amount * math.exp(-heat * time)
        later = amount * math.exp(-heat * (time + ahead))
        clean += later
        cooling += later * heat
    if clean <= 0:
        return whole * part
    heat = cooling / clean
    grown = heat * whole * part
    return math.log1p(grown) / heat if grown > TINY else whole * part


def hot_and_cold(size: float, rate: float, hot: float, share: float) -> WritableSet:
    """`size` bytes written at `rate`: the part `hot` (0..1) gets `share` (0..1) of the writes, the rest the others."""
    classes = [(size * hot, rate * share), (size * (1 - hot), rate * (1 - share))]
    sizes, rates = zip(*[(bytes_, written) for bytes_, written in classes if bytes_ > 0], strict=True)
    return WritableSet(sizes, rates)
