"""A cluster of several machines that are processes of this one: private, small, and gone at the end.

Everything runs through the command line in a process of its own, as users run it, and within a time limit. Only
processes that were started here are ended, by their number.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vinfra.scenario.ledger import Ledger

ROOT = Path(__file__).parents[2]
LIMIT = 90.0  # seconds of any command
SWEEP = "{vms.web.count: {from: 1, to: 40, step: 1}}"
SCENARIO = """\
scenario: swept
question: Which size does?
duration: 1 h
hosts:
  esx1: {cores: 2, frequency: 2 GHz, memory: 64 GiB}
vms:
  web: {count: 3, memory: 1 GiB}
workload: {trace: planetlab}
placement: {policy: slow}
sweep: {vms.web.count: {from: 1, to: 40, step: 1}}
expect:
  - {cpu_ready: as-written < 100}
"""


@dataclass
class Command:
    """`vinfra run` in a process of its own."""

    process: subprocess.Popen[str]
    folder: Path

    def end(self, limit: float = LIMIT) -> tuple[int, str, str]:
        try:
            out, err = self.process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"not done in {limit} s; it said: {err}") from None
        return self.process.returncode, out, err

    def answer(self) -> dict[str, Any]:
        """What it found, where nothing is to be complained of: neither by it nor by Ray."""
        status, out, err = self.end()
        assert (status, err) == (0, "")
        found: dict[str, Any] = json.loads(out)
        return found

    def done(self) -> int:
        if not (self.folder / "ledger.sqlite").exists():
            return 0
        with Ledger(self.folder / "ledger.sqlite") as ledger:
            return len(ledger.done())

    def processes(self) -> list[int]:
        """What runs in its group: itself, and what it started."""
        return group(self.process.pid)

    def gone(self, limit: float = 10.0) -> None:
        """Wait until nothing that it started is there."""
        until(lambda: not self.processes(), limit)

    def wait_for(self, points: int, limit: float = LIMIT) -> None:
        until(lambda: self.done() >= points or self.process.poll() is not None, limit)
        assert self.process.poll() is None, self.process.communicate()[1]


def group(leader: int) -> list[int]:
    """Processes of a group that have not ended."""
    every = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [process for process in every if _member(process, leader)]


def _member(process: int, leader: int) -> bool:
    try:
        state, _, of = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False  # it ended meanwhile
    return int(of) == leader and state != "Z"


def until(happened: Callable[[], bool], limit: float = LIMIT) -> float:
    """Wait for something; how many seconds it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < limit, f"did not happen in {limit} s"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="session")
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A package installed beside vinfra that brings the placement `slow`: to all processes that are started from now
    on."""
    folder = tmp_path_factory.mktemp("plugged")
    about = folder / "slow_placement-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-placement\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[vinfra.placements]\nslow = slow_placement:Slow\n")
    (folder / "slow_placement.py").write_text((Path(__file__).parent / "slow_placement.py").read_text())
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), str(ROOT), before]))
    yield folder
    os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)


@pytest.fixture(scope="session")
def cluster(plugged: Path) -> Iterator[Any]:
    """A head without processors and two machines with one each."""
    from actors.connect import HEALTH, LOOPBACK, QUIET

    kept = {name: os.environ.get(name) for name in {**HEALTH, **LOOPBACK, **QUIET}}
    os.environ.update({**HEALTH, **LOOPBACK, **QUIET})
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    assert not ray.is_initialized()
    head = {"num_cpus": 0, "include_dashboard": False, "node_ip_address": "127.0.0.1"}
    made = Cluster(initialize_head=True, head_node_args=head)
    try:
        join(made)
        join(made)
        yield made
    finally:
        made.shutdown()
        for name, value in kept.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def join(cluster: Any) -> None:
    """Another machine with one processor joins."""
    cluster.add_node(num_cpus=1, node_ip_address="127.0.0.1")


def leave(cluster: Any, node: Any) -> None:
    """A machine is lost, and the cluster knows: until then it counts processors that are not there any more."""
    cluster.remove_node(node, allow_graceful=False)
    cluster.wait_for_nodes()


@pytest.fixture
def whole(cluster: Any) -> Any:
    """The cluster with two machines, whatever a test before did to one."""
    for node in [node for node in cluster.worker_nodes if not node.remaining_processes_alive()]:
        cluster.remove_node(node, allow_graceful=False)
    while len(cluster.worker_nodes) < 2:
        join(cluster)
    cluster.wait_for_nodes()  # what is lost is counted for a while
    return cluster


@pytest.fixture
def vinfra(plugged: Path, tmp_path: Path) -> Iterator[Callable[..., Command]]:
    """Start `vinfra run swept.yaml --json` with more arguments; what is still there at the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, out: str = "run", sweep: str = SWEEP, scenario: str = SCENARIO) -> Command:
        (tmp_path / "swept.yaml").write_text(scenario.replace(SWEEP, sweep))
        command = [sys.executable, "-m", "vinfra.cli", "run", "swept.yaml", "--json", "--out", out, *arguments]
        process = subprocess.Popen(
            command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        started.append(process)
        return Command(process, tmp_path / out)

    yield run
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.communicate()
