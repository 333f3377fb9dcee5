"""What a technique makes of one native cycle: by event, and in all.

by_event[e] = N_e * c_e / f, with N_e events per second of native CPU time, c_e cycles above native, f the clock;
factor = 1 + sum. Unit: cycles per native cycle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vinfra.hardware.events import GUEST_EVENTS, unknown
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import IoPath
from vinfra.hypervisors.technique import Technique


@dataclass(frozen=True, slots=True)
class Overhead:
    """Cycles added to each native cycle, by event in alphabetical order; below 0 where some are saved."""

    by_event: dict[str, float]

    @property
    def factor(self) -> float:
        """Cycles that one native cycle of work takes."""
        return 1.0 + math.fsum(self.by_event.values())


def overhead(
    technique: Technique, processor: Processor, events: Mapping[str, float], guest: Guest, path: IoPath | None = None
) -> Overhead:
    """Price events (per second of native CPU time) on a processor the technique does not refuse; `path` is the way of
    disk requests and packets, nothing being added to them when unsaid.

    KeyError when there is no such event; ValueError when the events save more time than there is.
    """
    for event in sorted(events):
        if event not in GUEST_EVENTS:
            raise KeyError(unknown(event))
    costs = {event: technique.cost(event, processor, guest) for event in sorted(events)}
    if path is not None:
        costs = {event: cost + path.cost(event, technique, processor, guest) for event, cost in costs.items()}
    found = Overhead({event: events[event] * cost / processor.frequency for event, cost in costs.items()})
    if not found.factor > 0:
        raise ValueError(
            f"more events than {processor} has time for: they would save {1 - found.factor:.3g} of all cycles"
        )
    return found
