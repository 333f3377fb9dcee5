"""What an event takes on a processor, from where it was measured: there, or on a reference processor and carried over.

Cycles of a trap and of hypervisor code scale by `monitor_ratio`; an access to an I/O port takes the time of a bus, so
its native cycles scale with the clock. Unit: cycles. Source: `measured` in facts/processors, each with its own.
"""

from __future__ import annotations

import functools

from vinfra import facts
from vinfra.hardware.processor import Processor

REFERENCES = ("pentium-4-672", "xeon-2.4")  # where it was measured, the most detailed first
BUS_BOUND = frozenset({("native", "port-io")})


@functools.cache
def references() -> tuple[Processor, ...]:
    """The processors on which events were measured under several techniques."""
    return tuple(facts.load("processors", name, Processor) for name in REFERENCES)


def cycles(event: str, under: str, processor: Processor) -> float | None:
    """Cycles of one event under `under` (native, binary-translation, hardware); None where nobody measured it."""
    if (found := processor.measured.get(under, {}).get(event)) is not None:
        return found
    for reference in references():
        if (found := reference.measured.get(under, {}).get(event)) is None:
            continue
        if (under, event) in BUS_BOUND:
            return found * processor.frequency / reference.frequency
        if processor.monitor_ratio is not None and reference.monitor_ratio is not None:
            return found * processor.monitor_ratio / reference.monitor_ratio
    return None
