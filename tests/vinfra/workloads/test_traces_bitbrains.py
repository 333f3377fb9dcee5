from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vinfra.errors import InputError
from vinfra.workloads.trace import traces
from vinfra.workloads.traces.bitbrains import Bitbrains

bitbrains = Bitbrains()
HEADER = (
    "Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory usage [KB]"
)
START = 1376314846


def row(second: float, percent: float | str, cores: object = 2, capacity: object = 5200.0) -> str:
    return f"{START + second:.0f};\t{cores};\t{capacity};\t1.0;\t{percent};\t7"


def csv(path: Path, *rows: str, header: str = HEADER, end: str = "\n") -> Path:
    path.write_bytes("".join(line + end for line in (header, *rows)).encode())
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        bitbrains.read(path)
    return [str(problem).replace(str(path.parent) + os.sep, "") for problem in caught.value.problems]


def fractions(path: Path, column: int = 0) -> list[float]:
    recording = bitbrains.read(path)
    return [round(float(recording.at(k)[column]), 6) for k in range(recording.epochs)]


def test_demand_is_the_share_of_the_capacity_given(tmp_path: Path) -> None:
    recording = bitbrains.read(csv(tmp_path / "vm.csv", row(0, 50.0), row(300, 12.5, capacity=5200.5)))
    assert recording.at(0).tolist() == [0.5] and recording.at(1).tolist() == [0.125]
    assert recording.cores.tolist() == [2.0]
    assert recording.capacity_hz.tolist() == [5200.5e6]
    assert (recording.interval, recording.names, recording.notes) == (300.0, ["vm.csv"], ())


def test_columns_are_found_by_name_with_or_without_tabs(tmp_path: Path) -> None:
    header = "cpu usage [%];CPU capacity provisioned [MHZ];CPU cores;Timestamp [ms]"
    moved = csv(tmp_path / "moved.csv", f"25;100;1;{START}", f"75;100;1;{START + 300}", header=header)
    assert fractions(moved) == [0.25, 0.75]


def test_columns_nobody_uses_are_not_looked_at(tmp_path: Path) -> None:
    assert fractions(csv(tmp_path / "vm.csv", row(0, 25).replace("\t7", "\tn/a"))) == [0.25]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_windows_lines_are_read(tmp_path: Path, end: str) -> None:
    assert fractions(csv(tmp_path / "vm.csv", row(0, 25), row(300, 50), end=end)) == [0.25, 0.5]


def test_milliseconds_are_known_by_their_size(tmp_path: Path) -> None:
    rows = [f"{(START + second) * 1000};1;100;1;{percent};7" for second, percent in ((0, 10), (300, 20), (600, 30))]
    assert fractions(csv(tmp_path / "vm.csv", *rows)) == [0.1, 0.2, 0.3]


def test_samples_go_to_the_nearest_point_of_the_grid(tmp_path: Path) -> None:
    path = csv(tmp_path / "vm.csv", row(0, 10), row(301, 20), row(599, 30), row(910, 40))
    assert fractions(path) == [0.1, 0.2, 0.3, 0.4]
    assert bitbrains.read(path).notes == ()


def test_a_short_gap_holds_the_sample_before_without_a_note(tmp_path: Path) -> None:
    path = csv(tmp_path / "vm.csv", row(0, 10), row(600, 20))
    assert fractions(path) == [0.1, 0.1, 0.2]
    assert bitbrains.read(path).notes == ()


def test_a_long_gap_is_held_and_noted_with_its_place(tmp_path: Path) -> None:
    path = csv(tmp_path / "vm.csv", row(0, 10), row(900, 20), row(2100, 30))
    assert fractions(path) == [0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.3]
    (note,) = bitbrains.read(path).notes
    assert note.startswith("2 gaps of more than 2 intervals") and "1200 s, ends at vm.csv:4" in note


def test_of_samples_in_one_epoch_the_last_counts(tmp_path: Path) -> None:
    path = csv(tmp_path / "vm.csv", row(0, 10), row(0, 20), row(300, 30))
    assert fractions(path) == [0.2, 0.3]
    assert bitbrains.read(path).notes == ("1 samples were replaced by a later one that falls to the same epoch",)


def test_more_than_all_of_its_cpus_is_cut_and_noted(tmp_path: Path) -> None:
    path = csv(tmp_path / "vm.csv", row(0, 100.0), row(300, 103.4), row(600, "1e300"))
    assert fractions(path) == [1.0, 1.0, 1.0]
    assert bitbrains.read(path).notes == ("2 samples above 100 % were cut to 100 %",)


