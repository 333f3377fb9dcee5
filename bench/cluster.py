"""What a cluster costs when it is used for little, and when one of its machines goes.

Overhead: seconds of `vinfra run --on ray` less those of the same run in process. Recovery: seconds from the end of a
machine until it is noticed, and until other actors have all of its points; with a machine that is killed, which closes
its connections, and one that falls silent, which does not. The cluster is processes of this machine, on the loopback
alone.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.sweep import ACTORS, Kind

if TYPE_CHECKING:
    from actors.pool import Pool

RUNS = 2
LIMIT = 60.0  # seconds of any one measurement
STEADY = Kind("100 ms", 24, 6_000, 80)
SPARE = 1  # machines beyond those that are at work
SMALL = """\
scenario: bench
question: How much is it for little?
duration: 1 h
hosts:
  host: {cores: 8, frequency: 2 GHz, memory: 64 GiB}
vms:
  vm: {count: 10, memory: 1 GiB}
workload: {trace: planetlab}
"""
TWO = SMALL + "replications: 2\n"
BARE = """
import ray
ray.init(address="local", num_cpus=2, num_gpus=0, include_dashboard=False, logging_level=40)
ray.shutdown()
"""


@contextmanager
def machines(count: int) -> Iterator[Any]:
    """A cluster whose head has no processor and whose `count` machines have one each."""
    from actors.connect import HEALTH, LOOPBACK, QUIET

    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    os.environ.update({**HEALTH, **LOOPBACK, **QUIET, **token})
    from ray.cluster_utils import Cluster

    here = {"node_ip_address": "127.0.0.1"}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **here})
    try:
        for _ in range(count):
            cluster.add_node(num_cpus=1, **here)
        yield cluster
    finally:
        cluster.shutdown()


def seconds(*command: str) -> float:
    """The best of a few times that Python takes for something, from command to prompt, in a folder with scenarios."""
    best = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "one.yaml").write_text(SMALL)
        (Path(folder) / "two.yaml").write_text(TWO)
        for _ in range(RUNS):
            began = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=folder, check=True, timeout=LIMIT)
            best.append(time.perf_counter() - began)
    return min(best)


def overhead(address: str) -> None:
    """Print what `--on ray` adds to a run of one point, and of two where one would not start Ray."""

    def run(name: str, *options: str) -> float:
        return seconds("-m", "vinfra.cli", "run", name, "--fresh", "--quiet", *options)

    one, two, ray, actors = run("one.yaml"), run("two.yaml"), ("--on", "ray"), ("--actors", str(ACTORS))
    print(f"overhead of --on ray over in process (best of {RUNS}; aim: at most 4 s, all of it Ray's start)")
    print(f"  one point, cluster of its own  {run('one.yaml', *ray) - one:>6.2f} s   (simulated in process)")
    print(f"  two points, cluster of its own {run('two.yaml', *ray, *actors) - two:>6.2f} s", end="")
    print(f"   (Ray alone, started and stopped: {seconds('-c', BARE):.2f} s)")
    print(f"  one point, named cluster       {run('one.yaml', *ray, '--address', address) - one:>6.2f} s")


@dataclass
class Watch:
    """When a machine went, when that was noticed, and when the last of its points was with another actor."""

    went: float = 0.0
    noticed: float = 0.0
    elsewhere: float = 0.0
    held: dict[int, set[int]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)


def watched(watch: Watch) -> type[Pool]:
    """A pool that notes what its coordinator is told and says."""
    from actors import pool
    from actors.events import ActorLost, Event, Instruction, KeepPoints, SendChunk

    class Watched(pool.Pool):
        def _told(self, event: Event) -> Iterator[list[Any]]:
            if isinstance(event, ActorLost):
                watch.noticed = time.perf_counter()
                watch.lost = watch.held.pop(event.actor, set())
            yield from super()._told(event)

        def _followed(self, instruction: Instruction) -> list[Any]:
            if isinstance(instruction, SendChunk):
                watch.held.setdefault(instruction.actor, set()).update(instruction.points)
                if watch.lost & set(instruction.points):
                    watch.elsewhere = time.perf_counter()
                    watch.lost -= set(instruction.points)
            if isinstance(instruction, KeepPoints):
                for held in watch.held.values():
                    held -= set(instruction.points)
            return super()._followed(instruction)

    return Watched


def processes(node: Any) -> list[int]:
    """The raylet of a machine and all that it has started."""
    raylet = node.all_processes["raylet"][0].process.pid
    children = subprocess.run(["pgrep", "-P", str(raylet)], capture_output=True, text=True).stdout.split()
    return [raylet, *map(int, children)]


def recovery(cluster: Any, silent: bool) -> Watch:
    """End a machine in mid sweep. It is killed by its raylet, or all of its processes are stopped."""
    import ray

    from actors.connect import connected
    from vinfra.scenario.inputs import Inputs

    watch, done, stopped = Watch(), 0, []
    with connected(cluster.address, ACTORS), watched(watch)(ACTORS, STEADY.document, Inputs()) as pool:
        for handful in pool.work(STEADY.spots):
            done += len(handful)
            if watch.went == 0.0 and done >= STEADY.points // 4:
                busy = {ray.NodeID.from_hex(machine).hex() for machine in pool._machines.values()}
                node = min((one for one in cluster.worker_nodes if one.node_id in busy), key=lambda one: one.node_id)
                ended = processes(node) if silent else processes(node)[:1]
                watch.went = time.perf_counter()
                for process in ended:
                    os.kill(process, signal.SIGSTOP if silent else signal.SIGKILL)
                stopped = ended if silent else []
        assert done == STEADY.points
    for process in stopped:
        os.kill(process, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)
    return watch


def main() -> None:
    """Print seconds, each from its beginning."""
    print("\na cluster used for little, and one that loses a machine")
    with machines(ACTORS + SPARE) as cluster:
        overhead(cluster.address)
        print("recovery from a lost machine, health checks as shipped (aim: at most 5 s)")
        for words, silent in (("killed", False), ("silent", True)):
            watch = recovery(cluster, silent)
            cluster.add_node(num_cpus=1, node_ip_address="127.0.0.1")
            noticed, elsewhere = watch.noticed - watch.went, watch.elsewhere - watch.went
            print(f"  {words}: noticed after {noticed:.2f} s, all of its points elsewhere after {elsewhere:.2f} s")
