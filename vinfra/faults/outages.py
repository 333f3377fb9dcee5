"""Outages that were written down: a CSV file with the columns host, start and end, one outage a line.

Times are seconds, or moments of the run (`day 2 at 3h`). The file is read line by line. Unit: seconds.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vinfra.workloads.files import Complaints, listing, quoted, shown

COLUMNS = ("host", "start", "end")
SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{0,9})?")
LONGEST = 4096  # characters of a line; what is longer is no line of this file


@dataclass(frozen=True, slots=True)
class Outage:
    """A host or a host group is down from `start` to `end`; `counted`: from the moment the trace begins, otherwise from
    the start of the run. `file` and `line` say where that stands."""

    host: str
    start: float
    end: float
    counted: bool
    file: str
    line: int


def read(path: Path, moment: Callable[[str], float]) -> tuple[list[Outage], str]:
    """All outages and the digest of the file; `moment` reads one, or raises ValueError with the cure. InputError with
    file and line for what is wrong."""
    complaints, found, digest = Complaints(), [], hashlib.sha256()
    for file in listing(path, complaints):
        try:
            with open(file, "rb") as stream:
                first = True
                for line, data in enumerate(iter(lambda: stream.readline(LONGEST), b""), start=1):
                    digest.update(data)
                    row = _row(data.removeprefix(b"\xef\xbb\xbf") if first else data)
                    if first:
                        first = False
                        if row != list(COLUMNS):
                            complaints.add(shown(file), 1, f"must begin with the line {','.join(COLUMNS)}")
                            break
                    elif row and (outage := _outage(row, shown(file), line, moment, complaints)):
                        found.append(outage)
                if first:
                    complaints.add(shown(file), 1, f"is empty; it must begin with the line {','.join(COLUMNS)}")
        except OSError as wrong:
            complaints.add(shown(file), None, f"cannot be read: {wrong.strerror}")
    complaints.stop()
    return found, digest.hexdigest()


def _row(data: bytes) -> list[str]:
    """The cells of a line; one that is no text, or is cut, has a cell that fits nowhere."""
    text = data.decode("utf-8", "backslashreplace").strip()
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error:
        return [text]


def _outage(
    row: list[str], file: str, line: int, moment: Callable[[str], float], complaints: Complaints
) -> Outage | None:
    """What a line says; None where something is wrong with it, which is then among the complaints."""
    if len(row) != len(COLUMNS) or not row[0]:
        complaints.add(file, line, f"must have a host, a start and an end, got {quoted(','.join(row))}")
        return None
    plain = [SECONDS.fullmatch(cell) is not None for cell in row[1:]]
    if plain[0] != plain[1]:
        complaints.add(file, line, "must give start and end alike: both in seconds, or both as moments of the run")
        return None
    try:
        start, end = (float(cell) if plain[0] else moment(cell) for cell in row[1:])
    except ValueError:
        cure = "write seconds, like 3600, or a moment of the run, like 'day 3 at 10h'"
        complaints.add(file, line, f"{quoted(' to '.join(row[1:]))} are no times; {cure}")
        return None
    if end <= start:
        complaints.add(file, line, f"must end after it starts, got {quoted(row[1])} to {quoted(row[2])}")
        return None
    return Outage(row[0], start, end, plain[0], file, line)
