"""The swept paths of a run as axes: numbers where all their values are numbers in one unit, names where not."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.report.comparison import grouped
from vinfra.report.numbers import value as shown
from vinfra.scenario.axes import magnitude
from vinfra.scenario.results import Run

DIGITS = 12  # more than ranges are drawn with, and fewer than show how decimals are held


@dataclass(frozen=True, slots=True)
class Swept:
    """A swept path: the name that tells it from the others, and the unit of its numbers; None where they are names."""

    path: str
    name: str
    unit: str | None

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.unit is not None

    @property
    def title(self) -> str:
        """Name and unit: reservation (MHz)."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def number(self, at: dict[str, Any]) -> float:
        """The number it takes at a row."""
        found = magnitude(at.get(self.path))
        return math.nan if found is None else float(found[0])

    def bare(self, at: dict[str, Any]) -> str:
        """What it takes at a row, without the unit that its title says."""
        return f"{self.number(at):,.{DIGITS}g}" if self.numeric else self.shown(at)

    def shown(self, at: dict[str, Any]) -> str:
        """What it takes at a row, for people."""
        return shown(at.get(self.path))


def swept(run: Run) -> list[Swept]:
    """The swept paths in the order of the file."""
    rows = [at for at, _ in grouped(run.points)]
    short = [path.rsplit(".", 1)[-1] for path in run.sweep]
    names = [last if short.count(last) == 1 else path for path, last in zip(run.sweep, short, strict=True)]
    return [Swept(path, name, _unit(path, rows)) for path, name in zip(run.sweep, names, strict=True)]


def is_grid(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether rows are every combination of the values that their paths take."""
    values: dict[str, set[str]] = {}
    for at in rows:
        for path, value in at.items():
            values.setdefault(path, set()).add(json.dumps(value, sort_keys=True, default=str))
    return math.prod(map(len, values.values())) == len(rows)


def _unit(path: str, rows: Sequence[dict[str, Any]]) -> str | None:
    """The unit that all values share; None where one of them is no number, or has another."""
    found = [magnitude(at.get(path)) for at in rows]
    units = {unit for known in found if known is not None for unit in known[1:]}
    return units.pop() if len(units) == 1 and None not in found else None
