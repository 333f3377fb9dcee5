"""Recordings a scenario reads, each read once in a process and known by the digest of its content, never by its
path."""

from __future__ import annotations

from pathlib import Path

from vinfra.errors import InputError, Place, Problem
from vinfra.scenario.load import Resolved
from vinfra.units import show
from vinfra.workloads.demand import Recording


class Inputs:
    """A cache of recordings by path and format."""

    def __init__(self) -> None:
        self._recordings: dict[tuple[str, Path], Recording] = {}

    def recording(self, resolved: Resolved) -> Recording | None:
        """The recording a scenario names, or None; InputError with file and line for what is wrong in it."""
        trace, path = resolved.trace, resolved.recording
        if trace is None or path is None:
            return None
        known = (trace.name, path)
        if known not in self._recordings:
            if not path.exists():
                where = resolved.place("workload", "path")
                cure = "give the folder or file of the recording, or leave `path` out for demand with its statistics"
                raise InputError.at(where, f"there is nothing at '{path}'; {cure}", "workload.path")
            self._recordings[known] = trace.read(path)
        return self._recordings[known]


def too_short(resolved: Resolved, recording: Recording) -> Problem | None:
    """The problem of a run that outlasts its recording, if it does."""
    scenario = resolved.scenario
    needed, covered = scenario.warmup + scenario.duration, (recording.epochs or 0) * recording.interval
    if needed <= covered + 1e-6:
        return None
    return Problem(
        _first_written(resolved, "duration", "workload"),
        "duration",
        f"asks for {show(needed, 'time')}, the recording covers {show(covered, 'time')}: "
        f"set duration to `{show(covered - scenario.warmup, 'time')}` or less",
    )


def _first_written(resolved: Resolved, *keys: str) -> Place:
    for key in keys:
        if (key,) in resolved.document.places:
            return resolved.place(key)
    return resolved.place()
