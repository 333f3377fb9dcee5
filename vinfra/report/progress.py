"""How far a run is, on standard error: points done of how many, points per second, time left, and how many failed.

A bar where somebody is looking; where nobody is (the log of a job on a cluster), a line every half minute.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vinfra.scenario.run import Progress

EVERY = 30.0  # seconds between two lines


@contextmanager
def shown(quiet: bool) -> Iterator[Progress | None]:
    """What to call after each handful of points, with how many are done, of how many, and how many failed."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as bar:
            yield bar
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    looks = (TextColumn("simulating"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[words]}"))
    speed = Speed()
    with Bar(*looks, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("points", total=None, words="")

        def advance(done: int, every: int, failed: int) -> None:
            words = line(done, every, failed, speed.per_second(done, time.monotonic()))
            bar.update(task, completed=done, total=every, words=words)

        yield advance


def _lines() -> Progress:
    speed, last = Speed(), [time.monotonic()]

    def advance(done: int, every: int, failed: int) -> None:
        now = time.monotonic()
        rate = speed.per_second(done, now)
        if now - last[0] >= EVERY:
            last[0] = now
            print(line(done, every, failed, rate), file=sys.stderr, flush=True)

    return advance


def line(done: int, every: int, failed: int, rate: float | None) -> str:
    """The same in words: 1200 of 10000 points, 35/s, 4 min left, 2 failed."""
    parts = [f"{done} of {every} points"]
    if rate:
        parts += [f"{rate:.0f}/s" if rate >= 100 else f"{rate:.3g}/s", f"{_time((every - done) / rate)} left"]
    return ", ".join([*parts, *([f"{failed} failed"] if failed else [])])


def _time(seconds: float) -> str:
    """Roughly: 88 s, 4 min, 20 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.0f} h"


class Speed:
    """Points per second since the first call; what a run that continues had done before does not count."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def per_second(self, done: int, now: float) -> float | None:
        """The mean so far; None until there are two moments."""
        if self._first is None:
            self._first = (done, now)
        since = now - self._first[1]
        return (done - self._first[0]) / since if since > 0 else None
