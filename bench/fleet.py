"""Sampled demand on many VMs for a day: VM-epochs per second, how cost grows, and memory beyond imports.

Each size runs in a process of its own, so that memory is its own. CPU seconds, not wall: machines are shared.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
PER_HOST = 10
EPOCHS = 288
RUNS = 3
COMMANDS = ((10_000, 1), (100_000, 1), (100_000, 7), (1_000_000, 1))  # VMs and days
MANAGED = str(Path(__file__).parents[1] / "scenarios" / "fleet" / "fleet-100k.yaml")
SCENARIO = """
scenario: bench
question: How fast?
hosts:
  host: {{count: {hosts}, server: hp-proliant-ml110-g5, cores: 8, memory: 64 GiB}}
vms:
  vm: {{count: {vms}, speed: 2 GHz, memory: 1 GiB}}
workload: {{trace: planetlab}}
placement: {{policy: worst-fit}}
"""


def peak_mb() -> float:
    """Largest resident memory of this process. Linux says it of this program alone; getrusage counts the parent's
    too."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def once(vms: int) -> dict[str, float]:
    """CPU seconds to build and to simulate a day, and the memory it took beyond imports."""
    import numpy as np  # noqa: F401 - what is imported is not measured

    from vinfra.document import parse
    from vinfra.engine.streams import Streams
    from vinfra.scenario.load import resolve
    from vinfra.scenario.simulation import Simulation
    from vinfra.scenario.world import build

    small = resolve(parse(SCENARIO.format(vms=10, hosts=1), "bench"))
    warm = Simulation(build(small, None), Streams(0))
    warm.run()
    imported = peak_mb()
    started = time.process_time()
    world = build(resolve(parse(SCENARIO.format(vms=vms, hosts=vms // PER_HOST), "bench")), None)
    built = time.process_time()
    simulation = Simulation(world, Streams(1))
    simulation.run()
    record = simulation.record()
    ended = time.process_time()
    assert len(record.series["time_s"]) == EPOCHS and record.totals["vms_unplaced"] == 0
    return {"build": built - started, "simulate": ended - built, "memory_mb": peak_mb() - imported}


def command(vms: int, days: int = 1) -> tuple[float, float]:
    """Wall seconds and MB of the whole command for VMs that stay where they are."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bench.yaml")
        whole = SCENARIO.format(vms=vms, hosts=vms // PER_HOST).replace("worst-fit", "first-fit")
        file.write_text(f"{whole}duration: {days} d\n")
        return whole_command("run", str(file))


def whole_command(*asked: str) -> tuple[float, float]:
    """Wall seconds and MB of a verb of `vinfra`, from the start of its process to its end, in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        running = subprocess.Popen(
            [sys.executable, "-m", "vinfra.cli", *asked, "--out", folder, "--quiet"], stdout=subprocess.DEVNULL
        )
        # What the kernel says of this child alone; subprocess would wait without asking.
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - started
    if running.returncode:
        raise RuntimeError(f"vinfra {' '.join(asked)} ended with {running.returncode}")
    return took, usage.ru_maxrss / 1024


def commands() -> None:
    """Print one line a size of whole commands, their growth, and what a longer run takes."""
    print(f"\nthe whole command, {PER_HOST} VMs a host, first fit (best of {RUNS} runs, 1,000,000 VMs once)")
    print(f"{'VMs':>9} {'days':>4} {'seconds':>8} {'MB':>6}")
    wall: dict[int, float] = {}
    for vms, days in COMMANDS:
        runs = [command(vms, days) for _ in range(1 if vms > 100_000 else RUNS)]
        took, memory = (min(values) for values in zip(*runs, strict=True))
        if days == 1:
            wall[vms] = took
        print(f"{vms:>9,} {days:>4} {took:>8.2f} {memory:>6.0f}")
    print(f"growth from 10,000 to 100,000 VMs: {wall[100_000] / wall[10_000]:.1f} x (aim: at most 12 x)")
    print("1,000,000 VMs: aim at most 30 s and 6,000 MB; a week takes the memory of a day")
    print("\n10,000 hosts and 100,000 VMs under management, a day (scenarios/fleet/fleet-100k.yaml, once each)")
    for variant in ("static", "drs-dpm"):
        took, memory = whole_command("run", MANAGED, "--variant", variant)
        print(f"{variant:>9} {took:>13.2f} {memory:>6.0f}")
    print("drs-dpm: aim at most 60 s and 1,500 MB")


def main() -> None:
    """Print one line a size, and the growth from 10,000 to 100,000 VMs."""
    print(f"\nsampled demand, {EPOCHS} epochs, {PER_HOST} VMs a host (best CPU time of {RUNS} runs, each a process)")
    print(f"{'VMs':>8} {'build s':>8} {'simulate s':>10} {'VM-epochs/s':>12} {'MB beyond imports':>18}")
    best: dict[int, float] = {}
    for vms in SIZES:
        code = f"import json; from bench.fleet import once; print(json.dumps(once({vms})))"
        command = [sys.executable, "-c", code]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(RUNS)]
        build, simulate, memory = (min(run[key] for run in runs) for key in ("build", "simulate", "memory_mb"))
        best[vms] = simulate
        print(f"{vms:>8,} {build:>8.2f} {simulate:>10.3f} {vms * EPOCHS / simulate:>12,.0f} {memory:>18.0f}")
    print(f"growth from 10,000 to 100,000 VMs: {best[100_000] / best[10_000]:.1f} x (aim: at most 11 x)")
    print(f"100,000 VMs: {best[100_000]:.2f} s CPU (aim: at most 1.5 s)")
    commands()
