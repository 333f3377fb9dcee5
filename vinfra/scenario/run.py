"""A run from question to answer: check, find what is done already, simulate the rest, put it together.

The folder is named by the identity of the question, so the same question finds its answer, and a run that was stopped
continues with exactly the points that are missing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vinfra
from vinfra.document import Document
from vinfra.errors import InputError, Place
from vinfra.metrics.metric import Metric
from vinfra.scenario.check import Checked, check
from vinfra.scenario.identity import contents, identity
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Ledger, key
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.measure import chosen
from vinfra.scenario.part import Part
from vinfra.scenario.points import Column, Row, Spot, rows, spots
from vinfra.scenario.reopen import kept
from vinfra.scenario.resolved import as_yaml, sources
from vinfra.scenario.results import Claim, Point, Run, Variant
from vinfra.scenario.runner import runner
from vinfra.scenario.simulate import Job

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked question and the folder its answer lies in."""

    document: Document
    checked: Checked
    only: list[str] | None
    rows: list[Row]
    contents: dict[str, str]
    identity: str
    folder: Path

    def spots(self) -> Iterator[Spot]:
        """Every point, in the order of the file."""
        return spots(self.document, self.checked.base.scenario.replications, self.only)


def plan(document: Document, inputs: Inputs, only: list[str] | None = None, out: Path | None = None) -> Plan:
    """Check the question and name its folder; nothing is written. InputError with every problem."""
    checked = check(document, inputs, only)
    swept = rows(document)
    found = contents(_every(checked, document, swept), inputs)
    name = identity(checked.base, checked.columns, swept, found)
    folder = out or Path("results") / checked.base.scenario.scenario / name[:8]
    return Plan(document, checked, only, swept, found, name, folder)


def _every(checked: Checked, document: Document, swept: Sequence[Row]) -> Iterator[Resolved]:
    """The scenario as written, as each variant and as each row sees it."""
    yield checked.base
    for column in checked.columns:
        yield resolve(Spot(column, Row(), 0).document(document))
    for row in swept:
        yield resolve(Spot(Column(""), row, 0).document(document))


def work(plan: Plan, inputs: Inputs, on: str = "local", fresh: bool = False, progress: Progress | None = None) -> Run:
    """Simulate what is missing and return the whole run. Interrupting it loses nothing that was done."""
    chosen_runner = runner(on)
    _make(plan.folder)
    path = plan.folder / "ledger.sqlite"
    if fresh:
        for stale in [path, *plan.folder.glob("ledger.sqlite-*")]:
            stale.unlink(missing_ok=True)
    with Ledger(path) as ledger:
        if not ledger.belongs_to(plan.identity):
            cure = "choose another folder, or give --fresh to forget that answer"
            raise InputError.at(Place(str(plan.folder)), f"holds the answer to another question: {cure}")
        ledger.forget_errors()
        done = ledger.done()
        every = list(plan.spots())
        missing = [spot for spot in every if key(spot.column.name, spot.row.at, spot.replication) not in done]
        jobs = (Job(spot.document(plan.document), spot.column.name, spot.row.at, spot.replication) for spot in missing)
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            for number, point in enumerate(chosen_runner.work(jobs, inputs) if missing else (), start=1):
                ledger.add(point)
                if progress is not None:
                    progress(len(every) - len(missing) + number, len(every))
        finally:
            if missing:
                ledger.spend(time.perf_counter() - wall, time.process_time() - cpu)
        run = _together(plan, every, list(ledger.points()), ledger.spent())
        ledger.keep(kept(run))
        return run


def _make(folder: Path) -> None:
    """The run folder; InputError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as reason:
        raise InputError.at(
            Place(str(folder)), f"cannot be written to: {reason.strerror}; give another --out"
        ) from None


def _together(plan: Plan, every: Sequence[Spot], points: Sequence[Point], spent: tuple[float, float]) -> Run:
    """Points in the order of the file, means, claims and sources."""
    scenario = plan.checked.base.scenario
    by_key = {key(point.variant, point.at, point.replication): point for point in points}
    ordered = [by_key[key(spot.column.name, spot.row.at, spot.replication)] for spot in every]
    return Run(
        scenario=scenario.scenario,
        question=scenario.question,
        background=scenario.background,
        identity=plan.identity,
        seed=scenario.seed,
        version=vinfra.__version__,
        variants=[_variant(column, ordered) for column in plan.checked.columns],
        points=ordered,
        expect=_claims(plan, ordered),
        metrics=chosen(scenario.measure, ordered),
        sources=sources([*_every(plan.checked, plan.document, plan.rows)], plan.checked.used),
        sweep=[*scenario.sweep],
        relative=plan.checked.relative,
        contents=plan.contents,
        resolved=as_yaml(plan.checked.base),
        wall_s=spent[0],
        cpu_s=spent[1],
    )


def _variant(column: Column, points: Sequence[Point]) -> Variant:
    mine = [point for point in points if point.variant == column.name]
    reasons = list(dict.fromkeys(point.refused for point in mine if point.refused))
    return Variant(column.name, column.values, means(mine, _names(points)), "; ".join(reasons) or None)


def _names(points: Sequence[Point]) -> list[str]:
    """Every metric that any point has, sorted."""
    return sorted(set().union(*(point.metrics for point in points)))


def means(points: Sequence[Point], names: Sequence[str]) -> dict[str, float | None]:
    """Mean of every metric over the points that have it; None where none does."""
    found: dict[str, float | None] = {}
    for name in names:
        values = [value for point in points if (value := point.metrics.get(name)) is not None]
        found[name] = math.fsum(values) / len(values) if values else None
    return found


def _claims(plan: Plan, points: Sequence[Point]) -> list[Claim]:
    """Every expectation held against the means at each row."""
    names = _names(points)
    rows_of: dict[str, dict[str, list[Point]]] = {}
    for point in points:
        rows_of.setdefault(key("", point.at, 0), {}).setdefault(point.variant, []).append(point)
    by_row = [(row.at, rows_of[key("", row.at, 0)]) for row in plan.rows]
    table = [(at, {variant: means(mine, names) for variant, mine in found.items()}) for at, found in by_row]
    return [
        expectation.check(table if expectation.part is None else _of_part(expectation.part, expectation.metric, by_row))
        for expectation in plan.checked.expectations
    ]


def _of_part(
    part: Part, metric: Metric, by_row: Sequence[tuple[dict[str, Any], dict[str, list[Point]]]]
) -> list[tuple[dict[str, Any], dict[str, dict[str, float | None]]]]:
    """The same table with one metric, told of a part of each point."""

    def mean(points: Sequence[Point]) -> dict[str, float | None]:
        values = [value for point in points if (value := part.measure(metric, point)) is not None]
        return {metric.column: math.fsum(values) / len(values) if values else None}

    return [(at, {variant: mean(points) for variant, points in found.items()}) for at, found in by_row]
