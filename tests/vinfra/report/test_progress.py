"""How far a run is: in words, at a speed that counts from where this run began."""

from __future__ import annotations

import io

import pytest

from vinfra.report import progress
from vinfra.report.progress import EVERY, Speed, line, shown


@pytest.mark.parametrize(
    ("rate", "failed", "words"),
    [
        (None, 0, "1200 of 10000 points"),
        (35.0, 2, "1200 of 10000 points, 35/s, 4 min left, 2 failed"),
        (0.0, 0, "1200 of 10000 points"),
        (100.0, 0, "1200 of 10000 points, 100/s, 88 s left"),
        (0.125, 1, "1200 of 10000 points, 0.125/s, 20 h left, 1 failed"),
        (12345.6, 0, "1200 of 10000 points, 12346/s, 1 s left"),
    ],
)
def test_it_is_told_in_words(rate: float | None, failed: int, words: str) -> None:
    assert line(1200, 10000, failed, rate) == words


def test_what_was_done_before_does_not_count_as_speed() -> None:
    speed = Speed()
    assert speed.per_second(900, 50.0) is None
    assert speed.per_second(905, 52.0) == 2.5
    assert speed.per_second(1000, 60.0) == 10.0


def test_nothing_is_told_where_it_is_not_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(quiet=True) as advance:
        assert advance is None
    assert capsys.readouterr() == ("", "")


def test_where_nobody_looks_a_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with shown(quiet=False) as advance:
        assert advance is not None
        for done in range(1, 8):
            now[0] += EVERY / 3
            advance(10 * done, 100, 0)
    assert capsys.readouterr() == ("", "30 of 100 points, 1/s, 70 s left\n60 of 100 points, 1/s, 40 s left\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_where_somebody_looks_a_bar_says_the_same_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with shown(quiet=False) as advance:
        assert advance is not None
        advance(3, 40, 0)
        advance(40, 40, 2)
    assert "40 of 40 points" in screen.getvalue() and "2 failed" in screen.getvalue()
    assert screen.getvalue().rstrip().endswith("\x1b[2K"), "the line is cleared"
