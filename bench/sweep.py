"""A sweep on Ray against the same points without it: one process, and two free ones that share them by half.

Of ideal: points x seconds of a point alone / processes, over the seconds it took. On a machine whose cores are shared,
two free processes do not reach that ideal either; so both are measured in turns, and their ratio is what Ray costs.
Actors are up before, which bench/cluster.py measures; the ledger is written as in a run.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vinfra.document import Document, parse
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Ledger, entry
from vinfra.scenario.points import Column, Row, Spot
from vinfra.scenario.simulate import simulate

if TYPE_CHECKING:
    from actors.pool import Pool

SCENARIO = """
scenario: bench
question: How fast?
duration: {hours} h
hosts:
  host: {{count: {hosts}, cores: 8, frequency: 2 GHz, memory: 64 GiB}}
vms:
  vm: {{count: {vms}, memory: 1 GiB}}
workload: {{trace: planetlab}}
placement: {{policy: worst-fit}}
"""
ACTORS = 2
PER_HOST = 10
TURNS = 2
ALONE = 3  # points that are timed in one process
AIMS = {"10 ms": 0.90, "100 ms": 0.95, "1 s": 0.95}


@dataclass(frozen=True)
class Kind:
    """Points that take about so long."""

    name: str
    hours: int
    vms: int
    points: int

    @property
    def document(self) -> Document:
        return parse(SCENARIO.format(hours=self.hours, vms=self.vms, hosts=self.vms // PER_HOST), "bench")

    @property
    def spots(self) -> list[Spot]:
        return [Spot(Column("bench"), Row(), number) for number in range(self.points)]


KINDS = (Kind("10 ms", 12, 20, 400), Kind("100 ms", 24, 6_000, 50), Kind("1 s", 24, 60_000, 10))


def simulated(document: Document, spots: Sequence[Spot]) -> int:
    """Points one after the other, as rows of a ledger."""
    return len([entry(simulate(spot, document, Inputs())) for spot in spots])


def alone(document: Document, spots: Sequence[Spot]) -> float:
    """Seconds of one point, where nothing else runs."""
    began = time.perf_counter()
    simulated(document, spots)
    return (time.perf_counter() - began) / len(spots)


def freely(processes: ProcessPoolExecutor, document: Document, spots: Sequence[Spot]) -> float:
    """Seconds that processes take which are up and share the points evenly."""
    began = time.perf_counter()
    halves = [processes.submit(simulated, document, spots[number::ACTORS]) for number in range(ACTORS)]
    assert sum(half.result() for half in halves) == len(spots)
    return time.perf_counter() - began


def pooled(pool: Pool, spots: Sequence[Spot]) -> float:
    """Seconds that actors take which are up, until the last point is on disk."""
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite") as ledger:
        began = time.perf_counter()
        for handful in pool.work(spots):
            ledger.write(handful)
        took = time.perf_counter() - began
        assert len(ledger.done()) == len(spots)
        return took


def measured(kind: Kind, processes: ProcessPoolExecutor) -> tuple[float, float, float]:
    """Best seconds of a point alone, of the free processes and of Ray, in turns."""
    from actors.pool import Pool

    document, spots = kind.document, kind.spots
    with Pool(ACTORS, document, Inputs()) as pool:
        pooled(pool, spots[: 2 * ACTORS])
        freely(processes, document, spots[: 2 * ACTORS])
        turns = [
            (alone(document, spots[:ALONE]), freely(processes, document, spots), pooled(pool, spots))
            for _ in range(TURNS)
        ]
    one, free, ray = (min(turn[number] for turn in turns) for number in range(3))
    return one, free, ray


def main() -> None:
    """Print one line for each length of a point."""
    from actors.connect import PRIVATE, connected

    print(f"\na sweep on {ACTORS} actors (best of {TURNS} turns; ideal: points x seconds alone / {ACTORS})")
    print(f"{'point':>7} {'points':>6} {'alone s':>8} {'free s':>7} {'Ray s':>7} {'free/ideal':>10} {'Ray/ideal':>10}"
          f" {'Ray/free':>9}")  # fmt: skip
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(ACTORS, mp_context=spawn) as processes, connected(PRIVATE, ACTORS):
        for kind in KINDS:
            one, free, ray = measured(kind, processes)
            ideal = kind.points * one / ACTORS
            print(f"{kind.name:>7} {kind.points:>6} {one:>8.4f} {free:>7.2f} {ray:>7.2f} {ideal / free:>10.2f} "
                  f"{ideal / ray:>10.2f} {free / ray:>9.2f} (aim: at least {AIMS[kind.name]:.2f})")  # fmt: skip
