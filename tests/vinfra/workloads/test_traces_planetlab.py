from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vinfra.errors import InputError
from vinfra.workloads.trace import traces

planetlab = traces["planetlab"]()
GOOD = "".join(f"{sample % 101}\n" for sample in range(288))


def complaints(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        planetlab.read(path)
    return [str(problem).replace(str(path.parent) + os.sep, "") for problem in caught.value.problems]


def day(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def line(number: int, text: str | bytes) -> bytes:
    """A good file in which one line is replaced."""
    lines = GOOD.encode().split(b"\n")
    lines[number - 1] = text.encode() if isinstance(text, str) else text
    return b"\n".join(lines)


def test_content_alone_decides_the_order_of_columns(tmp_path: Path) -> None:
    one = planetlab.read(day(tmp_path / "one", b="7\n" * 288, a=GOOD, c="100\n" * 288))
    other = planetlab.read(day(tmp_path / "other", x=GOOD, y="100\n" * 288, z="7\n" * 288))
    assert sorted(one.names) == ["a", "b", "c"]
    assert one.at(10).tolist() == other.at(10).tolist()
    assert one.fingerprint == other.fingerprint
    assert {name: value for name, value in zip(one.names, one.at(10), strict=True)} == {"a": 0.10, "b": 0.07, "c": 1.0}
    assert (one.epochs, one.columns, one.interval) == (288, 3, 300.0)
    assert one.at(287).dtype == np.float64


def test_line_endings_are_no_content(tmp_path: Path) -> None:
    unix, windows = day(tmp_path / "unix", a=GOOD), day(tmp_path / "windows", a=GOOD.replace("\n", "\r\n"))
    assert planetlab.read(unix).fingerprint == planetlab.read(windows).fingerprint


def test_samples_are_kept_in_one_byte_each(tmp_path: Path) -> None:
    assert planetlab.read(day(tmp_path / "day", a=GOOD, b=GOOD)).percent.nbytes == 2 * 288


@pytest.mark.parametrize("k", [-1, 288])
def test_there_is_nothing_outside_the_day(tmp_path: Path, k: int) -> None:
    recording = planetlab.read(day(tmp_path / "day", a=GOOD))
    with pytest.raises(IndexError, match="epochs 0 to 287"):
        recording.at(k)


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: text[:-1]])
def test_windows_lines_and_a_missing_last_newline_change_nothing(tmp_path: Path, change: Callable[[str], str]) -> None:
    one, other = day(tmp_path / "one", a=GOOD), day(tmp_path / "other", a=change(GOOD))
    assert np.array_equal(planetlab.read(one).percent, planetlab.read(other).percent)


def test_one_file_is_a_day_of_one_vm(tmp_path: Path) -> None:
    folder = day(tmp_path / "day", a=GOOD)
    alone, within = planetlab.read(folder / "a"), planetlab.read(folder)
    assert alone.columns == 1
    assert alone.fingerprint == within.fingerprint


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    folder = day(tmp_path / "day", a=GOOD)
    before = planetlab.read(folder).fingerprint
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / ".git").mkdir()
    assert planetlab.read(folder).names == ["a"]
    assert planetlab.read(folder).fingerprint == before


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (GOOD[:-3], "day/a:287: has 287 lines; a day is 288 lines, one for every five minutes"),
        (GOOD + "5\n", "day/a:289: has 289 lines; a day is 288 lines, one for every five minutes"),
        ("", "day/a:1: is empty; a day is 288 lines, one for every five minutes"),
        (line(17, "x"), "day/a:17: 'x' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, ""), "day/a:17: the line is empty; write a whole percent from 0 to 100"),
        (line(17, "250"), "day/a:17: 250 is above 100; write a whole percent from 0 to 100"),
        (line(17, "101"), "day/a:17: 101 is above 100; write a whole percent from 0 to 100"),
        (line(17, "-3"), "day/a:17: '-3' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, "12.5"), "day/a:17: '12.5' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, "1\0"), "day/a:17: '1\\x00' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, " 7"), "day/a:17: ' 7' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, "٣"), "day/a:17: '\\u0663' is no number from 0 to 100; write a whole percent from 0 to 100"),
        (line(17, b"\xff"), "day/a:17: the line is not UTF-8 text; write a whole percent from 0 to 100"),
        (line(288, "1e2"), "day/a:288: '1e2' is no number from 0 to 100; write a whole percent from 0 to 100"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_cure(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    assert complaints(day(tmp_path / "day", a=content, b=GOOD)) == [complaint]


def test_an_empty_line_at_the_end_is_a_line(tmp_path: Path) -> None:
    found = complaints(day(tmp_path / "day", a=GOOD + "\n"))
    assert found[0].startswith("day/a:289: ") and len(found) == 2


def test_every_problem_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    found = complaints(day(tmp_path / "day", a=line(3, "x"), b=GOOD, c=line(5, "-1"), d=GOOD[:-3]))
    assert [text.split(": ")[0] for text in found] == ["day/a:3", "day/c:5", "day/d:287"]


def test_of_many_problems_twenty_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    found = complaints(day(tmp_path / "day", a="x\n" * 288, b="y\n" * 288))
    assert len(found) == 20
    assert found[-1].startswith("day/a:20: 'x'") and found[-1].endswith("\nand 556 more")


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    assert complaints(day(tmp_path / "day")) == ["day: has no files: name a folder with one file for each VM"]


def test_a_folder_of_days_is_refused(tmp_path: Path) -> None:
    folder = day(tmp_path / "days", a=GOOD)
    (folder / "20110303").mkdir()
    assert complaints(folder)[0].startswith("days/20110303: is a folder inside a trace")


def test_a_path_without_anything_is_refused(tmp_path: Path) -> None:
    assert complaints(tmp_path / "nothing") == ["nothing: cannot be read: No such file or directory"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    folder = day(tmp_path / "day", a=GOOD)
    os.mkfifo(folder / "b")
    assert complaints(folder)[0].startswith("day/b: is no ordinary file")


def test_the_real_day_has_its_published_statistics(planetlab_day: Path) -> None:
    recording = planetlab.read(planetlab_day)
    percent, known = recording.percent.astype(float), planetlab.statistics
    centred = percent - percent.mean()
    assert recording.columns == planetlab.columns == 1052
    assert percent.mean() == pytest.approx(known.mean_percent, abs=0.005)
    assert percent.std() == pytest.approx(known.sd_percent, abs=0.005)
    assert np.quantile(percent, [0.25, 0.5, 0.75]).tolist() == known.quartiles_percent
    assert known.between_vms == pytest.approx(percent.mean(axis=0).var() / percent.var(), abs=1e-4)
    assert known.lag_1 == pytest.approx((centred[1:] * centred[:-1]).mean() / percent.var(), abs=1e-4)
    shares = [(percent <= value).mean() for value in known.percent]
    assert known.at_most == pytest.approx(shares, abs=1e-6)
