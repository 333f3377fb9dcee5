from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import pytest

from vinfra.errors import InputError
from vinfra.workloads.files import Complaints, Digest, contents, listing
from vinfra.workloads.trace import Trace, traces


def fingerprint(path: Path) -> str:
    """Digest of a folder of files, as every format makes it."""
    complaints, digest = Complaints(), Digest()
    for _, data in contents(listing(path, complaints), complaints):
        digest.add(data)
    complaints.stop()
    return str(digest)


def folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def test_formats_are_found_by_name() -> None:
    assert traces.names() == ["bitbrains", "office", "planetlab", "utilisation"]
    assert (traces["planetlab"]().interval, traces["planetlab"]().columns) == (300.0, 1052)
    assert (traces["bitbrains"]().interval, traces["bitbrains"]().columns) == (300.0, 1250)


def test_the_fingerprint_does_not_depend_on_the_path_or_on_how_the_folder_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = folder(tmp_path / "here", {"a": b"1", "b": b"2", "c": b"3"})
    there = folder(tmp_path / "there", {"c": b"3", "a": b"1", "b": b"2"})
    forward = fingerprint(here)
    listed = sorted(os.listdir(there), reverse=True)
    monkeypatch.setattr(os, "listdir", lambda path: listed)
    assert fingerprint(there) == forward


def test_the_fingerprint_follows_content_not_names(tmp_path: Path) -> None:
    before = fingerprint(folder(tmp_path / "before", {"a": b"1", "b": b"2"}))
    assert fingerprint(folder(tmp_path / "same-order", {"k": b"1", "m": b"2"})) == before
    assert fingerprint(folder(tmp_path / "swapped", {"z": b"1", "b": b"2"})) == before
    assert fingerprint(folder(tmp_path / "other", {"a": b"1", "b": b"3"})) != before


def test_the_fingerprint_knows_where_a_file_ends(tmp_path: Path) -> None:
    whole = fingerprint(folder(tmp_path / "whole", {"a": b"12", "b": b"3"}))
    assert fingerprint(folder(tmp_path / "shifted", {"a": b"1", "b": b"23"})) != whole
    assert fingerprint(folder(tmp_path / "one", {"a": b"123"})) != whole


def test_the_fingerprint_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        fingerprint(tmp_path / "nothing")


def test_a_trace_that_cannot_read_says_so() -> None:
    class Mute(Trace):
        name: ClassVar[str] = "mute"

    with pytest.raises(TypeError, match="Mute does not say how its files are read"):
        Mute().read(Path("anywhere"))
