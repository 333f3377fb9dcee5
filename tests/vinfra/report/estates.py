"""Runs with nights of backup: what the recorder would have written down of an estate, its proxies, jobs and faults."""

from __future__ import annotations

import heapq
from datetime import datetime

import numpy as np

from tests.vinfra.report.samples import assembled
from vinfra.engine.recorder import Recorder
from vinfra.scenario.results import Interval, Point, Run

DAY, HOUR = 86400.0, 3600.0
START = datetime(2007, 10, 1)
STUCK = "failed: snapshot could not be removed"


def estate(
    nights: int = 14, groups: dict[str, int] | None = None, slots: int = 4, proxies: int = 1, trouble: bool = True
) -> list[Interval]:
    """Every night at ten all machines, `slots` at once on each proxy, in a window of eight hours."""
    rng = np.random.default_rng(3)
    machines = [
        name if count == 1 else f"{name}-{number}"
        for name, count in (groups or {"db": 4, "file": 6, "web": 20}).items()
        for number in range(1, count + 1)
    ]
    found: list[Interval] = []
    tails: dict[str, tuple[str, float]] = {}
    for night in range(nights):
        opens = night * DAY + 22 * HOUR
        closes = opens + 8 * HOUR
        heap = [(opens, f"backup{1 + slot % proxies}", slot) for slot in range(slots * proxies)]
        heapq.heapify(heap)
        spans: dict[str, list[tuple[float, float]]] = {}
        for machine in machines:
            if machine in tails:
                state, since = tails.pop(machine)
                found.append(Interval(machine, state, since, opens))
            begin, proxy, slot = heapq.heappop(heap)
            if begin >= closes:
                heapq.heappush(heap, (begin, proxy, slot))
                found.append(Interval(machine, "waiting for a slot", opens, closes))
                tails[machine] = ("missed", closes)
                continue
            slow = 2.6 if trouble and night == 8 else 1.0
            read = slow * float(rng.uniform(0.4, 1.4)) * (2.6 * HOUR if machine.startswith("db") else 0.7 * HOUR)
            tank = 0.4 * read if machine.startswith("web") else 0.0
            commit = float(rng.uniform(120, 600))
            at = begin
            if begin > opens:
                found.append(Interval(machine, "waiting for a slot", opens, begin))
            work = {"snapshot": 90.0, "reading": read, "through the tank": tank, "committing": commit}
            for state, lasts in work.items():
                if lasts:
                    found.append(Interval(machine, state, at, at + lasts))
                at += lasts
            if trouble and (machine, night) in {("db-3", 8), ("web-7", 4), ("db-3", 9)}:
                tails[machine] = (STUCK, at)
            spans.setdefault(proxy, []).append((begin, at))
            heapq.heappush(heap, (at, proxy, slot))
        over = max(end for mine in spans.values() for _, end in mine)
        found.append(Interval("window/nightly", "window", opens, closes))
        found.append(Interval("job/nightly", "running", opens, min(over, closes)))
        if over > closes:
            found.append(Interval("job/nightly", "overran", closes, over))
        for proxy, mine in spans.items():
            found += loads(f"proxy/{proxy}", mine)
    end = nights * DAY + 12 * HOUR
    found += [Interval(machine, state, since, end) for machine, (state, since) in tails.items()]
    return found


def loads(entity: str, spans: list[tuple[float, float]]) -> list[Interval]:
    """`busy n` while n spans overlap."""
    edges = sorted({edge for span in spans for edge in span})
    recorder = Recorder()
    for begin in edges:
        count = sum(opens <= begin < closes for opens, closes in spans)
        recorder.enter(entity, f"busy {count}" if count else "", begin)
    return [Interval(*found) for found in recorder.intervals(edges[-1])]


def fortnight() -> Run:
    """Two variants of fourteen nights: one with trouble, a fault and restores, one without any."""
    bad = estate()
    bad += [
        Interval("fault/renumbered", "renumbered", 4 * DAY + 12 * HOUR, 5 * DAY + 9 * HOUR),
        Interval("proxy/backup1", "down", 5 * DAY + 9 * HOUR, 5 * DAY + 13 * HOUR),
        Interval("restore/file-2", "restoring", 2 * DAY + 10 * HOUR, 2 * DAY + 10.2 * HOUR),
        Interval("restore/db-1", "waiting", 7 * DAY + 14 * HOUR, 7 * DAY + 15 * HOUR),
        Interval("restore/db-1", "failed: no restore point in the catalog", 7 * DAY + 15 * HOUR, 14 * DAY + 12 * HOUR),
        Interval("web-20", "stopped: datastore full", 10 * DAY + 3 * HOUR, 10 * DAY + 9 * HOUR),
    ]
    return run({"vm-over-lan": bad, "physical": estate(trouble=False, slots=5)}, 14.5 * DAY)


def night(machines: int = 60, slots: int = 6) -> Run:
    """One night of an estate."""
    each = {"app": machines // 3, "db": machines // 6, "web": machines - machines // 3 - machines // 6}
    intervals = estate(1, each, slots)
    moved = [Interval(i.entity, i.state, i.start - 20 * HOUR, i.end - 20 * HOUR) for i in intervals]
    kept = [Interval(i.entity, i.state, i.start, min(i.end, 14 * HOUR)) for i in moved if i.start < 14 * HOUR]
    return run({"as-shipped": kept}, 14 * HOUR, datetime(2007, 10, 1, 20))


def crowd(machines: int = 5000) -> Run:
    """One night of thousands of machines with twenty proxies."""
    each = {"app": machines // 2, "web": machines - machines // 2}
    return run({"many": estate(1, each, 10, 20)}, 1.5 * DAY)


def moves() -> Run:
    """Machines that move to another host within minutes; nobody says which day it is."""
    found = []
    for number in range(1, 13):
        at = 20.0 * number
        for state, lasts in (("pre-copy round 1", 60.0), ("pre-copy round 2", 12.0), ("stopped", 0.8)):
            found.append(Interval(f"web-{number}", state, at, at + lasts))
            at += lasts
    return run({"pre-copy": found}, 1800.0)


def run(variants: dict[str, list[Interval]], end: float, start: datetime = START) -> Run:
    """A run of these intervals, with a series over time."""
    time = np.arange(0.0, end, 900.0)
    points = [
        Point(
            name,
            {},
            0,
            {"energy_kwh": 10.0 + index},
            series={"time_s": time, "power_w": 800 + 50 * np.sin(2 * np.pi * time / DAY) + index},
            intervals=intervals,
            start=start,
            end=end,
        )
        for index, (name, intervals) in enumerate(variants.items())
    ]
    changes: dict[str, dict[str, object]] = {name: {} for name in variants}
    return assembled("nights", "Who is protected in the morning?", changes, points, [], ["energy_kwh"])
