"""A run that goes on in the middle of a point says what it would have said undisturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.scenario import checkpoint as files
from vinfra.scenario.checkpoint import Checkpoint, Checkpoints
from vinfra.scenario.load import resolve
from vinfra.scenario.resuming import resumable, run, state
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

FLEET = """
scenario: fleet
question: Who goes where?
duration: 6 h
hosts:
  a: {count: 12, server: hp-proliant-ml110-g5, memory: 4 GiB}
  b: {count: 12, server: hp-proliant-ml110-g4, memory: 4 GiB}
vms:
  follows: {count: 60, memory: 512 MiB, speed: 2.6 GHz}
  pinned: {count: 4, memory: 512 MiB, host: b, demand: 30 %}
workload: {trace: TRACE}
placement: {policy: first-fit}
power: {policy: follows-load, empty_hosts: powered-off}
"""
WARM = "warmup: 7 min\n"
CLOUDSIM = "compatibility: cloudsim-3.0.3\n"
CONSOLIDATED = "consolidation: {detector: thr, threshold: 0.5, select: SELECT}\n"
EVERY = {
    "plain": ("planetlab", ""),
    "office": ("office", WARM),
    "warm": ("bitbrains", WARM),
    "deleted": ("planetlab", CLOUDSIM),
    "drawn": ("planetlab", CONSOLIDATED.replace("SELECT", "rs")),
    "cloudsim": ("planetlab", WARM + CLOUDSIM + CONSOLIDATED.replace("SELECT", "mmt")),
    "steady": ("none", ""),
}
# Checkpoints after every epoch, and a sleep, so that whoever kills the run meets it half way.
SLOW = """
import sys, time
from vinfra.scenario import checkpoint, simulation
checkpoint.PERIOD = 0.0
checkpoint.PART = 1.0
epoch = simulation.Simulation._epoch
def slow(*given):
    time.sleep(0.02)
    epoch(*given)
simulation.Simulation._epoch = slow
from vinfra.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Stopped(Exception):
    """The run ends here."""


class Once(Checkpoint):
    """A checkpoint that is written after so many epochs, and then the run ends."""

    def __init__(self, path: Path, left: int) -> None:
        super().__init__(path, {"question": "q", "point": "p"}, [])
        self.left = left

    def due(self) -> bool:
        self.left -= 1
        if self.left < -1:
            raise Stopped
        return self.left == -1


def text(kind: str) -> str:
    trace, more = EVERY[kind]
    whole = FLEET + more
    if trace == "none":
        whole = whole.replace("workload: {trace: TRACE}\n", "").replace(
            "speed: 2.6 GHz}", "speed: 2.6 GHz, demand: 0.9}"
        )
    return whole.replace("TRACE", trace)


def make(kind: str) -> Simulation:
    return Simulation(build(resolve(parse(text(kind), "fleet.yaml")), None), Streams(7))


def outcome(simulation: Simulation) -> object:
    record = simulation.record()
    series = {name: column.tolist() for name, column in record.series.items()}
    samples = {name: [*values] for name, values in record.samples.items()}
    return record.totals, series, samples, simulation.intervals()


@pytest.mark.parametrize("after", [0, 1, 35, 69])
@pytest.mark.parametrize("kind", EVERY)
def test_a_simulation_goes_on_as_if_nothing_had_been(kind: str, after: int, tmp_path: Path) -> None:
    undisturbed = make(kind)
    undisturbed.run()
    with pytest.raises(Stopped):
        run(lambda: make(kind), Once(tmp_path / "c.state", after), "one")
    again = Checkpoint(tmp_path / "c.state", {"question": "q", "point": "p"}, [])
    assert outcome(run(lambda: make(kind), again, "one")) == outcome(undisturbed)
    assert again.remarks == [f"one: went on at epoch {after + 2} of {undisturbed.epochs.count}"]


