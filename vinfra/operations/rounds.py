"""What all kinds of pre-copy have in common: rounds while the VM runs, then stop and copy.

    V[0] = memory        V[k+1] = dirty(t[k])        downtime = V[last] / rate + switch-over

t[k] is the time round k really took, whatever else was on the link. Units: bytes, bytes per second, seconds.
Source: Clark et al., Live Migration of Virtual Machines, NSDI 2005; what a guest is slowed down by: QEMU,
migration/options.c (auto-converge).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import Any, ClassVar

from vinfra.operations.migration import Journey, Migration, Phases
from vinfra.spec import field
from vinfra.units import Bytes, Fraction, Seconds


class Rounds(Migration):
    """Rounds, then stop and copy."""

    crosses: ClassVar[bool] = True

    stop_at: Bytes = field(..., "bytes left at which the VM is stopped")
    skip: bool = field(False, "leave out pages that were dirtied again before their turn came")
    rounds: int = field(
        30,
        "rounds at most, the first one included",
        ge=1,
        source="Xen 3.0, tools/libxc/xc_linux_save.c: 29 iterations at most after the first",
        tag="specified",
    )
    switch: Seconds = field(
        "9 ms",
        "from the last byte until the VM runs on the target and its address is announced there",
        source="Clark et al., NSDI 2005, section 6.3: time until the VM runs again",
        tag="measured",
    )
    throttle: bool = field(False, "slow the guest down, step by step, as long as dirtying outruns the link")
    throttle_first: Fraction = field(
        "20 %", "CPU that the first step takes away", gt=0, lt=1, source="QEMU: cpu-throttle-initial", tag="specified"
    )
    throttle_step: Fraction = field(
        "10 %", "CPU that every further step takes away", gt=0, source="QEMU: cpu-throttle-increment", tag="specified"
    )
    throttle_most: Fraction = field(
        "99 %", "CPU that is taken away at most", lt=1, source="QEMU: max-cpu-throttle", tag="specified"
    )

    def move(self, journey: Journey) -> Phases:
        """Rounds while the VM runs, then stop and copy."""
        left = yield from self.copy_rounds(journey)
        yield from self.stop_and_copy(journey, left)

    def copy_rounds(self, journey: Journey) -> Generator[Any, Any, Sequence[float]]:
        """Rounds while the VM runs, until little is left or nothing is gained; what is left, shape (classes,)."""
        writes = journey.plan.writes
        waiting: Sequence[float] = writes.sizes
        bound, seen, taken = self.first_rate_bound(), journey.line_rate(), 0.0
        while True:
            journey.rounds += 1
            journey.enter(f"pre-copy round {journey.rounds}")
            pace, began = 1.0 - taken, journey.clock.now
            # Pages are looked at again just before they are sent, so the round is as fast as the one before let it be.
            amount = writes.clean(waiting, min(seen, bound), pace) if self.skip else waiting
            yield from journey.send(amount, waiting, bound)
            took = journey.clock.now - began
            moved, before = math.fsum(amount), math.fsum(waiting)
            if moved > 0 and moved / took < bound * (1 - 1e-9):
                seen = moved / took
            waiting = writes.dirty(took * pace)
            left = math.fsum(waiting)
            outrun = self.outruns(left, before, took)
            if left <= self.stop_at or journey.rounds >= self.rounds or (outrun and not self._can_slow(taken)):
                break
            if outrun:
                taken = min(taken + self.throttle_step, self.throttle_most) if taken else self.throttle_first
                journey.go(1.0 - taken)
            bound = self.rate_bound(left, took)
        return waiting

    def _can_slow(self, taken: float) -> bool:
        return self.throttle and taken < self.throttle_most

    def stop_and_copy(self, journey: Journey, waiting: Sequence[float]) -> Phases:
        """The VM stands still while the rest is sent, and goes on at the target."""
        journey.stop()
        yield from journey.send(waiting, waiting, self.last_rate_bound())
        yield journey.clock.timeout(self.switch)
        journey.arrive()
        journey.go()

    def outruns(self, dirty: float, before: float, took: float) -> bool:
        """Whether the guest dirties so fast that a further round gains nothing: `dirty` bytes while `before` waited,
        in so many seconds."""
        raise TypeError(f"{type(self).__name__} does not say when dirtying outruns it")

    def first_rate_bound(self) -> float:
        """Bytes per second that the first round may take at most."""
        return math.inf

    def rate_bound(self, dirty: float, took: float) -> float:
        """The same for the round after one in which so many bytes were dirtied in so many seconds."""
        return math.inf

    def last_rate_bound(self) -> float:
        """The same for stop and copy."""
        return math.inf
