"""The comparison that the terminal, the page and the summary all print: blocks of metrics by variants.

One block for each row of the sweep (one in all without a sweep); a cell is the mean over its replications. Best is
judged on what is printed: numbers that read the same (4 and 4.000) are both best; where all do, none is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vinfra.metrics.interval import half_width
from vinfra.metrics.metric import Metric
from vinfra.report import numbers
from vinfra.scenario.results import Point, Run

State = Literal["value", "missing", "refused", "failed"]


@dataclass(slots=True)
class Cell:
    """One metric of one variant at one row; `note` is the number of the footnote that says why it was refused."""

    state: State = "missing"
    value: float | None = None
    half_width: float | None = None
    ratio: float | None = None
    best: bool = False
    partial: bool = False
    note: int | None = None

    @property
    def text(self) -> str:
        """The value as it is printed, or the state in a word."""
        return self.state if self.state in ("refused", "failed") else numbers.number(self.value)


@dataclass(slots=True)
class Line:
    """One metric: its cells by variant."""

    metric: Metric
    cells: list[Cell]

    @property
    def label(self) -> str:
        """The metric in words with its unit."""
        return titled(self.metric)


@dataclass(slots=True)
class Block:
    """One row of the sweep: where it is, and its lines."""

    at: dict[str, Any]
    lines: list[Line]


@dataclass(slots=True)
class Comparison:
    """All blocks, the footnotes, and the failed points one by one."""

    variants: list[str]
    blocks: list[Block]
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    points: int = 0
    replications: str = ""  # of a cell, in words; nothing where no cell has more than one

    def cells(self) -> Iterator[Cell]:
        """Every cell."""
        return (cell for block in self.blocks for line in block.lines for cell in line.cells)


def compare(run: Run) -> Comparison:
    """Put the points of a run side by side; rows are in the order in which the points come."""
    names = [variant.name for variant in run.variants]
    found = Comparison(names, [], points=len(run.points))
    reasons = {variant.name: variant.refused for variant in run.variants}
    notes: dict[str, int] = {}
    counts: list[int] = []
    for at, here in grouped(run.points):
        columns = {name: [point for point in here if point.variant == name] for name in names}
        counts += map(len, filter(None, columns.values()))
        marks = {name: _note(name, reasons[name], points, notes) for name, points in columns.items()}
        lines = [_line(metric, columns, marks, run.relative) for metric in run.metrics]
        found.blocks.append(Block(at, lines))
    fewest, most = min(counts, default=1), max(counts, default=1)
    found.replications = "" if most < 2 else f"{most}" if fewest == most else f"{fewest} to {most}"
    found.notes = list(notes)
    found.failures = [_failure(point) for point in run.points if point.error]
    return found


def grouped(points: Sequence[Point]) -> list[tuple[dict[str, Any], list[Point]]]:
    """The rows of the sweep with their points, in order of appearance; one empty row when there is no point."""
    rows: dict[str, tuple[dict[str, Any], list[Point]]] = {}
    for point in points:
        rows.setdefault(row_key(point.at), (point.at, []))[1].append(point)
    return list(rows.values()) or [({}, [])]


def row_key(at: dict[str, Any]) -> str:
    """The name of a row of the sweep."""
    return json.dumps(at, sort_keys=True, default=str)


def mean(points: Sequence[Point], column: str) -> tuple[float | None, float | None]:
    """Mean of a metric and half its 95 % interval, over the points that have it; None where there is none."""
    values = [value for point in points if (value := point.metrics.get(column)) is not None]
    return (sum(values) / len(values) if values else None), half_width(values)


def by_replication(points: Sequence[Point], variant: str, metric: Metric) -> dict[int, float]:
    """The finite values of a metric that the points of a variant have, by replication."""
    mine = [(point.replication, point.metrics.get(metric.column)) for point in points if point.variant == variant]
    return {number: value for number, value in sorted(mine) if value is not None and math.isfinite(value)}


def titled(metric: Metric) -> str:
    """A metric in words with its unit: Energy (kWh)."""
    unit = numbers.unit(metric.unit)
    return f"{numbers.label(metric.name)} ({unit})" if unit else numbers.label(metric.name)


def where(at: dict[str, Any]) -> str:
    """A row of the sweep in words; a path is cut to its last key where that is unambiguous."""
    short = [path.rsplit(".", 1)[-1] for path in at]
    names = [last if short.count(last) == 1 else path for path, last in zip(at, short, strict=True)]
    return ", ".join(f"{name} = {numbers.value(value)}" for name, value in zip(names, at.values(), strict=True))


def _note(name: str, reason: str | None, points: list[Point], notes: dict[str, int]) -> int | None:
    """The number of the footnote for what was refused here."""
    found = list(dict.fromkeys(point.refused for point in points if point.refused))
    if not found and not points and reason:
        found = [reason]
    if not found:
        return None
    return notes.setdefault(f"{name}: {'; '.join(found)}", len(notes) + 1)


def _failure(point: Point) -> str:
    place = ", ".join(part for part in (where(point.at), f"replication {point.replication}") if part)
    return f"{point.variant} at {place}: {point.error}"


def _line(
    metric: Metric,
    columns: dict[str, list[Point]],
    marks: dict[str, int | None],
    relative: dict[str, str],
) -> Line:
    cells = {name: _cell(metric, points, marks[name]) for name, points in columns.items()}
    reference = cells.get(relative.get(metric.column, ""))
    for cell in cells.values():
        if reference is not None and reference.value and cell.value is not None:
            cell.ratio = cell.value / reference.value
    _mark_best(metric, list(cells.values()))
    return Line(metric, list(cells.values()))


def _cell(metric: Metric, points: list[Point], note: int | None) -> Cell:
    value, spread = mean(points, metric.column)
    if value is not None:
        lost = any(point.error or point.refused for point in points)
        return Cell("value", value, spread, partial=lost, note=note)
    if note is not None:
        return Cell("refused", note=note)
    return Cell("failed" if any(point.error for point in points) else "missing")


def _mark_best(metric: Metric, cells: list[Cell]) -> None:
    read = {id(cell): float(cell.text.replace(",", "")) for cell in cells if _is_known(cell)}
    if metric.better == "neither" or len(set(read.values())) < 2:
        return
    best = (min if metric.better == "less" else max)(read.values())
    for cell in cells:
        cell.best = read.get(id(cell)) == best


def _is_known(cell: Cell) -> bool:
    return cell.value is not None and math.isfinite(cell.value)
