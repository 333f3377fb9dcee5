from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vinfra.report import bundle, page


class Never:
    """A process that does not end by itself."""

    def __init__(self) -> None:
        self.killed = False

    def wait(self, patience: float | None = None) -> int:
        if not self.killed:
            raise subprocess.TimeoutExpired("bundle", patience or 0)
        return -9

    def kill(self) -> None:
        self.killed = True


def stand_in(monkeypatch: pytest.MonkeyPatch, script: str = "made;window.vegaEmbed=1;") -> None:
    import vl_convert

    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda snippet: script)


def test_the_kept_script_is_used(cached_script: Path) -> None:
    assert bundle.script() == cached_script.read_text()


def test_a_missing_or_broken_script_is_made_and_kept(cached_script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    cached_script.write_text("half of i")
    assert bundle.script().startswith("made;")
    assert cached_script.read_text().startswith("made;")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot stand in for a read-only home there")
def test_a_home_that_cannot_be_written_costs_time_and_not_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    (tmp_path / "file").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    page.prefetch()
    assert bundle._making is None
    assert bundle.script().startswith("made;")


def test_waiting_has_an_end(cached_script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    cached_script.unlink()
    never = Never()
    monkeypatch.setattr(bundle, "_making", never)
    assert bundle.script(patience=0.01).startswith("made;")
    assert never.killed and bundle._making is None


def test_nothing_is_started_when_the_script_is_kept() -> None:
    page.prefetch()
    assert bundle._making is None


def test_the_file_is_named_by_the_version_it_came_from(cached_script: Path) -> None:
    from importlib.metadata import version

    assert version("vl-convert-python") in cached_script.name


@pytest.mark.slow
def test_prefetch_makes_the_real_script_in_another_process(cached_script: Path) -> None:
    cached_script.unlink()
    page.prefetch()
    assert bundle._making is not None
    assert bundle._making.pid != os.getpid()
    script = bundle.script()
    assert len(script) > 500_000 and "window.vegaEmbed=" in script
    assert script == cached_script.read_text(encoding="utf-8")
    assert "</script" not in script
