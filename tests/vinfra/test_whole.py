"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from vinfra.errors import InputError, Place
from vinfra.whole import all_whole, told, whole, write_text


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_text(path, "old")
    with pytest.raises(KeyboardInterrupt), whole(path) as part:
        part.write_text("new, half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["x.csv"]


def test_of_several_files_none_is_there_before_all_are_written(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "scenario.yaml")]
    with pytest.raises(KeyboardInterrupt), all_whole(paths) as parts:
        parts[0].write_text("a")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with all_whole(paths) as parts:
        for part, path in zip(parts, paths, strict=True):
            part.write_text(path.name)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {path.name: path.name for path in paths}


def test_several_files_take_their_places_in_their_order(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"]
    paths[1].mkdir()  # which no file can replace
    with pytest.raises(OSError), all_whole(paths) as parts:
        for part in parts:
            part.write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


def test_names_as_long_as_they_may_be_are_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".csv")
    write_text(path, "whole")
    assert path.read_text() == "whole"


def test_what_the_system_says_is_told_with_the_place_and_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as wrong, told(Place("plan"), "give another --out"):
        write_text(tmp_path / "file" / "x.csv", "")
    assert str(wrong.value).startswith("plan: cannot be written to: ")
    assert str(wrong.value).endswith("; give another --out")
