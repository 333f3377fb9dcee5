"""Recordings of utilisation in all forms, matched to machines by their names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.recordings import recorded
from vinfra.planning.utilisation import Utilisation, read, written
from vinfra.workloads.trace import traces

GIB = 2.0**30
STAT = '"MetricId","Timestamp","Value","Unit","Entity","Instance","IntervalSecs"\n'


def estate(*names: str) -> Inventory:
    machines = [Machine(name, "vm", vcpus=2, memory=4 * GIB, core_hz=2e9) for name in names]
    return Inventory("test", "test", machines=machines)


ESTATE = estate("web-1", "DB.example.com", "idle")


def of(path: Path, text: str | bytes, inventory: Inventory = ESTATE, name: str = "samples.csv") -> Utilisation:
    file = path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(file, inventory)


def told(path: Path, text: str, form: str | None = None) -> str:
    file = path / "samples.csv"
    file.write_text(text)
    with pytest.raises(InputError) as wrong:
        read(file, ESTATE, form)
    return str(wrong.value).replace(str(file), "FILE")


def rows(values: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(one) else round(float(one), 3) for one in row] for row in values]


def test_what_get_stat_exports_is_read_by_its_counters(tmp_path: Path) -> None:
    text = "#TYPE VMware.VimAutomation.ViCore.Impl.V1.Stats.FloatSampleImpl\n" + STAT
    for minute, cpu, memory in ((0, "12.5", 1048576), (5, "-1", 2097152), (15, "130", 1048576)):
        at = f"11/27/2026 2:{minute:02}:00 PM"
        text += f'"cpu.usage.average","{at}","{cpu}","%","web-1","","300"\n'
        text += f'"cpu.usage.average","{at}","99","%","web-1","0","300"\n'
        text += f'"cpu.usagemhz.average","{at}","1000","MHz","db","","300"\n'
        text += f'"mem.active.average","{at}","{memory}","KB","web-1","","300"\n'
        text += f'"net.usage.average","{at}","1","KBps","web-1","","300"\n'
    found = of(tmp_path, text)
    assert (found.interval, found.begins) == (300, datetime(2026, 11, 27, 14, 0))
    assert list(found.names) == ["web-1", "DB.example.com"]
    assert rows(found.cpu) == [[12.5, 25.0], [None, 25.0], [None, None], [100.0, 25.0]]
    assert found.memory is not None
    assert rows(found.memory / GIB)[:2] == [[1.0, None], [2.0, None]]
    said = " ".join(found.notes)
    assert "1 samples above 100 % were cut" in said and "net.usage.average" in said and "idle" in said
    assert "as active" in said


def test_a_column_for_each_metric_is_read(tmp_path: Path) -> None:
    text = "Name;Timestamp;CPU|Usage (%);Memory|Guest Usage (KB);Disk|Read (KBps);Disk|Write (KBps);Owner\n"
    text += "WEB-1;27.11.2026 14:00:00;12,5;1048576;10;20;me\nWEB-1;27.11.2026 15:00:00;13;;;;me\n"
    found = of(tmp_path, text)
    assert found.interval == 3600
    assert rows(found.cpu) == [[12.5], [13.0]]
    assert found.memory is not None and rows(found.memory) == [[GIB], [None]]
    assert found.disk is not None and rows(found.disk) == [[30 * 1024], [None]]


def test_a_folder_has_a_file_for_each_machine(tmp_path: Path) -> None:
    for name, value in (("WEB-1", 10), ("db", 20)):
        text = "".join(f'"cpu.usage.average","2026-11-27T0{hour}:00:00Z","{value}"\n' for hour in range(3))
        (tmp_path / f"{name}.csv").write_text('"MetricId","TimeStamp","Value"\n' + text)
    (tmp_path / "README").write_text("how these were exported")
    assert rows(read(tmp_path, ESTATE).cpu) == [[10, 20]] * 3


def test_a_wide_table_has_a_column_for_each_machine(tmp_path: Path) -> None:
    found = of(tmp_path, "time_s,db,web-1,stranger\n0,1,2,3\n300,4,,6\n600,7,8,9\n")
    assert rows(found.cpu) == [[2, 1], [None, 4], [8, 7]]
    assert found.unmatched == ["stranger"] and found.begins is None


def test_a_log_of_perfmon_is_read(tmp_path: Path) -> None:
    text = r'"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\WEB-1\Processor(_Total)\% Processor Time",'
    text += r'"\\WEB-1\Processor(0)\% Processor Time","\\WEB-1\Memory\Available MBytes"' + "\n"
    text += '"03/04/2007 13:00:00.123","12.5","1","1024"\n"03/04/2007 13:15:00.123","13.5","1"," "\n'
    found = of(tmp_path, text)
    assert (found.interval, found.begins) == (900, datetime(2007, 3, 4, 13))
    assert rows(found.cpu) == [[12.5], [13.5]]
    assert found.memory is not None and rows(found.memory / GIB) == [[3.0], [None]]


def test_irregular_times_go_to_a_grid_and_gaps_stay_gaps(tmp_path: Path) -> None:
    found = of(tmp_path, "time,web-1\n0,1\n301,2\n299,4\n1200,5\n1500,6\n1800,7\n")
    assert found.interval == 300
    assert rows(found.cpu) == [[1], [3], [None], [None], [5], [6], [7]]
    assert any("averaged" in note for note in found.notes)


def test_the_hour_that_is_there_twice_in_autumn_is_averaged(tmp_path: Path) -> None:
    times = ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00", "05:00"]
    text = "".join(f"25.10.2026 {time},{value}\n" for value, time in enumerate(times))
    assert rows(of(tmp_path, "time,web-1\n" + text).cpu) == [[0], [1], [2.5], [4], [5], [6]]


@pytest.mark.parametrize(
    ("times", "day"),
    [
        (["27/11/2026 00:00", "27/11/2026 01:00"], (2026, 11, 27)),
        (["11/27/2026 12:00 AM", "11/27/2026 1:00 AM"], (2026, 11, 27)),
        (["2026/11/27 00:00:00", "2026/11/27 01:00:00"], (2026, 11, 27)),
        (["2026-11-27T01:00:00+01:00", "2026-11-27T02:00:00+01:00"], (2026, 11, 27)),
        (["Nov 27, 2026 12:00:00 AM", "Nov 27, 2026 1:00:00 AM"], (2026, 11, 27)),
        (["1795737600", "1795741200"], (2026, 11, 27)),
        (["1795737600000", "1795741200000"], (2026, 11, 27)),
        (["03/04/2026 00:00", "03/04/2026 01:00"], (2026, 3, 4)),
    ],
)
def test_times_are_read_as_cultures_write_them(tmp_path: Path, times: list[str], day: tuple[int, int, int]) -> None:
    found = of(tmp_path, "time,web-1\n" + "".join(f'"{time}",5\n' for time in times))
    assert found.begins == datetime(*day) and found.interval == 3600
    assert any("which number is the month" in note for note in found.notes) == (times[0] == "03/04/2026 00:00")


def test_names_that_match_nothing_are_refused_and_never_taken_by_position(tmp_path: Path) -> None:
    said = told(tmp_path, "time_s,a,b,c\n0,1,2,3\n300,4,5,6\n")
    assert "none of its 3 names ('a', 'b', 'c') is that of a machine of the inventory" in said
    assert "call files or columns as the machines are called" in said


def test_a_short_name_that_two_machines_have_is_nobodys(tmp_path: Path) -> None:
    two = estate("db.one.com", "db.two.com", "web")
    found = of(tmp_path, "time_s,db,WEB,db.one.com\n0,1,2,3\n300,1,2,3\n", two)
    assert list(found.names) == ["db.one.com", "web"] and found.unmatched == ["db"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("time,web-1\n0,x\n300,1\n", "FILE:2: 'web-1': 'x' is no number"),
        ("time,web-1\n0,1\n300\n", "FILE:3: has 1 cells, the header 2"),
        ("time,web-1\n0,1\n", "FILE: has fewer than two rows"),
        ("time,web-1\nyesterday,1\ntoday,1\n", "FILE:2: 'yesterday' is no point in time"),
        ("time,web-1\n2026-11-27,1\n2026-13-27,1\n", "FILE:3: '2026-13-27' is not written as"),
        ("time,web-1\n1900-01-01,1\n2026-11-27,1\n", "FILE:2: '1900-01-01' is a year in which nothing"),
        ("time,web-1\n2001-01-01,1\n2026-11-27,1\n2026-11-28,1\n", "days apart"),
        ("time,web-1,web-1\n0,1,2\n300,1,2\n", "FILE:1: has two columns 'web-1'"),
        (STAT + '"cpu.usage.average","2026-11-27","much","%","web-1","","300"\n', "FILE:2: Value: 'much' is no number"),
        (STAT + '"net.usage.average","2026-11-27","1","","web-1","","300"\n', "has no samples of CPU"),
        ("Time,VM,Memory usage\n0,web-1,4\n", "Memory usage needs a unit"),
        ("nothing\n1\n", "is no recording that vinfra knows"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, text: str, why: str) -> None:
    form = "samples-csv" if text.startswith("Time,VM") else None
    assert why in told(tmp_path, text, form)


def test_what_would_not_fit_is_refused_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "LARGEST", 16)
    said = told(tmp_path, "time,web-1,db\n0,1,2\n300,1,2\n600,1,2\n")
    assert "2 machines, 3 intervals and 1 series would take" in said and "average over 3 times the interval" in said


def test_what_is_written_can_be_replayed_by_a_scenario(tmp_path: Path) -> None:
    inventory = estate('a "b", c', "web-1")
    values = np.array([[1.5, np.nan], [100, 0.25], [3, 4]], dtype=np.float32)
    file = tmp_path / "recording.csv"
    written(Utilisation(300.0, [machine.name for machine in inventory.machines], values), file)
    replayed = traces["utilisation"]().read(file)
    assert list(replayed.names) == ['a "b", c', "web-1"] and replayed.interval == 300
    np.testing.assert_array_equal(replayed.percent, np.nan_to_num(values))
    assert rows(read(file, inventory).cpu) == rows(values)
    assert [entry.name for entry in tmp_path.iterdir()] == ["recording.csv"]


def test_planetlab_is_read_by_the_names_of_its_files(tmp_path: Path) -> None:
    for name, value in (("web-1", 7), ("stranger", 9)):
        (tmp_path / name).write_text(f"{value}\n" * 288)
    found = read(tmp_path, ESTATE)
    assert found.cpu.shape == (288, 1) and (found.cpu == 7).all() and found.duration == 86400


def test_bitbrains_has_memory_and_disk_too(tmp_path: Path) -> None:
    head = "Timestamp [ms];CPU cores;CPU capacity provisioned [MHZ];CPU usage [MHZ];CPU usage [%];"
    head += "Memory capacity provisioned [KB];Memory usage [KB];Disk read throughput [KB/s];"
    head += "Disk write throughput [KB/s];Network received throughput [KB/s];Network transmitted throughput [KB/s]\n"
    body = "".join(f"{1376314846 + 300 * k};2;4000;40;{k};4194304;1048576;1;2;0;0\n" for k in (0, 1, 3))
    (tmp_path / "web-1.csv").write_text((head + body).replace(";", ";\t"))
    found = read(tmp_path, ESTATE)
    assert rows(found.cpu) == [[0], [1], [None], [3]]
    assert found.memory is not None and rows(found.memory)[0] == [GIB]
    assert found.disk is not None and rows(found.disk)[0] == [3 * 1024]
    assert found.vcpus is not None and found.vcpus.tolist() == [2]


def test_real_planetlab_files_are_read(planetlab_day: Path) -> None:
    names = sorted(file.name for file in planetlab_day.iterdir())[:500]
    found = read(planetlab_day, estate(*names))
    assert list(found.names) == names and found.cpu.shape == (288, 500)
    assert len(found.unmatched) == 552
    want = np.loadtxt(planetlab_day / names[17])
    np.testing.assert_array_equal(found.cpu[:, 17], want)


def test_a_real_vm_of_bitbrains_is_read(bitbrains_vm: Path) -> None:
    found = read(bitbrains_vm, estate("bitbrains"))
    assert found.memory is not None and 0 < np.nanmean(found.memory) < 64 * GIB
    assert np.nanmean(found.cpu) == pytest.approx(0.28, abs=0.01)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["", "time,web-1\n0,1\n", STAT, "Timestamp,VM,CPU %\n"]), st.binary(max_size=200) | st.text())
def test_whatever_is_in_the_file_it_is_read_or_refused(tmp_path: Path, head: str, rest: bytes | str) -> None:
    file = tmp_path / "samples.csv"
    file.write_bytes(head.encode() + (rest if isinstance(rest, bytes) else rest.encode()))
    for form in (None, "bitbrains", "planetlab", "samples-csv", "wide-csv"):
        try:
            assert len(read(file, ESTATE, form).names)
        except InputError as wrong:
            assert str(wrong)


CELLS = ("0", "300", "2026-11-27", "11/27/2026 1:00 PM", "cpu.usage.average", "web-1", "5", "", "-1", "NaN")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=2, max_size=7).map(",".join), max_size=6).map("\n".join))
def test_tables_of_likely_cells_are_read_or_refused(tmp_path: Path, text: str) -> None:
    for head in ("time,web-1\n", STAT, "Timestamp,VM,CPU %,Mem active (KB)\n"):
        try:
            found = of(tmp_path, head + text)
        except InputError as wrong:
            assert str(wrong)
        else:
            assert np.nanmin(found.cpu, initial=0) >= 0 and np.nanmax(found.cpu, initial=0) <= 100
