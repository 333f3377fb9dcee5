"""One point, from the scenario as it sees it to its metrics: a pure function of that scenario, its recording and its
seed."""

from __future__ import annotations

from vinfra.document import Document
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.metrics.metric import metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Spot
from vinfra.scenario.results import Point
from vinfra.scenario.simulation import Simulation, shown
from vinfra.scenario.world import build

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
        point.error = f"{type(error).__name__}: {error}"
    return point


def _simulate(document: Document, inputs: Inputs, point: Point) -> None:
    resolved = resolve(document)
    world = build(resolved, inputs.recording(resolved))
    seed = resolved.scenario.seed * REPLICATIONS + point.replication
    simulation = Simulation(world, Streams(seed))
    point.start, point.end = resolved.scenario.start, simulation.total
    simulation.run()
    record = simulation.record()
    audit(simulation, record)
    point.metrics = {name: value for name, metric in metrics().items() if (value := metric.compute(record)) is not None}
    point.series = shown(record)
    point.intervals = simulation.intervals()
    point.notes = [
        f"{group.group}: {group.count} VMs without a host, left out: {group.reason}" for group in world.unplaced
    ]
    point.notes += [] if simulation.protected is None else simulation.protected.tally.notes()
    point.notes += [] if simulation.demand is None else [*simulation.demand.notes]
