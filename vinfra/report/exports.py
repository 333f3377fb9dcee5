"""What a run leaves for other programs: CSV, Parquet, a trace, the scenario as it was asked, and the manifest.

Every file is whole or as it was. The manifest comes last, so where it lies everything else does.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vinfra.report import parquet, trace
from vinfra.report.comparison import grouped, mean
from vinfra.report.numbers import value as shown
from vinfra.scenario.results import Point, Run
from vinfra.whole import write_text

FILES = ("summary.csv", "points.parquet", "series.parquet", "events.parquet", "trace.json", "resolved.yaml")
PAGE = "report.html"
LIBRARIES = ("numpy", "simpy")


def write(run: Run, folder: Path) -> None:
    """Write every export into the folder, which is made if need be; the manifest last."""
    write_text(folder / "summary.csv", summary(run))
    parquet.write(run, folder)
    trace.write(run, folder / "trace.json")
    write_text(folder / "resolved.yaml", run.resolved)
    write_text(folder / "manifest.json", json.dumps(manifest(run), indent=2) + "\n")


def current(folder: Path, run: Run) -> bool:
    """Whether the folder holds this run's report and exports already, to the last word."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    same = isinstance(found, dict) and found.get("fingerprint") == fingerprint(run)
    return same and all((folder / name).exists() for name in (*FILES, PAGE))


def fingerprint(run: Run) -> str:
    """SHA-256 over all that the report and the exports say, times aside; unlike the digest it covers the words too."""
    words = {
        "digest": run.digest,
        "identity": run.identity,
        "version": run.version,
        "seed": run.seed,
        "scenario": [run.scenario, run.question, run.background, run.resolved],
        "variants": [asdict(variant) for variant in run.variants],
        "expect": [asdict(claim) for claim in run.expect],
        "metrics": [[metric.column, metric.better, metric.description] for metric in run.metrics],
        "sources": [asdict(source) for source in run.sources],
        "points": [[point.variant, point.at, point.replication, point.refused, point.error] for point in run.points],
        "notes": run.notes,
        "about": [run.sweep, run.relative, run.contents],
    }
    return hashlib.sha256(json.dumps(words, default=str).encode()).hexdigest()


def summary(run: Run) -> str:
    """CSV: one row for each row of the sweep and variant, with means over replications and half their 95 % interval.

    `n` counts the points that were simulated to the end; the interval (Student's t) is empty below two.
    """
    columns = sorted({name for point in run.points for name in point.metrics})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    measured = [name for column in columns for name in (column, f"{column}_half95")]
    writer.writerow(["variant", *run.sweep, "n", "refused", "failed", *measured])
    for at, points in grouped(run.points):
        for variant in run.variants:
            mine = [point for point in points if point.variant == variant.name]
            writer.writerow(
                [variant.name, *(shown(at.get(path)) for path in run.sweep), *_row(mine, columns, variant.refused)]
            )
    return out.getvalue()


def _row(points: list[Point], columns: list[str], refused: str | None) -> Iterator[Any]:
    reasons = list(dict.fromkeys(point.refused for point in points if point.refused))
    yield sum(not (point.refused or point.error) for point in points)
    yield "; ".join(reasons) if points else refused or ""
    yield sum(bool(point.error) for point in points)
    for column in columns:
        value, half_width = mean(points, column)
        yield "" if value is None else repr(value)
        yield "" if half_width is None else repr(half_width)


def manifest(run: Run) -> dict[str, Any]:
    """How the results came about."""
    return {
        "scenario": run.scenario,
        "digest": run.digest,
        "identity": run.identity,
        "fingerprint": fingerprint(run),
        "seed": run.seed,
        "versions": versions(run),
        "wall_s": run.wall_s,
        "cpu_s": run.cpu_s,
        "points": len(run.points),
        "failed": sum(point.error is not None for point in run.points),
        "files": [PAGE, *FILES],
        "contents": run.contents,
        "sources": [asdict(source) for source in run.sources],
    }


def versions(run: Run) -> dict[str, str]:
    """vinfra, Python and the libraries that numbers pass through."""
    from importlib.metadata import version

    return {"vinfra": run.version, "python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
