"""Points, series and state intervals as Parquet, by way of duckdb (which needs no second library for it).

Long form: every row carries its variant, its place in the sweep (as JSON text, and one column for each path) and its
replication, so that a query needs no join. What is missing or not a number is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vinfra.report.numbers import value as shown
from vinfra.scenario.results import Point, Run
from vinfra.whole import whole

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Column(NamedTuple):
    """A name, a type of SQL, and one value for each row."""

    name: str
    kind: str
    values: np.ndarray


def write(run: Run, folder: Path) -> None:
    """Write points.parquet, series.parquet and events.parquet; each is whole or as it was."""
    import duckdb

    base = duckdb.connect(config={"threads": 1})
    try:
        for name, columns in (("points", points(run)), ("series", series(run)), ("events", events(run))):
            with whole(folder / f"{name}.parquet") as part:
                _copy(base, columns, part)
    finally:
        base.close()


def _copy(base: DuckDBPyConnection, columns: Sequence[Column], path: Path) -> None:
    """One table into one file. Columns get plain names on the way in, so that no name can be mistaken for SQL."""
    base.register("rows", {f"c{index}": column.values for index, column in enumerate(columns)})
    names = _unique([column.name for column in columns])
    chosen = [
        f"{_cast(f'c{index}', column.kind)} as {_quoted(name)}"
        for index, (column, name) in enumerate(zip(columns, names, strict=True))
    ]
    target = str(path).replace("'", "''")
    base.execute(f"copy (select {', '.join(chosen)} from rows) to '{target}' (format parquet)")
    base.unregister("rows")


def _cast(name: str, kind: str) -> str:
    """SQL for a column of that type. What is not a number is null: versions differ in what they take NaN for."""
    cast = f"{name}::{kind}"
    return f"case when isnan({cast}) then null else {cast} end" if kind == "double" else cast


def points(run: Run) -> list[Column]:
    """One row for each point: where it is, why it was refused or failed, and every metric."""
    found = run.points
    metrics = sorted({name for point in found for name in point.metrics})
    return [
        *_places(run, found, np.ones(len(found), dtype=int)),
        _texts("refused", (point.refused for point in found)),
        _texts("error", (point.error for point in found)),
        *(_numbers(name, [point.metrics.get(name) for point in found]) for name in metrics),
    ]


def series(run: Run) -> list[Column]:
    """One row for each value of each series over time."""
    named = [(point, name) for point in run.points for name in sorted(point.series) if name != "time_s"]
    lengths = np.array([len(point.series[name]) for point, name in named], dtype=int)
    names = _texts("series", (name for _, name in named))
    return [
        *_places(run, [point for point, _ in named], lengths),
        names._replace(values=np.repeat(names.values, lengths)),
        Column("time_s", "double", _joined(point.series["time_s"] for point, _ in named)),
        Column("value", "double", _joined(point.series[name] for point, name in named)),
    ]


def events(run: Run) -> list[Column]:
    """One row for each state interval."""
    intervals = [interval for point in run.points for interval in point.intervals]
    return [
        *_places(run, run.points, np.array([len(point.intervals) for point in run.points], dtype=int)),
        _texts("entity", (interval.entity for interval in intervals)),
        _texts("state", (interval.state for interval in intervals)),
        _numbers("start_s", [interval.start for interval in intervals]),
        _numbers("end_s", [interval.end for interval in intervals]),
    ]


def _places(run: Run, found: Sequence[Point], repeats: np.ndarray) -> list[Column]:
    """Variant, place in the sweep and replication of each point, repeated for each of its rows."""
    columns = [_texts("variant", (point.variant for point in found))]
    columns.append(_texts("at", (json.dumps(point.at, ensure_ascii=False, default=str) for point in found)))
    columns += [_swept(path, found, run.points) for path in run.sweep]
    columns.append(Column("replication", "bigint", np.array([point.replication for point in found], dtype=np.int64)))
    return [column._replace(values=np.repeat(column.values, repeats)) for column in columns]


def _swept(path: str, found: Sequence[Point], every: Sequence[Point]) -> Column:
    """Whole numbers and numbers stay so where every point of the run has one; everything else is text."""
    kinds = {type(point.at.get(path)) for point in every}
    values = [point.at.get(path) for point in found]
    if kinds == {int} and all(abs(point.at[path]) < 2**63 for point in every):
        return Column(path, "bigint", np.array(values, dtype=np.int64))
    if kinds and kinds <= {int, float}:
        return Column(path, "double", np.array(values, dtype=np.float64))
    return _texts(path, (None if value is None else shown(value) for value in values))


def _texts(name: str, values: Iterable[str | None]) -> Column:
    return Column(name, "varchar", np.array([*map(_printable, values)], dtype=object))


def _printable(value: str | None) -> str | None:
    """The text without halves of characters, which Parquet does not hold."""
    return value if value is None or value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def _numbers(name: str, values: Sequence[float | None]) -> Column:
    return Column(
        name, "double", np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    )


def _joined(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0), *arrays]).astype(np.float64)


def _unique(names: Iterable[str]) -> list[str]:
    """Names that differ without regard to case, as SQL wants them: a second `variant` becomes variant_2."""
    taken: dict[str, str] = {}
    for name in names:
        free, number = name, 1
        while free.lower() in taken:
            number += 1
            free = f"{name}_{number}"
        taken[free.lower()] = free
    return list(taken.values())


def _quoted(name: str) -> str:
    safe = "".join(char if char.isprintable() else " " for char in name) or "unnamed"
    return '"' + safe.replace('"', '""') + '"'
