"""Points that are done, kept in SQLite so that a run that was killed continues where it stopped.

One row for each point, its key the variant, the row of the sweep and the replication. A point is written once: a second
write of the same key is ignored. WAL mode: what was committed survives kill -9.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from vinfra.errors import InputError, Place
from vinfra.scenario.results import Interval, Point

SCHEMA = """
create table if not exists points(
  key text primary key, variant text, at text, replication integer, metrics text, refused text, error text,
  notes text, series blob, intervals text, start text, ended real) without rowid;
create table if not exists clock(wall real, cpu real);
create table if not exists about(run text);
create table if not exists question(identity text);
"""


def key(variant: str, at: dict[str, Any], replication: int) -> str:
    """The name of a point within its run."""
    return json.dumps([variant, at, replication], sort_keys=True)


def apart(name: str) -> tuple[str, int]:
    """The name of a point taken apart: what its replications have in common, and its number among them."""
    common, _, number = name.rpartition(", ")
    return common, int(number.removesuffix("]"))


class Entry(NamedTuple):
    """A point as a row of the ledger holds it; it can be made where the point was simulated, and is small to send."""

    key: str
    variant: str
    at: str
    replication: int
    metrics: str
    refused: str | None
    error: str | None
    notes: str
    series: bytes
    intervals: str
    start: str | None
    ended: float


def entry(point: Point) -> Entry:
    """The point, ready to be written."""
    return Entry(
        key(point.variant, point.at, point.replication),
        point.variant,
        json.dumps(point.at),
        point.replication,
        json.dumps(point.metrics),
        point.refused,
        point.error,
        json.dumps(point.notes),
        _pack(point.series),
        json.dumps(point.intervals),
        None if point.start is None else point.start.isoformat(),
        point.end,
    )


class Ledger:
    """The points of one run folder. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """InputError when the file is there and no ledger."""
        self.path = path
        self._base = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        try:
            self._base.execute("pragma journal_mode=wal")
            self._base.execute("pragma synchronous=normal")
            self._base.executescript(SCHEMA)
        except sqlite3.DatabaseError as reason:
            self._base.close()
            raise InputError.at(Place(str(path)), f"is no ledger of a run ({reason}); remove it") from None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def belongs_to(self, identity: str) -> bool:
        """Whether the points here answer this question; a new ledger belongs to whoever asks first."""
        self._base.execute("insert into question select ? where not exists (select 1 from question)", (identity,))
        owner: str = self._base.execute("select identity from question").fetchone()[0]
        return owner == identity

    def done(self) -> dict[str, dict[str, float | None]]:
        """Keys of the points that are done, with their metrics."""
        return {name: json.loads(metrics) for name, metrics in self._base.execute("select key, metrics from points")}

    def add(self, point: Point) -> None:
        """Keep a point; it is safe on disk when this returns."""
        self.write([entry(point)])

    def write(self, entries: Iterable[Entry]) -> None:
        """Keep points together, all of them or none; they are safe on disk when this returns."""
        self._base.execute("begin")
        self._base.executemany("insert or ignore into points values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
        self._base.execute("commit")

    def points(self) -> Iterator[Point]:
        """Every point that is done, by key."""
        columns = "variant, at, replication, metrics, refused, error, notes, series, intervals, start, ended"
        found = self._base.execute(f"select {columns} from points order by key")
        for variant, at, replication, metrics, refused, error, notes, series, intervals, start, ended in found:
            yield Point(
                variant,
                json.loads(at),
                replication,
                json.loads(metrics),
                refused,
                error,
                _unpack(series),
                [*map(Interval._make, json.loads(intervals))],
                json.loads(notes),
                start and datetime.fromisoformat(start),
                ended,
            )

    def spend(self, wall: float, cpu: float) -> None:
        """Add to the time the run has taken over all its sessions, in seconds."""
        self._base.execute("insert into clock values(?, ?)", (wall, cpu))

    def spent(self) -> tuple[float, float]:
        """Wall and CPU seconds so far."""
        wall, cpu = self._base.execute("select total(wall), total(cpu) from clock").fetchone()
        return wall, cpu

    def keep(self, about: dict[str, Any]) -> None:
        """Keep what is known of the whole run, in place of what was kept before."""
        self._base.execute("begin")
        self._base.execute("delete from about")
        self._base.execute("insert into about values(?)", (json.dumps(about),))
        self._base.execute("commit")

    def about(self) -> dict[str, Any] | None:
        """What is known of the whole run; None before it was finished once."""
        row = self._base.execute("select run from about").fetchone()
        found: dict[str, Any] | None = json.loads(row[0]) if row else None
        return found

    def forget_errors(self) -> None:
        """Points that raised are tried again by the next run."""
        self._base.execute("delete from points where error is not null")


def _pack(series: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **series)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpack(blob: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(blob), allow_pickle=False) as series:
        return {name: series[name] for name in series.files}
