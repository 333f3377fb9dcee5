"""What a guest does: a vector of guest events per second of native CPU time.

The work is the same on every platform; a processor that does more work in a second meets more of its events in a
second.

    N_e(processor) = N_e(counted_on) * pace(processor) / pace(counted_on)

A timer ticks by the clock on the wall, on any processor. A `loop` does nothing but one event, as often as native time
allows. Unit: events per second. Source: facts/workloads, each number with its own.
"""

from __future__ import annotations

from vinfra import facts
from vinfra.hardware.events import GuestEvent
from vinfra.hardware.pace import pace
from vinfra.hardware.processor import Processor
from vinfra.spec import Spec, field
from vinfra.units import PerSecond

BY_THE_CLOCK = frozenset({"timer-tick"})


class Workload(Spec):
    """One kind of work (fact kind `workloads`)."""

    title: str = field(..., "what it is")
    events: dict[GuestEvent, PerSecond] = field({}, "how often each guest event happens")
    counted_on: str | None = field(None, "the processor that the events were counted on; any when unsaid")
    loop: GuestEvent | None = field(None, "it does nothing else than this event, over and over")

    def rates(self, processor: Processor, native_cycles: float | None) -> dict[str, float]:
        """Events per second of native CPU time on a processor; `native_cycles` are those of the looped event there."""
        scale = 1.0
        if self.counted_on is not None:
            scale = pace(processor) / pace(facts.load("processors", self.counted_on, Processor))
        found = {event: rate if event in BY_THE_CLOCK else rate * scale for event, rate in self.events.items()}
        if self.loop is not None and native_cycles:
            found[self.loop] = processor.frequency / native_cycles
        return dict(sorted(found.items()))
