"""The evidence in the order in which it is read: one chapter for each source, one entry for each published row.

Numbers that are background (neither fitted to nor predicted) are left out unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vinfra.evidence.comparison import Cell, Summary, of
from vinfra.evidence.experiment import experiments
from vinfra.evidence.published import Measurement, titles

USES = ("validate", "calibrate")


@dataclass(frozen=True, slots=True)
class Entry:
    """One published row: its numbers, what was simulated (empty where nothing was), and the rows its constants came
    from."""

    id: str
    cells: list[Cell]
    about: str
    fitted: tuple[str, ...]

    @property
    def measurement(self) -> Measurement:
        """What was measured, on what."""
        return self.cells[0].measurement

    @property
    def use(self) -> str:
        """What it may be used for: validate, calibrate, context."""
        return self.measurement.use

    @property
    def title(self) -> str:
        """Workload, metric and unit on one line; a unit that the metric says is not said twice."""
        metric, unit = self.measurement.metric, self.measurement.unit
        return f"{self.measurement.workload}: {metric}" + ("" if unit in metric.split() else f" ({unit})")

    @property
    def reason(self) -> str | None:
        """Why none of its numbers is predicted, where one reason holds for all."""
        found = {reason(cell) for cell in self.cells}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One source with its rows, those to validate first."""

    source: str
    entries: list[Entry]

    @property
    def title(self) -> str:
        """What it is about, in a few words."""
        return titles()[self.source]

    def of(self, *uses: str) -> list[Entry]:
        """Its rows of these uses."""
        return [entry for entry in self.entries if entry.use in uses]

    def cells(self, use: str) -> list[Cell]:
        """The numbers of its rows of one use."""
        return [cell for entry in self.entries if entry.use == use for cell in entry.cells]

    def summary(self, use: str) -> Summary:
        """How good the predictions of its rows of one use are."""
        return of(self.cells(use), use)


def chapters(cells: Sequence[Cell], uses: Sequence[str] = USES) -> list[Chapter]:
    """Sources by name of their rows; the numbers of other uses than these are left out."""
    known = experiments()
    rows: dict[str, dict[str, list[Cell]]] = {}
    for cell in cells:
        if cell.measurement.use in uses:
            rows.setdefault(cell.source, {}).setdefault(cell.row, []).append(cell)
    found = []
    for source, by_row in rows.items():
        entries = []
        for identity, mine in by_row.items():
            experiment = known.get(identity)
            about, fitted = (experiment.about, experiment.fitted) if experiment else ("", ())
            entries.append(Entry(identity, mine, about, fitted))
        entries.sort(key=lambda entry: uses.index(entry.use))
        found.append(Chapter(source, entries))
    return found


def reason(cell: Cell) -> str | None:
    """Why a number is not predicted; None for one that is predicted or given."""
    if cell.predicted is not None or cell.given:
        return None
    return cell.note.removeprefix("not predicted: ")
