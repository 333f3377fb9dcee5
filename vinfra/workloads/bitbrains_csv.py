"""One CSV file of GWA-T-12: the samples of one VM, as they were taken.

Columns are found by their names in the header and separated by `;`, with or without a tab; those nobody uses are not
looked at. Timestamps are seconds although the header says ms; above 1e11 (the year 5138) they are taken as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinfra.workloads.files import Complaints, quoted

Floats = NDArray[np.float64]
TIME, CORES, CAPACITY, USAGE = COLUMNS = (
    "Timestamp [ms]",
    "CPU cores",
    "CPU capacity provisioned [MHZ]",
    "CPU usage [%]",
)
MILLISECONDS = 1e11  # a timestamp above this cannot be seconds
LONGEST = 366 * 86400.0  # s; what lies further apart is no recording but a mistake in a timestamp
PLAIN = b"0123456789.+-eE \t\r;"  # what float() must see, lest it read `nan`, `inf` or `1_000`
NUMBER = re.compile(rb"[ \t\r]*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[ \t\r]*")


@dataclass(frozen=True, slots=True)
class Samples:
    """Seconds, percent of the capacity given and line in the file, shape (samples,); the largest cores and capacity;
    further columns that were asked for and are there."""

    time: Floats
    percent: Floats
    line: NDArray[np.int64]
    cores: float
    capacity_hz: float
    more: Mapping[str, Floats] = field(default_factory=dict)


def parse(file: str, data: bytes, complaints: Complaints, more: Sequence[str] = ()) -> Samples | None:
    """The samples of one VM, with the columns in `more` where the file has them, as they are written.

    None when something is wrong, which is then among the complaints.
    """
    before = complaints.count
    header, _, body = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    places = _places(file, header, complaints)
    said = [name.decode("utf-8", "replace").strip().lower() for name in header.split(b";")]
    others = [name for name in more if said.count(name.lower()) == 1]
    wanted = [*places, *(said.index(name.lower()) for name in others)]
    lines = body.removesuffix(b"\n").split(b"\n") if body.strip() else []
    if not lines:
        complaints.add(file, 1, "has no samples: it needs a header and a line for every sample")
    if complaints.count > before:
        return None
    rows, numbers = _rows(file, lines, header.count(b";"), max(wanted) + 1, complaints)
    time, cores, capacity, percent, *rest = (
        _numbers(file, name, [row[place] for row in rows], numbers, complaints)
        for name, place in zip((*COLUMNS, *others), wanted, strict=True)
    )
    time = np.where(time > MILLISECONDS, time / 1000, time)
    _check_order(file, time, numbers, complaints)
    if complaints.count > before:
        return None
    more_of_it = dict(zip(others, rest, strict=True))
    return Samples(time, percent, numbers, float(cores.max()), float(capacity.max()) * 1e6, more_of_it)


def _places(file: str, header: bytes, complaints: Complaints) -> list[int]:
    """Where the columns that are used stand; capitals do not matter."""
    found = [name.decode("utf-8", "replace").strip().lower() for name in header.split(b";")]
    for name in COLUMNS:
        count = found.count(name.lower())
        if count != 1:
            what = "no column" if count == 0 else f"{count} columns"
            complaints.add(file, 1, f"the header has {what} '{name}'; it names each column once, with `;` between")
    return [found.index(name.lower()) for name in COLUMNS if name.lower() in found]


def _rows(
    file: str, lines: Sequence[bytes], separators: int, deepest: int, complaints: Complaints
) -> tuple[list[list[bytes]], NDArray[np.int64]]:
    """Fields of the lines that have as many as the header, and the numbers of these lines."""
    good = [line.count(b";") == separators for line in lines]
    for index, fits in enumerate(good):
        if not fits:
            what = f"has {lines[index].count(b';') + 1} fields" if lines[index].strip() else "is empty"
            complaints.add(file, index + 2, f"the line {what}; the header has {separators + 1}, with `;` between")
    rows = [line.split(b";", deepest) for line, fits in zip(lines, good, strict=True) if fits]
    return rows, np.flatnonzero(good) + 2


def _numbers(file: str, name: str, fields: list[bytes], lines: NDArray[np.int64], complaints: Complaints) -> Floats:
    """One column, shape (fields,); NaN where a field is no number from 0 up, with a complaint."""
    try:
        if b";".join(fields).translate(None, PLAIN):
            raise ValueError
        values = np.array([float(text) for text in fields])
    except ValueError:
        values = np.array([float(text) if NUMBER.fullmatch(text) else np.nan for text in fields])
    good = (values >= 0) & (values < np.inf)
    for index in np.flatnonzero(~good):
        text = quoted(fields[index].decode("utf-8", "replace").strip())
        complaints.add(file, int(lines[index]), f"{name}: {text} is no number from 0 up")
    return np.where(good, values, np.nan)


def _check_order(file: str, time: Floats, lines: NDArray[np.int64], complaints: Complaints) -> None:
    """Complain where time goes back, or jumps further than any recording lasts."""
    step = np.diff(time)
    for index in np.flatnonzero((step < 0) | (step > LONGEST)):
        what = "is earlier than the line before: sort the lines" if step[index] < 0 else "is more than a year later"
        complaints.add(file, int(lines[index + 1]), f"{TIME}: {time[index + 1]:.0f} s {what}")
