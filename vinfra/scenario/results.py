"""What a run has to say: points (variant x row x replication), variants (means over points), claims and sources.

Canonical order is by variant, row and replication name, never by the order of computing. The digest covers every
number, rounded to 9 significant digits, and nothing else: no time, path or version enters it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from vinfra.errors import suggest
from vinfra.metrics.metric import Metric


class Interval(NamedTuple):
    """An entity was in one state from `start` to `end` (seconds of simulated time)."""

    entity: str
    state: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers of one fact come from: tag (measured, fitted, assumed, derived), citation, and which values."""

    kind: str
    name: str
    tag: str
    citation: str
    values: tuple[str, ...] = ()
    recalled: bool = False


@dataclass(slots=True)
class Point:
    """One simulated point. `at` is its place in the sweep; `notes` say what a reader must know (VMs without a host,
    gaps in a recording); `series` holds equally long arrays, `time_s` among them. Second 0 is `start`, and `end` is the
    second at which it was over."""

    variant: str
    at: dict[str, Any]
    replication: int
    metrics: dict[str, float | None] = field(default_factory=dict)
    refused: str | None = None
    error: str | None = None
    series: dict[str, np.ndarray] = field(default_factory=dict)
    intervals: list[Interval] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    start: datetime | None = None
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A column of the comparison: what it changes, its metrics (means over points) and why it was refused, if it
    was."""

    name: str
    changes: dict[str, Any]
    metrics: dict[str, float | None]
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of `expect` after checking; `detail` shows the numbers it was checked on."""

    claim: str
    holds: bool
    why: str = ""
    detail: str = ""


@dataclass
class Run:
    """Everything that is known about one run, and changed no more; the report, the table and the exports read this and
    nothing else."""

    scenario: str
    question: str
    background: str
    identity: str
    seed: int
    version: str
    variants: list[Variant]
    points: list[Point]
    expect: list[Claim]
    metrics: list[Metric]
    sources: list[Source]
    sweep: list[str] = field(default_factory=list)
    relative: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    resolved: str = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the results in canonical order."""
        return digest(self.points, self.contents)

    def __getitem__(self, variant: str) -> Variant:
        """A variant by name; KeyError when there is none."""
        for found in self.variants:
            if found.name == variant:
                return found
        raise KeyError(f"no variant '{variant}'{suggest(variant, [found.name for found in self.variants])}")

    @property
    def notes(self) -> list[str]:
        """Notes of all points, each once, with the variants it is of."""
        found: dict[str, dict[str, None]] = {}
        for point in self.points:
            for note in point.notes:
                found.setdefault(note, {})[point.variant] = None
        return [f"{', '.join(variants)}: {note}" for note, variants in found.items()]

    @property
    def failed(self) -> bool:
        """True when a claim does not hold or a point raised: exit code 1."""
        return any(not claim.holds for claim in self.expect) or any(point.error for point in self.points)

    def document(self) -> dict[str, Any]:
        """The one document that `--json` prints."""
        return {
            "scenario": self.scenario,
            "digest": self.digest,
            "variants": [
                {"name": variant.name, "metrics": variant.metrics, "refused": variant.refused}
                for variant in self.variants
            ],
            "points": [
                {"variant": p.variant, "at": p.at, "replication": p.replication, "metrics": p.metrics}
                for p in self.points
            ],
            "expect": [{"claim": claim.claim, "holds": claim.holds} for claim in self.expect],
        }


def rounded(number: float | None) -> str:
    """A number as the digest sees it: 9 significant digits, no negative zero; `-` for a missing one."""
    if number is None or math.isnan(number):
        return "-"
    return f"{number + 0.0:.9g}"


def digest(points: Sequence[Point], contents: Mapping[str, str]) -> str:
    """SHA-256 over metrics, series and refusals of all points, sorted by variant, row and replication.

    `contents` maps the path of a recording to the digest of its content: where a sweep takes recordings in turn, the
    content counts and not the path.
    """
    sha, text = hashlib.sha256(), cache(rounded)  # many intervals begin and end together
    for name, point in sorted(((_canonical(point, contents), point) for point in points), key=lambda pair: pair[0]):
        metrics = {key: rounded(value) for key, value in sorted(point.metrics.items())}
        states = sorted((entity, state, text(start), text(end)) for entity, state, start, end in point.intervals)
        sha.update(json.dumps([name, metrics, point.refused is not None, states]).encode())
        for series in sorted(point.series):
            sha.update(series.encode())
            # The same rounding as above, for many: adding 0.0 takes the sign off a zero.
            sha.update(" ".join(map("{:.9g}".format, (point.series[series] + 0.0).tolist())).encode())
    return sha.hexdigest()


def _canonical(point: Point, contents: Mapping[str, str]) -> tuple[str, str, int]:
    at = {path: contents.get(value, value) if isinstance(value, str) else value for path, value in point.at.items()}
    return (point.variant, json.dumps(at, sort_keys=True), point.replication)
