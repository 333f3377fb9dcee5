"""What an event takes on a processor, from where it was measured: there, or on a reference processor and carried over.

Cycles of a trap and of hypervisor code scale by `monitor_ratio`; an access to an I/O port takes the time of a bus, so
its native cycles scale with the clock. A fork or an exec consists of simpler events (facts/composites). Unit: cycles.
Source: `measured` in facts/processors, each with its own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from vinfra import facts
from vinfra.hardware.events import GuestEvent
from vinfra.hardware.processor import Processor
from vinfra.spec import Spec, field

REFERENCES = ("pentium-4-672", "xeon-2.4", "pentium-4-2.4")  # where it was measured, the most detailed first
BUS_BOUND = frozenset({("native", "port-io")})


class Composite(Spec):
    """An event that consists of others (fact kind `composites`)."""

    title: str = field(..., "what it is")
    events: dict[GuestEvent, float] = field(..., "how many of each it consists of", min_length=1)


@functools.cache
def parts(event: str) -> Mapping[str, float]:
    """The events that a composite event consists of; none for a simple one."""
    if event not in facts.names("composites"):
        return {}
    return dict(sorted(facts.load("composites", event, Composite).events.items()))


@functools.cache
def references() -> tuple[Processor, ...]:
    """The processors on which events were measured under several techniques."""
    return tuple(facts.load("processors", name, Processor) for name in REFERENCES)


def cycles(event: str, under: str, processor: Processor) -> float | None:
    """Cycles of one event under `under` (native, binary-translation, paravirtual, hardware, ...); None where nobody
    measured it."""
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


def above_native(event: str, under: str, processor: Processor) -> float | None:
    """Cycles above native of one event; both numbers come from one processor. None where nobody measured both."""
    for source in (processor, *references()):
        monitor, native = (source.measured.get(kind, {}).get(event) for kind in (under, "native"))
        if monitor is None or native is None:
            continue
        if source is processor:
            return monitor - native
        if (native_here := cycles(event, "native", processor)) is not None and ("native", event) in BUS_BOUND:
            return (cycles(event, under, processor) or 0.0) - native_here
        if processor.monitor_ratio is not None and source.monitor_ratio is not None:
            return (monitor - native) * processor.monitor_ratio / source.monitor_ratio
    return None


def carried(cycles_there: float, there: Processor, here: Processor) -> float:
    """Hypervisor code of so many cycles on one processor, in cycles of another."""
    return cycles_there * (here.monitor_ratio or 0.0) / (there.monitor_ratio or 1.0)
