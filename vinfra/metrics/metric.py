"""A metric: a name, a unit, which way is better, and how it is computed from the record of one point.

One family of metrics is one file beside this one; a file's metrics are found because it lies here.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vinfra.errors import suggest


@dataclass(frozen=True, slots=True)
class Record:
    """What the simulation of one point leaves behind.

    totals: scalars (work in cycles, bytes, joules, counts); series: arrays over epochs, `time_s` and `step_s` among
    them; samples: arrays over VMs or activities.
    """

    totals: Mapping[str, float]
    series: Mapping[str, np.ndarray]
    samples: Mapping[str, np.ndarray]

    def over_time(self, series: str) -> float:
        """A series times the length of its epochs, added up exactly, so that every machine gets the same sum."""
        return math.fsum((self.series[series] * self.series["step_s"]).tolist())

    def mean(self, series: str) -> float:
        """Its mean over time."""
        return self.over_time(series) / math.fsum(self.series["step_s"].tolist())


@dataclass(frozen=True, slots=True)
class Metric:
    """`column` is the name scripts rely on (energy_kwh); `name` the short one a scenario may use (energy)."""

    name: str
    unit: str
    better: Literal["less", "more", "neither"]
    description: str
    compute: Callable[[Record], float | None]

    @property
    def column(self) -> str:
        """The metric's name with its unit."""
        return f"{self.name}_{self.unit}" if self.unit else self.name


_all: dict[str, Metric] = {}


def metric(
    name: str, unit: str, better: Literal["less", "more", "neither"], description: str
) -> Callable[[Callable[[Record], float | None]], Metric]:
    """Decorator that turns a function of the record into a metric. It returns None where the record has nothing to
    say."""

    def keep(compute: Callable[[Record], float | None]) -> Metric:
        found = Metric(name, unit, better, description, compute)
        if found.column in _all:
            raise ValueError(f"two metrics are called {found.column!r}")
        _all[found.column] = found
        return found

    return keep


def metrics() -> dict[str, Metric]:
    """Every metric by column name, sorted."""
    package = importlib.import_module("vinfra.metrics")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        importlib.import_module(f"vinfra.metrics.{module.name}")
    return dict(sorted(_all.items()))


def find(name: str) -> Metric:
    """The metric called `name` (energy or energy_kwh); KeyError with a suggestion when there is none."""
    known = metrics()
    for found in known.values():
        if name in (found.column, found.name):
            return found
    names = [*known, *(found.name for found in known.values())]
    raise KeyError(f"no metric '{name}'{suggest(name, names)}")
