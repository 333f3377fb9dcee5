"""One point, from the scenario as it sees it to its metrics: a pure function of that scenario, its recording and its
seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vinfra.document import Document
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.costing import Costing, costing
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import key
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.points import Spot
from vinfra.scenario.results import Point
from vinfra.scenario.resuming import run
from vinfra.scenario.simulation import Simulation, notes, shown
from vinfra.scenario.world import build

if TYPE_CHECKING:  # most scenarios are of one site
    from vinfra.scenario.federation import Outcome

REPLICATIONS = 1 << 20  # more than the language allows, so that no two (seed, replication) share their streams


def simulate(spot: Spot, document: Document, inputs: Inputs) -> Point:
    """The point at a spot of a scenario; one that is refused says why, one that raises is kept with its error and stops
    nobody else."""
    point = Point(spot.column.name, spot.row.at, spot.replication)
    try:
        _simulate(spot.document(document), inputs, point)
    except Refused as reason:
        point.refused = str(reason)
    except Exception as error:  # whatever a plug-in of another package raises
        point.error = said(error)
    return point


def said(error: Exception) -> str:
    """An error as it is kept with its point."""
    return f"{type(error).__name__}: {error}"


def _simulate(document: Document, inputs: Inputs, point: Point) -> None:
    resolved = resolve(document)
    costs = costing(resolved, inputs)
    if resolved.sites:
        from vinfra.scenario.federation import Federation

        federation = Federation(resolved, inputs, seed_of(resolved, point.replication))
        federation.run()
        complete(point, resolved, federation.outcomes(), inputs)
        return
    world = build(resolved, inputs.recording(resolved))
    seed, checkpoint = seed_of(resolved, point.replication), None
    if inputs.checkpoints is not None:
        checkpoint = inputs.checkpoints.of(key(point.variant, point.at, point.replication))
    simulation = run(lambda: Simulation(world, Streams(seed)), checkpoint, point.variant)
    record = simulation.record()
    audit(simulation, record)
    _fill(point, resolved, record, costs)
    point.intervals = simulation.intervals()
    point.notes = [*notes(simulation), *said_of(costs)]


def seed_of(resolved: Resolved, replication: int) -> int:
    """Where the randomness of one replication starts: the same in every variant and row."""
    return resolved.scenario.seed * REPLICATIONS + replication


def complete(point: Point, resolved: Resolved, outcomes: Mapping[str, Outcome], inputs: Inputs) -> None:
    """Fill a point with what its sites left behind; one whose editions do not carry what it uses is refused."""
    from vinfra.scenario.federation import together

    try:
        costs = costing(resolved, inputs)
    except Refused as reason:
        point.refused = str(reason)
        return
    record, intervals, told = together(outcomes)
    _fill(point, resolved, record, costs)
    point.intervals, point.notes = intervals, [*told, *said_of(costs)]


def said_of(costs: Costing | None) -> list[str]:
    """What a reader must know of the prices."""
    return [] if costs is None else costs.notes()


def _fill(point: Point, resolved: Resolved, record: Record, costs: Costing | None) -> None:
    scenario = resolved.scenario
    record = record if costs is None else costs.added(record)
    point.start, point.end = scenario.start, scenario.warmup + scenario.duration
    point.metrics = {name: value for name, metric in metrics().items() if (value := metric.compute(record)) is not None}
    point.series = shown(record)
