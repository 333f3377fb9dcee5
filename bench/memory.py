"""Memory of hosts that are all short of it: CPU time of one pass over all VMs, and how it grows."""

from __future__ import annotations

import time

SIZES = (1_000, 10_000, 100_000)
PER_HOST = 20
PASSES = 12
SCENARIO = """
scenario: bench
question: How fast?
duration: 1 h
hosts:
  host: {{count: {hosts}, server: hp-proliant-ml110-g5, cores: 8, memory: 16 GiB, hypervisor: esxi-4.1, overcommit: 2}}
vms:
  vm: {{count: {vms}, speed: 1 GHz, memory: 1 GiB, active: 25 %, content: windows-server, demand: 10 %}}
"""


def once(vms: int) -> float:
    """CPU seconds of one pass, mean over an hour of epochs."""
    from vinfra.document import parse
    from vinfra.engine.streams import Streams
    from vinfra.scenario.load import resolve
    from vinfra.scenario.simulation import Simulation
    from vinfra.scenario.world import build

    world = build(resolve(parse(SCENARIO.format(vms=vms, hosts=vms // PER_HOST), "bench")), None)
    simulation = Simulation(world, Streams(1))
    started = time.process_time()
    simulation.run()
    ended = time.process_time()
    assert simulation.record().series["memory_ballooned"].max() > 0, "memory is short on every host"
    return (ended - started) / PASSES


def main() -> None:
    """Print one line a size, and the growth from 10,000 to 100,000 VMs."""
    print(f"\nmemory, {PER_HOST} VMs on each host and all hosts short of it")
    print(f"{'VMs':>8} {'ms a pass':>10} {'us a VM':>8}")
    took = {vms: once(vms) for vms in SIZES}
    for vms, seconds in took.items():
        print(f"{vms:>8,} {1e3 * seconds:>10.1f} {1e6 * seconds / vms:>8.2f}")
    print(f"growth from 10,000 to 100,000 VMs: {took[100_000] / took[10_000]:.1f} x")
