"""A wide CSV of VMs by name: what is read, and what is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.workloads.demand import Recording
from vinfra.workloads.files import Complaints
from vinfra.workloads.trace import traces
from vinfra.workloads.traces.utilisation import _explained, _table


def read(folder: Path, text: str) -> Recording:
    path = folder / "use.csv"
    path.write_text(text)
    return traces["utilisation"]().read(path)


def wrong(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as told:
        read(folder, text)
    return str(told.value).replace(str(folder), "")


def test_a_column_is_a_vm_and_nothing_is_nothing_wanted(tmp_path: Path) -> None:
    found = read(tmp_path, "time_s,web-1,db\n0,12.5,\n300,nan,40\n600,,\n")
    assert (found.interval, found.names, found.by_name) == (300.0, ["web-1", "db"], True)
    assert found.percent.tolist() == [[12.5, 0.0], [0.0, 40.0], [0.0, 0.0]]


def test_lines_may_end_as_on_windows_and_without_an_end(tmp_path: Path) -> None:
    plain = read(tmp_path, "time_s,a\n0,1\n60,2\n")
    windows = read(tmp_path, "\ufefftime_s,a\r\n0,1\r\n60,2")
    assert plain.percent.tolist() == windows.percent.tolist() == [[1.0], [2.0]]
    assert plain.interval == 60.0


def test_more_than_everything_is_cut_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, "time_s,a,b\n0,120,7\n60,100,8\n")
    assert found.percent.max() == 100.0
    assert found.notes == ("1 samples above 100 % were cut to 100 %",)


def test_the_fingerprint_follows_names_and_numbers(tmp_path: Path) -> None:
    prints = {
        read(tmp_path, text).fingerprint
        for text in ("time_s,a\n0,1\n60,2\n", "time_s,b\n0,1\n60,2\n", "time_s,a\n0,1\n60,3\n")
    }
    assert len(prints) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "/use.csv:1: must begin with a line that names the column time_s and one for each VM"),
        ("a,b\n0,1\n", "/use.csv:1: must begin with a line that names the column time_s and one for each VM"),
        ("time_s,a,a\n0,1,2\n60,1,2\n", "/use.csv:1: has two columns 'a': a VM has one"),
        ("time_s,a\n0,1\n", "/use.csv: needs two samples at least, to know how far they are apart"),
        ("time_s,a\n0,1\n60,x\n", "/use.csv:3: 'x' is no number from 0 on"),
        ("time_s,a\n0,1\n60,-1\n", "/use.csv:3: '-1' is no number from 0 on"),
        ("time_s,a\n0,1\n60,inf\n", "/use.csv:3: 'inf' is no number from 0 on"),
        ("time_s,a\n0,1\n60\n", "/use.csv:3: the line has 1 cells; the header has 2, with `,` between"),
        ("time_s,a\n,1\n60,2\n", "/use.csv:2: '' is no number from 0 on"),
        (
            "time_s,a\n0,1\n60,2\n180,3\n",
            "/use.csv:4: the sample comes 120 s after the one before, the first two are 60 s apart: samples must rise "
            "by the same step",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert wrong(tmp_path, text) == message


def test_a_second_file_is_none(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("time_s,a\n0,1\n60,2\n")
    with pytest.raises(InputError, match=r"b\.csv: is a second file"):
        traces["utilisation"]().read(tmp_path)


CELL = st.sampled_from(["", "0", "7", "12.5", "nan", "100", "1e1", " 3"])


@settings(max_examples=60)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=2, max_size=5)))
def test_all_at_once_reads_what_line_by_line_reads(rows: list[list[str]]) -> None:
    body = "\n".join(",".join([str(60 * number), *row]) for number, row in enumerate(rows)).encode()
    slow = _explained("use.csv", body, len(rows[0]) + 1, Complaints())
    fast = _table(body, len(rows[0]) + 1)
    assert slow is not None
    if fast is not None:
        assert np.array_equal(fast, slow, equal_nan=True)
    assert fast is not None or any(" " in cell for row in rows for cell in row)
