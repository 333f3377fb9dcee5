"""The figures of the page: which charts a run gives, what is written under them, and which variants they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from vinfra.report import charts
from vinfra.report.comparison import grouped
from vinfra.report.curves import PER_LINE, Curve, Curves
from vinfra.report.numbers import label, unit
from vinfra.report.stacks import Kind, stacked, stacks
from vinfra.report.style import Style
from vinfra.scenario.results import Run

TOGETHER = 8  # lines that are told apart at a glance; more can be ticked
METRICS = 6  # charts over a swept parameter; the table has all metrics


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: words for the page, the specification, and its data as lines over time or as values."""

    id: str
    kind: Literal["time", "parameter", "events"]
    title: str
    caption: str
    label: str
    rows: list[str]
    variants: list[int]
    spec: charts.Spec
    choice: str = "at"
    unit: str = ""
    time: str = ""
    zero: int | None = None
    scale: float = 1.0
    lines: list[list[Any]] = field(default_factory=list)
    values: list[charts.Spec] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script needs of it."""
        drawn = {"values": self.values} if self.values else {"lines": self.lines}
        about: dict[str, Any] = {"id": self.id, "kind": self.kind, "unit": self.unit, "time": self.time}
        if self.zero is not None:
            about |= {"zero": self.zero, "scale": self.scale}
        if self.kinds:
            about["kinds"] = [kind.name for kind in self.kinds]
        return {**about, "spec": self.spec, **drawn}


class Entry(NamedTuple):
    """A variant in the legend; `ticked` where it is shown before the reader chooses."""

    id: int
    name: str
    style: Style
    ticked: bool


def figures(run: Run, found: Curves) -> list[Figure]:
    """Cycles by event, metrics over the swept parameter, then series over time that are not the same everywhere."""
    return [*_by_event(run), *_over_parameter(run), *_over_time(run, found)]


def constants(found: Curves) -> list[str]:
    """Series that have one value in all variants at all times, in words; there is nothing to draw."""
    return [curve.constant for curve in found.curves if curve.constant is not None]


def legend(run: Run, drawn: Sequence[Figure]) -> list[Entry]:
    """Variants that any figure draws, the first few ticked."""
    found = sorted({index for figure in drawn for index in figure.variants})
    return [
        Entry(index, run.variants[index].name, Style.of(index), place < TOGETHER) for place, index in enumerate(found)
    ]


def _by_event(run: Run) -> Iterator[Figure]:
    drawn = stacks(run)
    if drawn is not None:
        yield Figure(
            id="events",
            kind="events",
            title="Cycles by event",
            caption="What virtualization adds to the cycles that the same work takes on bare hardware, by what the "
            "guest does. The number at a bar is the sum; what lies left of zero is saved. Data transfers are left out.",
            label="Stacked bars of added cycles by kind of guest event, one bar for each variant",
            rows=drawn.rows,
            variants=drawn.variants,
            spec=drawn.spec,
            unit="%",
            values=drawn.values,
            kinds=drawn.kinds,
        )


def _over_time(run: Run, found: Curves) -> Iterator[Figure]:
    for index, curve in enumerate(found.curves):
        if curve.constant is not None:
            continue
        yield Figure(
            id=f"time-{index}",
            kind="time",
            title=curve.title,
            caption=" ".join(_under(run, curve, found.left_out)),
            label=f"Line chart of {curve.axis} over time, one line for each variant",
            rows=found.rows,
            variants=sorted(curve.variants),
            spec=charts.over_time(curve, len(run.variants)),
            unit=curve.unit,
            time=curve.time_unit,
            zero=curve.zero,
            scale=curve.scale,
            lines=curve.lines,
        )


def _under(run: Run, curve: Curve, left_out: int) -> Iterator[str]:
    """The sentences under a chart over time."""
    if curve.description:
        yield _sentence(curve.description)
    if any(point.replication for point in run.points):
        yield "The first replication of each variant."
    if curve.thinned:
        yield f"Of {curve.thinned:,} values a line the least and the greatest of every stretch, {PER_LINE:,} at most;"
        yield "all are in series.parquet."
    if left_out:
        yield f"{left_out:,} more rows of the sweep are in series.parquet."


def _over_parameter(run: Run) -> Iterator[Figure]:
    metrics = [metric for metric in run.metrics if metric not in stacked(run)]
    sample = bool(run.sweep) and charts.is_sample(run)
    over = "a swept number" if sample else charts.parameter(run) if run.sweep else ""
    for index, metric in enumerate(metrics[:METRICS] if run.sweep else ()):
        spec, values, rows = charts.over_sample(run, metric) if sample else charts.over_parameter(run, metric)
        bars = " Bars: 95 % interval of the mean (Student's t)." if charts.has_bars(spec) else ""
        each = f" {_rows_drawn(run)}" if sample else ""
        if values:
            yield Figure(
                id=f"parameter-{index}",
                kind="parameter",
                title=label(metric.name),
                caption=_sentence(metric.description) + each + bars,
                label=f"Chart of {metric.column} over {over}, one mark for each variant",
                choice="over" if sample else "at",
                rows=rows,
                variants=sorted({value["id"] for value in values}),
                spec=spec,
                unit=unit(metric.unit),
                values=values,
            )


def _rows_drawn(run: Run) -> str:
    if len(grouped(run.points)) <= charts.MOST_MARKS:
        return "A mark for each row."
    return f"A mark for each of the first {charts.MOST_MARKS} rows; all are in points.parquet."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
