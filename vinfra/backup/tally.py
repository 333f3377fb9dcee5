"""What backups, restores and snapshots came to, counted at the end of a run. Units: seconds, bytes.

The RPO of a machine is the longest time without a new restore point, from the first start of its job to the end of the
run; a point counts from the moment it holds, once it is stored.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.backup.restoring import Restoring
from vinfra.backup.result import MISSED, Result
from vinfra.backup.server import Server
from vinfra.compute.snapshots import Snapshots


class Tally:
    """Counts over everything a server did until `end`."""

    def __init__(self, server: Server, restoring: Restoring, snapshots: Snapshots, end: float) -> None:
        self.server = server
        self.restoring = restoring
        self.snapshots = snapshots
        self.end = end

    def results(self) -> list[Result]:
        """How each machine's turn ended in each run that is over or under way: its last attempt."""
        return [result for run in self.server.runs for _, result in sorted(run.last.items())]

    def totals(self) -> dict[str, float]:
        """Counts and sums."""
        results = self.results()
        every = [result for run in self.server.runs for result in run.results]
        missed = [one for one in results if one.condition.startswith(MISSED)]
        made = [one for one in results if one.taken is not None]
        back = [one for one in self.restoring.recoveries if one.took is not None]
        store, snapshots, now = self.server.store, self.snapshots, self.end
        for datastore in sorted({one.holder.datastore for one in snapshots.open.values()}):
            snapshots.weigh(datastore)
        busy = {machine for machine, _ in self.server.under_way()}
        found = {
            "backups_done": float(len(made)),
            "backups_missed": float(len(missed)),
            "backups_failed": float(len(results) - len(made) - len(missed)),
            "backups_wrong": float(sum(one.wrong for one in made)),
            "backup_read_bytes": math.fsum(one.read for one in every),
            "backup_stored_bytes": math.fsum(one.stored for one in made),
            "repository_bytes": store.place.space.used,
            "repository_peak_bytes": store.place.space.peak,
            "snapshot_peak_bytes": snapshots.peak,
            "snapshots_left": float(sum(1 for vm in snapshots.open if vm not in busy)),
            "vms_stopped": float(len({one.vm for one in snapshots.stopped})),
            "commits_diverged": float(snapshots.diverged),
            "vms_stopped_s": math.fsum(snapshots.stood(now)),
        }
        if snapshots.stopped:
            found["first_stop_s"] = snapshots.stopped[0].since
        if self.restoring.drills or self.restoring.recoveries:
            found["restores_done"] = float(len(back))
            found["restores_failed"] = float(len(self.restoring.failures()))
        return found

    def samples(self) -> dict[str, NDArray[np.float64]]:
        """Windows of runs, RPO of machines, RTO of recoveries, stuns."""
        return {
            "backup_window_s": np.array(self.server.windows()),
            "rpo_s": np.array(self._rpo()),
            "rto_s": np.array([one.took for one in self.restoring.recoveries if one.took is not None]),
            "stun_s": np.array(self.snapshots.stuns),
        }

    def balance(self) -> Iterator[tuple[str, float, float]]:
        """What went in and what came out: bytes that were read and kept, those that are stored and what reduction
        took, files and the space they take, snapshots and the jobs or leftovers they belong to."""
        store = self.server.store
        ratio = store.place.smaller
        made = [result for result in self.results() if result.taken is not None]
        kept, stored = math.fsum(one.kept for one in made), math.fsum(one.stored for one in made)
        yield "bytes kept and bytes stored with what reduction took", kept, stored * ratio
        for place in (store.place, store.offsite):
            if place is not None:
                files = math.fsum(chain.stored for _, chain in sorted(place.chains.items()))
                yield f"files in {place.name} and the space they take", files, place.space.used
        deltas = sum(len(space.deltas) for space in self.snapshots.spaces.values())
        yield "delta disks and snapshots", float(deltas), float(len(self.snapshots.open))

    def notes(self) -> list[str]:
        """What a reader of the report must know of backups that went wrong, in sentences."""
        calendar, counted = self.server.site.calendar, Counter[tuple[str, str]]()
        for result in self.results():
            if result.taken is None or not result.done:
                counted[result.job, result.condition] += 1
        found = [f"job {job}: {count} times '{why}'" for (job, why), count in sorted(counted.items())]
        gone: dict[tuple[str, str], list[str]] = {}
        for drill, vm, why in self.restoring.failures():
            gone.setdefault((drill, why.removeprefix(f"{vm} has ")), []).append(vm)
        found += [f"restore {drill}: {_some(vms)} did not come back: {why}" for (drill, why), vms in gone.items()]
        stopped: dict[tuple[str, str], list[str]] = {}
        for one in self.snapshots.stopped:
            stopped.setdefault((f"{calendar.date(one.since):%a %d %b at %H:%M}", one.datastore), []).append(one.vm)
        return found + [
            f"{_some(vms)} stopped on {when}: {datastore} was full" for (when, datastore), vms in stopped.items()
        ]

    def _rpo(self) -> list[float]:
        first: dict[str, float] = {}
        points: dict[str, list[tuple[float, float]]] = {}
        for run in self.server.runs:
            for machine in run.job.machines:
                first[machine.name] = min(first.get(machine.name, math.inf), run.opened)
            for result in run.results:
                if result.taken is not None and result.ended is not None:
                    points.setdefault(result.machine, []).append((result.ended, result.taken))
        return [_worst(first[name], sorted(points.get(name, [])), self.end) for name in sorted(first)]


def _some(vms: Sequence[str], most: int = 5) -> str:
    """The first of them by name, and how many more."""
    return ", ".join(vms[:most]) + (f" and {len(vms) - most} more" if len(vms) > most else "")


def _worst(start: float, points: list[tuple[float, float]], end: float) -> float:
    """The most that could have been lost at any moment: just before a point is stored, the newest one before it is
    oldest; before the first point nothing can be had, and the loss grows from the start."""
    ends = [*(stored for stored, _ in points), end]
    newest = [start, *(taken for _, taken in points)]
    held = [max(newest[: index + 1]) for index in range(len(newest))]
    return max(until - taken for until, taken in zip(ends, held, strict=True))
