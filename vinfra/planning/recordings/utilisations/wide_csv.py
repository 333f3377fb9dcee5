"""A column for each machine: time first, then percents of CPU, or what the header says a column is.

    time_s,web-1,db                               percent of CPU
    Time,web-1,web-1|mem.active.average           a counter after a bar
    "(PDH-CSV 4.0) (...)","\\\\WEB1\\Processor(_Total)\\% Processor Time","\\\\WEB1\\Memory\\Available MBytes"

Source: the wide table that scenarios replay (workloads/traces/utilisation.py); logs of perfmon (relog -f CSV), which
counted physical servers in 2007.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import InputError, Place
from vinfra.planning.recordings.counters import Counter, counter, perfmon
from vinfra.planning.recordings.moments import Order, Unclear, seconds
from vinfra.planning.recordings.moments import begins as begun
from vinfra.planning.recordings.recorded import (
    SERIES,
    Recorded,
    RecordingReader,
    Samples,
    check_size,
    fingerprint,
    recording_readers,
)
from vinfra.planning.recordings.sampling import interval_of, on_grid
from vinfra.planning.recordings.utilisations.samples_csv import COLUMNS, ENDINGS
from vinfra.planning.records.cells import find, heading
from vinfra.planning.records.delimited import Table, begins, opened, stop_if_hopeless
from vinfra.workloads.files import Complaints, quoted, shown

PERFMON = "(PDH-CSV"
BLOCK = 256  # rows that are put together at a time
MOST = 3 << 28  # values of a file: 3 GiB
PLAIN = dict.fromkeys(map(ord, "0123456789.,eE+-"))  # what is left of a line without these is no plain number
GRID = 1e-3  # of an interval that a time may be beside its place


@recording_readers.register("wide-csv")
class WideCsv(RecordingReader):
    """A csv file with a column for each machine."""

    title: ClassVar[str] = "a csv file with a time and a column for each machine, also of perfmon"
    source: ClassVar[str] = "workloads/traces/utilisation.py; Windows Performance Monitor, PDH-CSV 4.0"

    def knows(self, path: Path) -> bool:
        """Whether the first column is a time, and others are there."""
        header = begins(path) if path.is_file() and path.suffix.lower() in ENDINGS else ()
        return len(header) > 1 and _is_time(header[0])

    def read(self, path: Path) -> Recorded:
        """All columns on one grid; InputError with line and cure for what is wrong, 20 at most."""
        complaints = Complaints()
        with opened(path) as table:
            columns, ignored = _columns(table, complaints)
            complaints.stop()
            moments, values = _rows(table, columns, complaints)
        complaints.stop()
        if len(moments) < 2:
            raise InputError.at(Place(shown(path)), "has fewer than two rows: a recording needs two at the least")
        order: Order | None = "mdy" if table.header[0].startswith(PERFMON) else None
        try:
            time, note = seconds([text for text, _ in moments], order)
        except Unclear as wrong:
            text, line = moments[wrong.at]
            raise InputError.at(table.place(line), f"{quoted(text)} {wrong}") from None
        notes = [note] if note else []
        if ignored:
            notes.append(f"{ignored:,} columns of counters nobody uses were left out")
        return _recorded(shown(path), columns, time, values, notes, fingerprint([path]))


def _is_time(said: str) -> bool:
    column = find(COLUMNS, heading(said))
    return said.startswith(PERFMON) or (column is not None and column.key == "time")


def _columns(table: Table, complaints: Complaints) -> tuple[dict[int, tuple[str, Counter]], int]:
    """Machine and counter of each column that is used, and how many are not."""
    found: dict[int, tuple[str, Counter]] = {}
    taken: set[tuple[str, str]] = set()
    ignored = 0
    if not table.header or not _is_time(table.header[0]):
        complaints.add(table.file, table.line, "does not begin with a column called 'time'")
    for at, said in enumerate(table.header[1:], 1):
        try:
            name, what = _meant(said)
        except ValueError as wrong:
            complaints.add(table.file, table.line, str(wrong))
            continue
        if what is None:
            ignored += 1
        elif not name:
            complaints.add(table.file, table.line, f"column {at + 1} has no name of a machine")
        elif (name, what.series) in taken:
            complaints.add(table.file, table.line, f"has two columns {quoted(said)}: a machine has one")
        else:
            taken.add((name, what.series))
            found[at] = (name, what)
    if not found and not complaints.count:
        complaints.add(table.file, table.line, "has no column of CPU, memory or disk")
    return found, ignored


def _meant(said: str) -> tuple[str, Counter | None]:
    """Machine and counter of a header: a name alone is its CPU in percent."""
    if (logged := perfmon(said)) is not None:
        return logged
    name, bar, rest = said.partition("|")
    if bar and (found := counter(rest)):
        return name.strip(), found
    return said, Counter("cpu", 1.0)


def _rows(
    table: Table, columns: dict[int, tuple[str, Counter]], complaints: Complaints
) -> tuple[list[tuple[str, int]], Samples]:
    """Time and line of each row, and its values, shape (rows, columns), NaN where a cell says nothing."""
    places = list(columns)
    whole = places == list(range(1, len(table.header)))
    moments: list[tuple[str, int]] = []
    blocks: list[Samples] = []
    block = np.empty((BLOCK, len(places)), dtype=np.float32)
    for line, text in enumerate(table.lines, table.line + 1):
        if not text.strip():
            continue
        if (len(moments) + 1) * len(places) > MOST:
            raise InputError.at(table.place(line), f"has more than {MOST:,} values; average over longer intervals")
        moment, values = _numbers(text, table)
        if values is None:
            stop_if_hopeless(complaints)
            moment, values = _cells(text, table, line, columns, complaints)
        if values is None:
            continue
        row = len(moments) % BLOCK
        block[row] = values if whole else values[np.array(places) - 1]
        moments.append((moment, line))
        if row == BLOCK - 1:
            blocks.append(block.copy())
    blocks.append(block[: len(moments) % BLOCK].copy())
    found = np.concatenate(blocks)
    np.copyto(found, np.float32(np.nan), where=~(found >= 0) | np.isinf(found))
    found *= np.array([columns[at][1].scale for at in places], dtype=np.float32)
    return moments, found


def _numbers(text: str, table: Table) -> tuple[str, NDArray[np.float64] | None]:
    """Time and numbers of a line that has nothing but plain numbers and gaps; None for any other, which is no mistake
    yet. Ten times as fast as cell by cell."""
    moment, separator, rest = text.partition(table.separator)
    plain = rest.strip()
    if separator != "," or '"' in text or not plain or plain.translate(PLAIN):
        return moment, None
    # Where three values are missing in a row the first pass leaves every other gap.
    gaps = f",{plain},".replace(",,", ",nan,").replace(",,", ",nan,")
    try:
        values = np.fromstring(gaps[1:], sep=",")
    except (DeprecationWarning, ValueError):
        return moment, None
    return moment, values if len(values) == len(table.header) - 1 == plain.count(",") + 1 else None


def _cells(
    text: str, table: Table, line: int, columns: dict[int, tuple[str, Counter]], complaints: Complaints
) -> tuple[str, NDArray[np.float64] | None]:
    """Time and numbers of a line cell by cell; None with a complaint where it has too few."""
    try:
        cells = next(csv.reader([text], delimiter=table.separator))
    except csv.Error as wrong:
        complaints.add(table.file, line, f"is no row of a table: {wrong}")
        return "", None
    if len(cells) != len(table.header):
        complaints.add(table.file, line, f"has {len(cells)} cells, the header {len(table.header)}")
        return "", None
    values = np.full(len(cells) - 1, np.nan)
    for at in columns:
        values[at - 1] = _value(table, line, at, cells[at], complaints)
    return cells[0], values


def _value(table: Table, line: int, at: int, text: str, complaints: Complaints) -> float:
    comma = table.separator == ";"
    text = text.strip().removesuffix("%").strip()
    if text.lower() in ("", "nan", "-", "n/a", "null"):
        return np.nan
    try:
        return float(text.replace(",", ".", 1) if comma else text)
    except ValueError:
        complaints.add(table.file, line, f"{quoted(table.header[at])}: {quoted(text)} is no number")
        return np.nan


def _recorded(
    file: str,
    columns: dict[int, tuple[str, Counter]],
    time: NDArray[np.float64],
    values: Samples,
    notes: list[str],
    digest: str,
) -> Recorded:
    """Rows on a grid: as they are where they are one, averaged where they are not."""
    names = list(dict.fromkeys(name for name, _ in columns.values()))
    number = {name: at for at, name in enumerate(names)}
    kinds = [kind for kind in SERIES if any(what.series == kind for _, what in columns.values())]
    who = np.array([number[name] for name, _ in columns.values()])
    which = np.array([kinds.index(what.series) for _, what in columns.values()])
    interval = interval_of(time, np.zeros(len(time), dtype=np.int64))
    if interval is None:
        raise InputError.at(Place(file), "has one point in time; a recording needs two at the least")
    first = float(time.min())
    if (np.abs(np.diff(time) - interval) <= GRID * interval).all():
        check_size(file, len(time), len(names), len(kinds))
        series = {kind: _placed(values, np.flatnonzero(which == at), who, names) for at, kind in enumerate(kinds)}
    else:
        row, column = np.nonzero(~np.isnan(values))
        if not len(row):
            raise InputError.at(Place(file), "has no samples")
        first = float(time[row].min())
        sample, kind_of = values[row, column], which[column]
        series, shared = on_grid(file, time[row], who[column], sample, kind_of, kinds, len(names), interval)
        if shared:
            notes.append(f"{shared:,} samples fell to a point that had one and were averaged")
    return Recorded(interval, names, series, begun(first), fingerprint=digest, notes=tuple(notes))


def _placed(values: Samples, mine: NDArray[np.int64], who: NDArray[np.int64], names: list[str]) -> Samples:
    """The columns of one series, each at its machine; the values themselves where they are that already."""
    if values.shape[1] == len(names) == len(mine):
        return values
    found = np.full((len(values), len(names)), np.nan, dtype=np.float32)
    found[:, who[mine]] = values[:, mine]
    return found
