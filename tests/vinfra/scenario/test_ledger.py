"""Points survive: written once, found again, by whichever session did them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np

from vinfra.scenario.ledger import Ledger, key
from vinfra.scenario.results import Interval, Point


def point(variant: str = "a", value: float = 1.5) -> Point:
    series = {"time_s": np.array([0.0, 300.0]), "power_w": np.array([1.0, 2.0])}
    return Point(variant, {"vms.a.count": 3}, 0, {"energy_kwh": value, "transfer_s": None}, None, None, series, [
        Interval("esx1", "full", 0.0, 300.0)
    ], [], datetime(2007, 10, 1, 20), 600.0)  # fmt: skip


def test_a_point_comes_back_as_it_was(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.add(point())
    with Ledger(tmp_path / "l.sqlite") as ledger:
        (found,) = ledger.points()
        assert set(ledger.done()) == {key("a", {"vms.a.count": 3}, 0)}
    assert found.metrics == {"energy_kwh": 1.5, "transfer_s": None}
    assert found.intervals == [Interval("esx1", "full", 0.0, 300.0)]
    assert (found.start, found.end) == (datetime(2007, 10, 1, 20), 600.0)
    np.testing.assert_array_equal(found.series["power_w"], [1.0, 2.0])


def test_a_point_is_written_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.add(point(value=1.0))
        ledger.add(point(value=2.0))
        assert [found.metrics["energy_kwh"] for found in ledger.points()] == [1.0]


def test_a_point_that_raised_is_tried_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as ledger:
        failed = point("b")
        failed.error = "ValueError: no"
        ledger.add(point("a"))
        ledger.add(failed)
        ledger.forget_errors()
        assert [found.variant for found in ledger.points()] == ["a"]


def test_what_was_added_survives_kill_9(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from vinfra.scenario.ledger import Ledger; "
        "from vinfra.scenario.results import Point; ledger = Ledger(Path(sys.argv[1])); "
        "[ledger.add(Point(str(i), {}, 0)) for i in range(20)]; print('added', flush=True); time.sleep(60)"
    )
    path = tmp_path / "l.sqlite"
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "added\n"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        process.stdout and process.stdout.close()
    with Ledger(path) as ledger:
        assert len(ledger.done()) == 20


def test_time_spent_adds_up_over_sessions(tmp_path: Path) -> None:
    for _ in range(2):
        with Ledger(tmp_path / "l.sqlite") as ledger:
            ledger.spend(1.5, 1.0)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        assert ledger.spent() == (3.0, 2.0)
