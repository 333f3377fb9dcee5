"""Conservation, checked at the end of every run: cycles, bytes and disk I/Os that went in came out or are left over.

Cheap sums over what was recorded anyway. A difference beyond rounding is a defect of vinfra and stops the point.
"""

from __future__ import annotations

import numpy as np

from vinfra.metrics.metric import Record
from vinfra.scenario.simulation import Simulation

ROUNDING = 1e-9


def audit(simulation: Simulation, record: Record) -> None:
    """AssertionError naming what does not add up."""
    series = record.series
    spent = series["cpu_granted_hz"] + series["cpu_io_hz"]
    _equal("cycles granted to VMs and to I/Os and used on hosts", spent, series["cpu_used_hz"])
    _below("cycles granted and wanted", series["cpu_granted_hz"], series["cpu_wanted_hz"])
    _below("cycles used and there", series["cpu_used_hz"], series["cpu_on_hz"])
    transfers, moves = simulation.transfers, simulation.moves

    def guests(resource: str) -> float:
        return 0.0 if simulation.production is None else simulation.production.used(resource)

    def backups(resource: str) -> float:
        streams = simulation.away if simulation.protected is None else simulation.protected.streams
        return 0.0 if streams is None else streams.used(resource)

    def moved(resource: str) -> float:
        return transfers.moved(resource) + moves.used(resource) + guests(resource) + backups(resource)

    production = () if simulation.production is None else simulation.production.balance()
    memory = () if simulation.memory is None else simulation.memory.balance()
    flows = (*transfers.balance(moved), *simulation.fluid.balance(moved), *moves.balance())
    protected = () if simulation.protected is None else simulation.protected.tally.balance()
    for name, asked, accounted in (*flows, *production, *memory, *protected):
        _equal(name, np.array([asked]), np.array([accounted]))


def _equal(what: str, one: np.ndarray, other: np.ndarray) -> None:
    scale = np.maximum(np.abs(one), np.abs(other))
    if (np.abs(one - other) > ROUNDING * scale + 1e-6).any():
        worst = int(np.argmax(np.abs(one - other) / np.maximum(scale, 1e-300)))
        raise AssertionError(
            f"{what} do not add up: {one[worst]:.12g} and {other[worst]:.12g}; this is a defect of vinfra"
        )


def _below(what: str, one: np.ndarray, other: np.ndarray) -> None:
    _equal(what, np.maximum(one, other), other)