def test_files_of_a_folder_share_one_grid(tmp_path: Path) -> None:
    folder = tmp_path / "estate"
    folder.mkdir()
    csv(folder / "2.csv", *(row(300 * k, 50) for k in range(8)))
    csv(folder / "1.csv", *(row(300 * k, 10) for k in range(4, 7)))
    assert bitbrains.read(folder).names == ["1.csv", "2.csv"]
    assert fractions(folder, 0) == [0, 0, 0, 0, 0.1, 0.1, 0.1, 0]
    assert fractions(folder, 1) == [0.5] * 8
    assert bitbrains.read(folder).notes == ("1 of 2 VMs begin late or end early and ask for nothing there",)
    assert len(bitbrains.read(folder).fingerprint) == 64


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("", "vm.csv:3: the line is empty; the header has 6, with `;` between"),
        ("1;2", "vm.csv:3: the line has 2 fields; the header has 6, with `;` between"),
        (row(300, "x"), "vm.csv:3: CPU usage [%]: 'x' is no number from 0 up"),
        (row(300, "nan"), "vm.csv:3: CPU usage [%]: 'nan' is no number from 0 up"),
        (row(300, "1_0"), "vm.csv:3: CPU usage [%]: '1_0' is no number from 0 up"),
        (row(300, "1,5"), "vm.csv:3: CPU usage [%]: '1,5' is no number from 0 up"),
        (row(300, "1e999"), "vm.csv:3: CPU usage [%]: '1e999' is no number from 0 up"),
        (row(300, -0.5), "vm.csv:3: CPU usage [%]: '-0.5' is no number from 0 up"),
        (row(300, 5, cores="\0"), "vm.csv:3: CPU cores: '\\x00' is no number from 0 up"),
        (row(-1, 5), "vm.csv:3: Timestamp [ms]: 1376314845 s is earlier than the line before: sort the lines"),
        (row(4e7, 5), "vm.csv:3: Timestamp [ms]: 1416314846 s is more than a year later"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, wrong: str, complaint: str) -> None:
    assert complaints(csv(tmp_path / "vm.csv", row(0, 10), wrong)) == [complaint]


def test_every_wrong_line_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "estate"
    folder.mkdir()
    csv(folder / "a.csv", row(0, "x"), "1;2", row(300, 5, cores="y"))
    csv(folder / "b.csv", row(0, 5))
    csv(folder / "c.csv", row(0, "z"))
    found = complaints(folder)
    assert [text.split(": ")[0] for text in found] == [
        "estate/a.csv:2",
        "estate/a.csv:3",
        "estate/a.csv:4",
        "estate/c.csv:2",
    ]


def test_a_header_without_a_column_is_refused(tmp_path: Path) -> None:
    found = complaints(csv(tmp_path / "vm.csv", row(0, 1), header=HEADER.replace("CPU usage [%]", "CPU")))
    assert found == ["vm.csv:1: the header has no column 'CPU usage [%]'; it names each column once, with `;` between"]


@pytest.mark.parametrize("content", [b"", HEADER.encode(), HEADER.encode() + b"\n", HEADER.encode() + b"\n\n"])
def test_a_file_without_samples_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vm.csv").write_bytes(content)
    assert complaints(tmp_path / "vm.csv")[-1].startswith("vm.csv:1: ")


def test_files_years_apart_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "estate"
    folder.mkdir()
    csv(folder / "a.csv", row(0, 1))
    csv(folder / "b.csv", row(1e9, 1))
    assert complaints(folder)[0].startswith("estate: a.csv begins 11,574 days before b.csv ends")


def test_the_real_vm_is_put_on_the_grid(bitbrains_vm: Path) -> None:
    recording, known = bitbrains.read(bitbrains_vm), bitbrains.statistics
    assert (recording.epochs, recording.columns) == (8641, 1)
    assert recording.percent.mean() == pytest.approx(known.mean_percent, rel=0.002)
    assert np.quantile(recording.percent, 0.5) == pytest.approx(known.quartiles_percent[1], abs=1e-4)
    assert recording.cores.tolist() == [1.0]
    assert recording.capacity_hz[0] == pytest.approx(2.6e9, rel=1e-6)
    assert len(recording.notes) == 1 and recording.notes[0].startswith("5 gaps of more than 2 intervals")


def test_the_facts_are_the_statistics_of_the_real_vm(bitbrains_vm: Path) -> None:
    percent = np.array([float(line.split(";")[4]) for line in bitbrains_vm.read_text().splitlines()[1:]])
    known, centred = traces["bitbrains"]().statistics, percent - percent.mean()
    assert percent.mean() == pytest.approx(known.mean_percent, abs=1e-4)
    assert percent.std() == pytest.approx(known.sd_percent, abs=1e-4)
    assert np.quantile(percent, [0.25, 0.5, 0.75]) == pytest.approx(known.quartiles_percent, abs=1e-4)
    assert (centred[1:] * centred[:-1]).mean() / percent.var() == pytest.approx(known.lag_1, abs=1e-3)
    assert [(percent <= value + 1e-4).mean() for value in known.percent] == pytest.approx(known.at_most, abs=1e-6)
