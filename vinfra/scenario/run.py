"""A run from question to answer: check, find what is done already, simulate the rest, put it together.

The folder is named by the identity of the question, so the same question finds its answer, and a run that was stopped
continues with exactly the points that are missing.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vinfra
from vinfra.document import Document
from vinfra.errors import InputError, Place
from vinfra.metrics.metric import Metric
from vinfra.scenario.check import Checked, check
from vinfra.scenario.checkpoint import Checkpoints
from vinfra.scenario.identity import contents, identity
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Ledger, key
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.measure import chosen
from vinfra.scenario.part import Part
from vinfra.scenario.points import Column, Row, Spot, covering, rows, within
from vinfra.scenario.reopen import kept
from vinfra.scenario.replications import Measured
from vinfra.scenario.resolved import as_yaml, sources
from vinfra.scenario.results import Claim, Point, Run, Source, Variant
from vinfra.scenario.rounds import Rounds
from vinfra.scenario.runner import Local, Runner
from vinfra.whole import told

Progress = Callable[[int, int, int], None]  # points that are done, of how many, and how many of them failed
COVER = 64  # rows with new numbers that are looked at for the sources of their facts; names are all looked at


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

    def rounds(self, done: Mapping[str, Measured]) -> Rounds:
        """The points of the run, of which some are done."""
        return Rounds(self.checked.stopping, self.checked.columns, self.rows, done)


def plan(document: Document, inputs: Inputs, only: list[str] | None = None, out: Path | None = None) -> Plan:
    """Check the question and name its folder; nothing is written. InputError with every problem."""
    checked = check(document, inputs, only)
    swept = rows(document)
    rows_with = [row for section in ("workload", "placement") for row in within(swept, section)]
    reading = [*_columns(checked, document), *_resolved(document, rows_with)]
    found = contents(reading, inputs)
    name = identity(checked.base, checked.columns, swept, found)
    folder = out or Path("results") / checked.base.scenario.scenario / name[:8]
    return Plan(document, checked, only, swept, found, name, folder)


def _columns(checked: Checked, document: Document) -> Iterator[Resolved]:
    """The scenario as written, and as each variant sees it."""
    yield checked.base
    for column in checked.columns:
        yield resolve(Spot(column, Row(), 0).document(document))


def _resolved(document: Document, some: Sequence[Row]) -> Iterator[Resolved]:
    """The scenario as rows see it."""
    for row in some:
        yield resolve(Spot(Column(""), row, 0).document(document))


def work(
    plan: Plan,
    inputs: Inputs,
    chosen_runner: Runner | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Simulate what is missing and return the whole run. Interrupting it loses nothing that was done."""
    _make(plan.folder)
    path = plan.folder / "ledger.sqlite"
    inputs.checkpoints = Checkpoints(plan.folder.resolve(), plan.identity)
    if fresh:
        for stale in [path, *plan.folder.glob("ledger.sqlite-*")]:
            stale.unlink(missing_ok=True)
        inputs.checkpoints.clear()
    with Ledger(path) as ledger:
        if not ledger.belongs_to(plan.identity):
            cure = "choose another folder, or give --fresh to forget that answer"
            raise InputError.at(Place(str(plan.folder)), f"holds the answer to another question: {cure}")
        ledger.forget_errors()
        rounds = plan.rounds(ledger.done())
        if missing := rounds.missing():
            with chosen_runner or Local() as entered:
                wall, cpu = time.perf_counter(), time.process_time()
                try:
                    _simulate(plan, inputs, ledger, rounds, missing, entered, progress)
                finally:
                    ledger.spend(time.perf_counter() - wall, time.process_time() - cpu + entered.cpu_s)
        inputs.checkpoints.clear()
        run = _together(plan, rounds.spots(), list(ledger.points()), ledger.spent())
        ledger.keep(kept(run))
        return run


def _simulate(
    plan: Plan,
    inputs: Inputs,
    ledger: Ledger,
    rounds: Rounds,
    missing: Sequence[Spot],
    entered: Runner,
    progress: Progress | None,
) -> None:
    """Round after round, until nothing is missing; what is yielded is written before more is asked for."""
    done, failed = rounds.done, 0
    while missing:
        every = done + len(missing)
        # Closed at once when it is left half way: what it waits for must not be found later.
        with closing(entered.work(missing, plan.document, inputs)) as handfuls:
            for handful in handfuls:
                ledger.write(handful)
                for made in handful:
                    if inputs.checkpoints is not None:
                        inputs.checkpoints.of(made.key).drop()
                    rounds.note(made.variant, json.loads(made.at), made.replication, json.loads(made.metrics))
                done += len(handful)
                failed += sum(made.error is not None for made in handful)
                if progress is not None:
                    progress(done, every, failed)
        missing = rounds.missing(entered.processes)


def _make(folder: Path) -> None:
    """The run folder; InputError where it cannot be."""
    with told(Place(str(folder)), "give another --out"):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()


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
        sources=_sources(plan),
        sweep=[*scenario.sweep],
        relative=plan.checked.relative,
        contents=plan.contents,
        resolved=as_yaml(plan.checked.base),
        wall_s=spent[0],
        cpu_s=spent[1],
    )


def _sources(plan: Plan) -> list[Source]:
    """Where the numbers come from that any point uses; rows name facts, so every name counts and a few numbers do."""
    looked = covering(plan.rows, COVER)
    return sources([*_columns(plan.checked, plan.document), *_resolved(plan.document, looked)], plan.checked.used)


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
