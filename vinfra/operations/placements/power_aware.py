"""Power-aware best fit: each VM on the host whose draw rises least by it; ties go to the first host.

    rise = P((wanted + c) / capacity) - P(wanted / capacity)    c = vCPUs x speed x part of it that is expected

A host without VMs draws what the power policy says, nothing where it is switched off, so its first VM costs its idle
power too. Hosts that would be wanted for more than they have come last, the least wanted first. Units: hertz, watts.
Source: Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD).
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.operations.placement import NOWHERE, Batch, Placement, Power, Room, fits, placements, take
from vinfra.spec import field
from vinfra.units import Fraction

CELLS = 1_000_000  # of the table of rises that is held at once
GRAIN = 9  # digits after the comma of watts; below that they are rounding, and the first host of those alike is taken
SLACK = 1e-12  # of a capacity, so that what fits exactly in decimal does not fail by the last bit
FAR = 1e9  # watts that no host draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@placements.register("power-aware")
class PowerAware(Placement):
    """Each VM on the host whose power rises least by it."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD)"
    weighs_power: ClassVar[bool] = True

    expected: Fraction = field("100 %", "part of its vCPUs that a VM is expected to want, where it has no `demand`")

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Give VM after VM to the host whose draw rises least; a step takes O(log hosts)."""
        cpu = self.cpu_of(batch)
        chosen = np.full(batch.count, NOWHERE, dtype=np.int64)
        first = 0
        while first < batch.count:
            some = replace(batch, count=batch.count - first)
            fit = fits(some, cpu, room)
            kind, rows = self._kinds(some, room.power)
            # No host takes more than the table has steps for, so a batch of many kinds goes in several parts.
            width = min(int(fit.max(initial=0)), max(1, CELLS // len(rows)))
            some = replace(some, count=min(some.count, width)) if width < fit.max(initial=0) else some
            found = _cheapest(np.minimum(fit, width), kind, _rises(rows, width, room.power), some.count)
            counts = np.bincount(found, minlength=len(fit)).astype(np.int64, copy=False)
            take(some, cpu, room, counts)
            if room.power is not None:
                room.power.load += counts * self._part(some, room.power)
                room.power.occupied |= counts > 0
            if batch.most is not None:
                batch = replace(batch, most=batch.most - counts)
            chosen[first : first + len(found)] = found
            first += len(found)
            if len(found) < some.count:
                break
        return chosen

    def _kinds(self, batch: Batch, power: Power | None) -> tuple[Ints, Floats]:
        """Hosts that are alike now: the kind of each, shape (hosts,), and of each kind the curve, the load, whether it
        is occupied, and the part of it that one VM is expected to want, shape (kinds, 4)."""
        if power is None:
            return np.zeros(len(batch.allowed), dtype=np.int64), np.zeros((1, 4))
        key = np.column_stack((power.curve, power.load, power.occupied, self._part(batch, power)))
        order = np.lexsort(key.T)
        new = np.append(True, (np.diff(key[order], axis=0) != 0).any(axis=1))
        kind = np.empty(len(key), dtype=np.int64)
        kind[order] = np.cumsum(new) - 1
        return kind, key[order][new]

    def _part(self, batch: Batch, power: Power) -> Floats:
        """The part of each host that one VM is expected to want, shape (hosts,)."""
        demand = self.expected if batch.demand is None else batch.demand
        part: Floats = batch.configured * demand / power.capacity
        return part


def _rises(rows: Floats, most: int, power: Power | None) -> list[list[float]]:
    """What the first, second, ... VM adds to the draw of a host of each kind, watts."""
    if power is None:
        return [[0.0] * most]
    load = rows[:, 1, None] + rows[:, 3, None] * np.arange(most + 1)
    occupied = np.ones(load.shape, dtype=bool)
    occupied[:, 0] = rows[:, 2] > 0
    watts = np.zeros(load.shape)
    for index, curve in enumerate(power.curves):
        of = rows[:, 0] == index
        watts[of] = power.policy.watts(curve, np.clip(load[of], 0.0, 1.0), occupied[of])
    rise = np.diff(watts, axis=1).round(GRAIN)
    steps: list[list[float]] = np.where(load[:, 1:] > 1 + SLACK, FAR * load[:, 1:], rise).tolist()
    return steps


def _cheapest(fit: Ints, kind: Ints, rise: list[list[float]], count: int) -> Ints:
    """The hosts of so many VMs, one after the other, each where the next step is least; fewer where hosts are full."""
    kinds, most, taken = kind.tolist(), fit.tolist(), [0] * len(fit)
    waiting = [(rise[kinds[host]][0], host) for host in np.flatnonzero(fit).tolist()]
    heapq.heapify(waiting)
    found: list[int] = []
    while waiting and len(found) < count:
        _, host = heapq.heappop(waiting)
        row, at = rise[kinds[host]], taken[host]
        # As long as it stays the cheapest it goes on, which spares the heap most of the steps.
        rival = waiting[0] if waiting else (np.inf, 0)
        while at < most[host] and (row[at], host) <= rival and len(found) < count:
            found.append(host)
            at += 1
        taken[host] = at
        if at < most[host]:
            heapq.heappush(waiting, (row[at], host))
    return np.array(found, dtype=np.int64)
