"""An experiment repeats a published measurement with the models that scenarios use.

It sees the row through a window: numbers of the row are hidden, except those it takes as given, such as the native run
that defines the unit of work. What is given is listed as given, and not counted as predicted.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vinfra.evidence.published import Measurement, rows, value


@dataclass(frozen=True, slots=True)
class Unpredicted:
    """Why a number cannot be predicted, in one sentence."""

    reason: str


Prediction = float | Unpredicted


@dataclass(frozen=True, slots=True)
class Row:
    """One published row as an experiment may see it; `taken` are the numbers it took as given."""

    id: str
    measurement: Measurement
    taken: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        """Names of the row's numbers."""
        return list(self.measurement.values)

    def given(self, key: str) -> float:
        """A number of the row that is an input: the run that defines the unit or the size of the work."""
        self.taken.add(key)
        return value(self.measurement.values[key]).middle


Repeat = Callable[[Row], Mapping[str, Prediction]]


@dataclass(frozen=True, slots=True)
class Experiment:
    """How rows are repeated; `fitted` are the rows that constants of the models it uses come from."""

    about: str
    fitted: tuple[str, ...]
    repeat: Repeat


_found: dict[str, Experiment] = {}


def experiment(*identities: str, about: str, fitted: tuple[str, ...] = ()) -> Callable[[Repeat], Repeat]:
    """Decorator: the function repeats the rows of these identities."""

    def keep(repeat: Repeat) -> Repeat:
        for identity in identities:
            if identity in _found and _found[identity].repeat.__qualname__ != repeat.__qualname__:
                raise ValueError(f"two experiments repeat {identity}")
            _found[identity] = Experiment(about, fitted, repeat)
        return repeat

    return keep


def experiments() -> Mapping[str, Experiment]:
    """Every experiment by the identity of its row; ValueError when one repeats a row nobody published."""
    package = importlib.import_module("vinfra.evidence.experiments")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        importlib.import_module(f"{package.__name__}.{module.name}")
    if unknown := sorted(set(_found) - set(rows())):
        raise ValueError(f"no published row is called {', '.join(unknown)}")
    return dict(sorted(_found.items()))


def calibrated(identity: str, key: str) -> float:
    """A number of a `calibrate` row, for fits and for experiments that need what another row measured.

    ValueError for a row that is not to be fitted to.
    """
    row, _ = rows()[identity]
    if row.use != "calibrate":
        raise ValueError(f"{identity} is there to {row.use}: nothing may be fitted to it")
    return value(row.values[key]).middle
