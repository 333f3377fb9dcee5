"""Recordings a scenario reads, each read once in a process and known by the digest of its content, never by its
path."""

from __future__ import annotations

from pathlib import Path

from vinfra.errors import InputError
from vinfra.scenario.checkpoint import Checkpoints
from vinfra.scenario.load import Resolved
from vinfra.workloads.demand import Recording


class Inputs:
    """A cache of recordings by path and format; `checkpoints` are where points keep how far they have come."""

    def __init__(self) -> None:
        self.checkpoints: Checkpoints | None = None
        self._recordings: dict[tuple[str, Path], Recording] = {}

    @property
    def size(self) -> int:
        """Bytes of all samples."""
        return sum(recording.percent.nbytes for recording in self._recordings.values())

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
