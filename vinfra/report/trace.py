"""The timeline in the Chrome trace event format, which Perfetto and the browser's own trace viewer open.

One process for the series of each variant (and row of the sweep), and one for each kind of what has states there
(faults, jobs, proxies, VMs), with a thread for each entity; a state interval is a complete event, a series a counter.
Times are microseconds of simulated time. Source of the format: "Trace Event Format", Google, 2016. Of several
replications the first is shown, of a series only where it changes; a trace ends at 200,000 events, and says so, because
viewers grow slow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from vinfra.report.comparison import grouped, where
from vinfra.report.lanes import Lane, lanes, title
from vinfra.scenario.results import Point, Run
from vinfra.whole import whole

MOST = 200_000
CHUNK = 1_000  # events on a line: one by one they take three times as long to write
MICROSECONDS = 1e6


def write(run: Run, path: Path) -> None:
    """Write the trace, chunk by chunk, so that a large one needs no memory."""
    with whole(path) as part, part.open("w", encoding="utf-8") as file:
        limits = {"events": f"at most {MOST}", "replication": "the first"}
        about = {"scenario": run.scenario, "digest": run.digest, **limits}
        file.write(f'{{"displayTimeUnit": "ms", "otherData": {json.dumps(about)}, "traceEvents": [\n')
        some, between = islice(events(run), MOST), ""
        while chunk := list(islice(some, CHUNK)):
            file.write(between + json.dumps(chunk)[1:-1])
            between = ",\n"
        file.write("\n]}\n")


def events(run: Run) -> Iterator[dict[str, Any]]:
    """Every event, process by process."""
    process = 0
    for at, points in grouped(run.points):
        for variant in run.variants:
            point = next((point for point in points if point.variant == variant.name), None)
            if point is None or not (point.series or point.intervals):
                continue
            name = f"{variant.name}: {where(at)}" if at else variant.name
            found = lanes(point.intervals)
            for kind in dict.fromkeys(lane.kind for lane in found):
                process += 1
                yield from _named("process", process, 0, f"{name}, {title(kind)}", process)
                yield from _states([lane for lane in found if lane.kind == kind], process)
            if point.series:
                process += 1
                yield from _named("process", process, 0, name, process)
                yield from _counters(point, process)


def _named(what: str, process: int, thread: int, name: str, place: int) -> Iterator[dict[str, Any]]:
    """What a process or a thread is called, and where it stands among the others."""
    about = {"ph": "M", "pid": process, "tid": thread}
    yield {**about, "name": f"{what}_name", "args": {"name": name}}
    yield {**about, "name": f"{what}_sort_index", "args": {"sort_index": place}}


def _states(found: Sequence[Lane], process: int) -> Iterator[dict[str, Any]]:
    for thread, lane in enumerate(found, start=1):
        yield from _named("thread", process, thread, lane.name, thread)
        for interval in lane.intervals:
            yield {
                "ph": "X",
                "pid": process,
                "tid": thread,
                "name": interval.state,
                "cat": "state",
                "ts": interval.start * MICROSECONDS,
                "dur": (interval.end - interval.start) * MICROSECONDS,
            }


def _counters(point: Point, process: int) -> Iterator[dict[str, Any]]:
    for name in sorted(point.series):
        if name == "time_s":
            continue
        before = None
        for time, value in zip(point.series["time_s"].tolist(), point.series[name].tolist(), strict=True):
            if math.isfinite(value) and value != before:
                at, before = time * MICROSECONDS, value
                yield {"ph": "C", "pid": process, "tid": 0, "name": name, "ts": at, "args": {name: value}}