def test_a_simulation_with_something_else_under_way_has_no_checkpoint() -> None:
    assert resumable(make("plain"))
    moving = "cores: 2, frequency: 3 GHz, memory: 64 GiB, processor: xeon-x5570"
    lan = "topology: {lan: {kind: ethernet, speed: 1 Gbit/s, joins: [a, b]}}\n"
    order = "migrations: {go: {vms: follows-1, to: b-1, start: 10 min, method: pre-copy}}\n"
    whole = text("plain").replace("server: hp-proliant-ml110-g5, memory: 4 GiB", moving) + lan + order
    whole = whole.replace("server: hp-proliant-ml110-g4, memory: 4 GiB", moving)
    assert not resumable(Simulation(build(resolve(parse(whole, "fleet.yaml")), None), Streams(7)))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The checkpoint of a simulation that was stopped."""
    with pytest.raises(Stopped):
        run(lambda: make("drawn"), Once(tmp_path / "c.state", 30), "one")
    return tmp_path / "c.state"


@pytest.mark.parametrize("length", [0, 10, 1000, -1])
def test_a_cut_off_checkpoint_is_told_and_not_used(kept: Path, length: int) -> None:
    kept.write_bytes(kept.read_bytes()[:length])
    found = Checkpoint(kept, {"question": "q", "point": "p"}, [])
    assert found.load() is None
    assert len(found.remarks) == 1 and "cannot be used" in found.remarks[0] and "\n" not in found.remarks[0]


def test_any_damage_is_told_or_does_no_harm(kept: Path) -> None:
    whole = bytearray(kept.read_bytes())
    undisturbed = make("drawn")
    undisturbed.run()
    for at in range(50, len(whole), len(whole) // 20):
        kept.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        found = Checkpoint(kept, {"question": "q", "point": "p"}, [])
        assert outcome(run(lambda: make("drawn"), found, "one")) == outcome(undisturbed)
        assert len(found.remarks) == 1


@pytest.mark.parametrize("about", [{"question": "other", "point": "p"}, {"question": "q", "point": "other"}])
def test_the_checkpoint_of_another_question_or_point_is_not_used(kept: Path, about: dict[str, str]) -> None:
    found = Checkpoint(kept, about, [])
    assert found.load() is None
    assert "another question" in found.remarks[0]


def test_a_state_that_does_not_fit_is_told_and_the_simulation_starts_again(tmp_path: Path) -> None:
    found = Checkpoint(tmp_path / "c.state", {}, [])
    found.save(state(make("plain"), 3))
    undisturbed = make("drawn")
    undisturbed.run()
    assert outcome(run(lambda: make("drawn"), found, "one")) == outcome(undisturbed)
    assert "cannot be used" in found.remarks[0]


def test_checkpoints_that_cannot_be_written_stop_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PERIOD", 0.0)
    (tmp_path / files.FOLDER).touch()
    found = Checkpoints(tmp_path, "q").of("p")
    run(lambda: make("plain"), found, "one")
    assert len(found.remarks) == 1 and "cannot be written" in found.remarks[0]


def _start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SLOW, "run", str(folder / "fleet.yaml"), "--out", str(folder / "out"), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _stop(process: subprocess.Popen[str], folder: Path, how: int) -> str:
    """Stop it when there has been a checkpoint for a while; gives what it said on standard error."""
    deadline = time.monotonic() + 60
    while not [*folder.glob("out/checkpoints/*.state")] and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    assert process.poll() is None, "it was to be stopped half way"
    os.kill(process.pid, how)
    return process.communicate(timeout=60)[1]


def _digest(folder: Path, *more: str) -> tuple[str, str]:
    command = [sys.executable, "-m", "vinfra.cli", "run", str(folder / "fleet.yaml"), "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)["digest"], done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_to_an_equal_digest(tmp_path: Path, how: int) -> None:
    (tmp_path / "fleet.yaml").write_text(text("drawn") + "compare: {one: {}, two: {seed: 2}}\n")
    whole, _ = _digest(tmp_path, "--out", str(tmp_path / "whole"))
    said = _stop(_start(tmp_path), tmp_path, how)
    assert [*tmp_path.glob("out/checkpoints/*.state")], said
    found, remarks = _digest(tmp_path, "--out", str(tmp_path / "out"))
    assert found == whole
    assert "went on at epoch" in remarks
    assert not (tmp_path / "out" / "checkpoints").exists()


@pytest.mark.slow
def test_fresh_forgets_checkpoints_and_damage_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(text("plain"))
    out = ("--out", str(tmp_path / "out"))
    _stop(_start(tmp_path), tmp_path, signal.SIGKILL)
    (path,) = tmp_path.glob("out/checkpoints/*.state")
    path.write_bytes(path.read_bytes()[:200])
    damaged, remarks = _digest(tmp_path, *out)
    assert remarks.count("\n") == 1 and "cannot be used" in remarks
    _stop(_start(tmp_path, "--fresh"), tmp_path, signal.SIGKILL)
    fresh, remarks = _digest(tmp_path, *out, "--fresh")
    assert remarks == "" and fresh == damaged
