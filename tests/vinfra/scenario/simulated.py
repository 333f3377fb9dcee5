"""A scenario from its text to a simulation that is over and audited, for tests."""

from __future__ import annotations

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.metrics.metric import Record
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build


def simulate(text: str, seed: int = 1) -> tuple[Simulation, Record]:
    """The simulation and what it left behind."""
    simulation = Simulation(build(resolve(parse(text, "lab.yaml")), None), Streams(seed))
    simulation.run()
    record = simulation.record()
    audit(simulation, record)
    return simulation, record


def lane(simulation: Simulation, entity: str) -> list[tuple[str, float, float]]:
    """What a host or a VM did, with start and end."""
    return [(one.state, one.start, one.end) for one in simulation.intervals() if one.entity == entity]
