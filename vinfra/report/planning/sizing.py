"""Right-sizing in sums and lists: what would be given back, which machines have too much, which too little.

Units: vCPUs, bytes. Lists are sorted by what a change moves, the most first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vinfra.planning.plan import Plan, Suggestion
from vinfra.report.planning.words import GIB

VERDICTS = ("oversized", "undersized", "fits", "unknown", "not running")
RISKS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Bin:
    """Machines of one size, as they are configured and as suggested."""

    name: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sums over the machines that run, now and as suggested; counts by verdict and by risk of a change."""

    vcpus: tuple[int, int]
    memory: tuple[float, float]
    disk: tuple[float, float]
    verdicts: Sequence[tuple[str, int]]
    risks: Sequence[tuple[str, int]]
    oversized: Sequence[Suggestion]
    undersized: Sequence[Suggestion]
    by_vcpus: Sequence[Bin]
    by_memory: Sequence[Bin]
    bases: Sequence[tuple[str, int]]


def sizes(plan: Plan) -> Sizes:
    """The sums and lists of the plan's suggestions."""
    real = [one for one in plan.suggestions if one.verdict != "not running"]
    verdicts: Counter[str] = Counter(one.verdict for one in plan.suggestions)
    risks: Counter[str] = Counter(one.risk for one in real if one.verdict in ("oversized", "undersized"))
    return Sizes(
        vcpus=(sum(one.vcpus_now for one in real), sum(one.vcpus for one in real)),
        memory=(sum(one.memory_now for one in real), sum(one.memory for one in real)),
        disk=(sum(one.disk_now for one in real), sum(one.disk for one in real)),
        verdicts=[(_plural(name, verdicts[name]), verdicts[name]) for name in VERDICTS if verdicts[name]],
        risks=[(name, risks[name]) for name in RISKS if risks[name]],
        oversized=_worst(real, "oversized"),
        undersized=_worst(real, "undersized"),
        by_vcpus=_bins([one.vcpus_now for one in real], [one.vcpus for one in real], str),
        by_memory=_bins([_gib(one.memory_now) for one in real], [_gib(one.memory) for one in real], _upto),
        bases=sorted(Counter(one.basis for one in real).items(), key=lambda pair: (-pair[1], pair[0])),
    )


def _plural(verdict: str, count: int) -> str:
    """1 fits, 3 fit; the others are said alike of one and of many."""
    return "fit" if verdict == "fits" and count != 1 else verdict


def _worst(real: Sequence[Suggestion], verdict: str) -> list[Suggestion]:
    """By vCPUs, then memory that change; names settle ties."""
    found = [one for one in real if one.verdict == verdict]
    return sorted(
        found, key=lambda one: (-abs(one.vcpus_now - one.vcpus), -abs(one.memory_now - one.memory), one.machine)
    )


def _gib(memory: float) -> int:
    """The power of two of GiB at or above it."""
    size = 1
    while size * GIB < memory:
        size *= 2
    return size


def _upto(size: int) -> str:
    return f"{size} GiB"


def _bins(now: Sequence[int], then: Sequence[int], words: Callable[[int], str]) -> list[Bin]:
    before, after = Counter(now), Counter(then)
    return [Bin(words(value), before[value], after[value]) for value in sorted({*before, *after})]
