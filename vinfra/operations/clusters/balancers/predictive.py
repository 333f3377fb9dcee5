"""Predictive: as momentary, but a VM moves only where the hosts are closer together with it there.

Each move is tried on paper: of all VMs of the fullest host that can be relieved and all hosts, the one that leaves the
smallest spread, and of those alike the smallest standard deviation. It ends where the spread is at most the limit or no
move makes it smaller, so nothing moves to and fro. Source: what credativ/ProxLB#23 asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from vinfra.operations.clusters.balancer import Cost, Move, balancers
from vinfra.operations.clusters.spread import SpreadBalancer
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Floats, Ints

LEAST = 1e-9  # what is less is rounding


@balancers.register("predictive")
class Predictive(SpreadBalancer):
    """A VM moves only where the spread falls, the best move first."""

    source: ClassVar[str] = "a what-if of each move, as credativ/ProxLB#23 asks for"
    ahead: ClassVar[bool] = True

    def moves(self, view: View, hosts: Ints, movable: Bools, cost: Cost) -> Iterator[Move]:
        """The best move, again and again, as long as the hosts come closer together."""
        use = self.use(view)[hosts]
        names = view.estate.places.names
        while (spread := float(use.max() - use.min())) > self.balanciness + LEAST:
            best = self._best(view, hosts, movable, use)
            if best is None:
                return
            vm, row, column = best
            target = int(hosts[column])
            before, part = float(use[row]), self.sizes(view)[vm] / self.wholes(view)[hosts]
            use[row] -= part[row]
            use[column] += part[column]
            view.put(vm, target)
            after = float(use.max() - use.min())
            yield Move(vm, target, f"spread {spread:.0%} to {after:.0%}, {names[hosts[row]]} at {before:.0%}")

    def _best(self, view: View, hosts: Ints, movable: Bools, use: Floats) -> tuple[int, int, int] | None:
        """The VM, and rows of the host it leaves and of the one it goes to; None where no move helps."""
        now, mean = (float(use.max() - use.min()), float(use.std())), float(use.mean())
        for row in np.argsort(-use, kind="stable").tolist():
            if use[row] <= mean:
                return None
            source = int(hosts[row])
            vms = np.array([vm for vm in view.members(source) if movable[vm]], dtype=np.int64)
            if not len(vms):
                continue
            spread, deviation = self._after(view, vms, hosts, row, use)
            closer = (spread < now[0] - LEAST) | ((spread < now[0] + LEAST) & (deviation < now[1] - LEAST))
            order = np.lexsort((deviation.ravel(), spread.ravel().round(9)))
            for flat in order[closer.ravel()[order]].tolist():
                index, column = divmod(flat, len(hosts))
                if view.takes(vms[index : index + 1], hosts[column : column + 1])[0]:
                    return int(vms[index]), row, column
        return None

    def _after(self, view: View, vms: Ints, hosts: Ints, row: int, use: Floats) -> tuple[Floats, Floats]:
        """Spread and standard deviation after each VM has gone from a host to each other, shape (VMs, hosts) each;
        infinite where it would stay."""
        parts = self.sizes(view)[vms][:, None] / self.wholes(view)[hosts]
        off, on = use[row] - parts[:, row : row + 1], use + parts
        others = np.delete(np.arange(len(hosts)), row)
        most, least = _without(use, others)
        spread = np.maximum(np.maximum(off, on), most) - np.minimum(np.minimum(off, on), least)
        total = use.sum() - use[row] - use + off + on
        squares = (use**2).sum() - use[row] ** 2 - use**2 + off**2 + on**2
        deviation = np.sqrt(np.maximum(squares / len(hosts) - (total / len(hosts)) ** 2, 0.0))
        spread[:, row] = deviation[:, row] = np.inf
        return spread, deviation


def _without(use: Floats, others: Ints) -> tuple[Floats, Floats]:
    """The highest and the lowest use among `others` without each host in turn, shape (hosts,)."""
    order = others[np.argsort(use[others], kind="stable")]
    most, least = np.full(len(use), use[order[-1]]), np.full(len(use), use[order[0]])
    most[order[-1]] = use[order[-2]] if len(order) > 1 else -np.inf
    least[order[0]] = use[order[1]] if len(order) > 1 else np.inf
    return most, least
