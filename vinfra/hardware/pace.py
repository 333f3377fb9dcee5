"""How much work a processor does: cycles per second times work per cycle of its generation, relative to K8.

Unit: hertz of K8. Source: facts/microarchitectures.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.spec import Spec, field


class WorkPerCycle(Spec):
    """Work of one cycle by microarchitecture (fact kind `microarchitectures`)."""

    title: str = field(..., "what it is")
    work: dict[str, float] = field(..., "by microarchitecture")


@functools.cache
def _work() -> Mapping[str, float]:
    found: WorkPerCycle = facts.load("microarchitectures", "work-per-cycle", WorkPerCycle)
    return found.work


def work_per_cycle(processor: Processor) -> float:
    """Work of one cycle relative to K8; KeyError for a generation of which it is not known."""
    if processor.microarchitecture not in _work():
        raise KeyError(f"work per cycle of {processor.microarchitecture} is not known")
    return _work()[processor.microarchitecture]


def pace(processor: Processor) -> float:
    """Work per second of one core; KeyError for a generation whose work per cycle is not known."""
    return processor.frequency * work_per_cycle(processor)
