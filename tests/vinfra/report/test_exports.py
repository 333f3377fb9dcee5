from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.vinfra.report import samples
from vinfra.report import exports, page
from vinfra.scenario.results import Claim, Run


def query(sql: str) -> list[tuple[object, ...]]:
    return duckdb.connect().execute(sql).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run's folder"


def parquet(folder: Path, name: str) -> str:
    return "'" + str(folder / f"{name}.parquet").replace("'", "''") + "'"


def test_summary_has_means_counts_and_intervals_for_each_row_and_variant(folder: Path) -> None:
    exports.write(samples.sweep(), folder)
    rows = list(csv.DictReader((folder / "summary.csv").read_text().splitlines()))
    assert len(rows) == 12
    failed = next(row for row in rows if row["variant"] == "shadow" and row["vms.guest.workload"] == "oltp")
    assert (failed["n"], failed["failed"]) == ("2", "1")
    assert float(failed["throughput_per_s_half95"]) > 0
    refused = rows[3]
    assert refused["n"] == "0" and refused["throughput_per_s"] == "" and "no nested paging" in refused["refused"]


def test_points_read_back_with_every_metric_and_nothing_where_there_was_none(folder: Path) -> None:
    run = samples.alone()
    exports.write(run, folder)
    found = query(f"select variant, replication, refused, energy_kwh, cpu_ready_pct from {parquet(folder, 'points')}")
    assert found == [("as-written", 0, None, 12345.678, None)]


def test_what_is_missing_or_not_a_number_is_null_and_infinity_stays(folder: Path) -> None:
    run = samples.day()
    for point, energy in zip(run.points, (float("nan"), float("inf")), strict=True):
        point.metrics = {"energy_kwh": energy, "cpu_ready_pct": None}
    exports.write(run, folder)
    select = f"select energy_kwh, cpu_ready_pct from {parquet(folder, 'points')}"
    assert query(select) == [(None, None), (float("inf"), None)]


def test_series_read_back_in_long_form_with_numbers_for_swept_numbers(folder: Path) -> None:
    run = samples.day()
    exports.write(run, folder)
    rows = query(f"select count(*), min(time_s), max(time_s) from {parquet(folder, 'series')}")
    assert rows == [(2 * 4 * 288, 0.0, 287 * 300.0)]
    energy = query(
        f"select sum(value) * 300 / 3.6e6 from {parquet(folder, 'series')} where series='power_w' and variant='npa'"
    )
    assert energy[0][0] == pytest.approx(run.points[0].metrics["energy_kwh"])


@pytest.mark.parametrize("table", ["points", "series", "events"])
def test_types_of_swept_columns_do_not_depend_on_whether_there_are_rows(folder: Path, table: str) -> None:
    exports.write(samples.counts(), folder)
    types = {str(row[0]): row[1] for row in query(f"describe select * from {parquet(folder, table)}")}
    assert types["vms.guest.count"] == "BIGINT"
    assert types["vms.guest.pages"] == "VARCHAR"
    assert types["at"] == "VARCHAR"


def test_events_are_the_intervals(folder: Path) -> None:
    exports.write(samples.day(), folder)
    rows = query(
        f"select entity, state, start_s, end_s from {parquet(folder, 'events')} where variant='dvfs' order by 3"
    )
    assert rows == [("h1-17", "full", 3600.0, 4200.0), ("h2-3", "full", 36000.0, 36900.0)]


def test_hostile_names_survive_as_they_are(folder: Path) -> None:
    run = samples.hostile()
    exports.write(run, folder)
    names = {row[0] for row in query(f"select distinct series from {parquet(folder, 'series')}")}
    assert names == {samples.HOSTILE, "power_w"}
    columns = [row[0] for row in query(f"describe select * from {parquet(folder, 'points')}")]
    assert len({str(column).lower() for column in columns}) == len(columns)
    places = query(f'select "at" from {parquet(folder, "points")}')
    assert json.loads(str(places[0][0])) == run.points[0].at


def test_trace_has_complete_events_in_named_threads_and_counters(folder: Path) -> None:
    exports.write(samples.day(), folder)
    events = json.loads((folder / "trace.json").read_text())["traceEvents"]
    complete = [event for event in events if event["ph"] == "X"]
    assert len(complete) == 4
    assert (complete[0]["name"], complete[0]["ts"], complete[0]["dur"]) == ("full", 3600e6, 600e6)
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert threads[complete[0]["pid"], complete[0]["tid"]] == "h1-17"
    assert [e["args"]["name"] for e in events if e["name"] == "process_name"] == [
        "npa, Hosts",
        "npa",
        "dvfs, Hosts",
        "dvfs",
    ]
    counters = [event for event in events if event["ph"] == "C"]
    lines = [line for point in samples.day().points for name, line in point.series.items() if name != "time_s"]
    assert len(counters) == sum(1 + int(np.count_nonzero(np.diff(line))) for line in lines) > 288
    assert all(isinstance(value, float) for event in counters for value in event["args"].values())


def test_manifest_says_how_the_results_came_about(folder: Path) -> None:
    run = samples.day()
    exports.write(run, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["digest"], manifest["identity"], manifest["seed"]) == (run.digest, run.identity, 2007)
    assert set(manifest["versions"]) == {"vinfra", "python", "numpy", "simpy"}
    assert {"tag", "citation", "recalled"} <= set(manifest["sources"][0])
    assert (folder / "resolved.yaml").read_text() == run.resolved


def claim(run: Run) -> None:
    run.expect[0] = Claim("energy: npa < dvfs", False)


def metrics(run: Run) -> None:
    run.metrics.pop()


def points(run: Run) -> None:
    run.points[0].metrics["energy_kwh"] = 1.0


@pytest.mark.parametrize("change", [claim, metrics, points])
def test_a_folder_is_current_until_anything_in_the_answer_changes(folder: Path, change: object) -> None:
    run = samples.day()
    assert not exports.current(folder, run)
    page.write(run, folder)
    exports.write(run, folder)
    assert exports.current(folder, run)
    run.wall_s += 1
    assert exports.current(folder, run)
    assert callable(change)
    other = replace(run)
    change(other)
    assert not exports.current(folder, other)


def test_a_folder_that_lost_a_file_or_has_half_a_manifest_is_not_current(folder: Path) -> None:
    run = samples.day()
    page.write(run, folder)
    exports.write(run, folder)
    (folder / "trace.json").unlink()
    assert not exports.current(folder, run)
    exports.write(run, folder)
    (folder / "manifest.json").write_text('{"digest"')
    assert not exports.current(folder, run)


def test_nothing_but_the_files_is_left(folder: Path) -> None:
    exports.write(samples.day(), folder)
    assert {path.name for path in folder.iterdir()} == {*exports.FILES, "manifest.json"}


def test_a_second_write_gives_the_same_bytes(folder: Path) -> None:
    exports.write(samples.sweep(), folder)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    exports.write(samples.sweep(), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
