"""A night of backups: 5,000 VMs, 20 proxies, 200 LUNs, and how the cost grows with the number of VMs.

The estate grows in all its parts, so a night lasts as long; what grows beside the number of jobs is how many of them
share the network and the repository. CPU seconds, not wall: machines are shared.
"""

from __future__ import annotations

import math
import time

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import World, build

SIZES = (1_250, 2_500, 5_000)
GROUPS = 125  # of VMs, each with a disk and a rate of change of its own, so that next to nothing ends together
GROUP = (
    "  vm{n}: {{count: {count}, hosts: [esx], datastore: vmfs, disk: {disk} GiB, changes: {part} %/day, demand: 20 %}}"
)
AIM = 10.0  # seconds, for the largest
SCENARIO = """
scenario: bench
question: How fast?
start: 2026-11-02T20:00
duration: 12 h
epoch: 1 h
topology:
  san: {{kind: fibre-channel, speed: 16 Gbit/s, joins: [esx, proxies, array]}}
  lan: {{speed: 100 Gbit/s, joins: [esx, proxies, vault]}}
arrays:
  array: {{ports: {ports}}}
datastores:
  vmfs: {{count: {luns}, array: array, disks: 10 x sas-10k, raid: raid10, lock: ats}}
hosts:
  esx: {{count: {hosts}, server: dell-r640, hypervisor: esxi-6.7}}
  proxies: {{count: {proxies}, cores: 16, frequency: 2.5 GHz, memory: 64 GiB}}
  vault: {{cores: 64, frequency: 2.5 GHz, memory: 64 GiB}}
vms:
{groups}
backup:
  proxy: {{host: proxies}}
  transport: {transport}
  repository: {{host: vault, disks: {disks} x sata-7k2, raid: raid6, size: {vms} TiB}}
  initial: full
  jobs: {{nightly: {{vms: [all], method: incremental, full: never}}}}
  schedule: {{nightly: daily at 22h, window: 8 h}}
"""


def world(vms: int, transport: str) -> World:
    """So many VMs, and all else in proportion."""
    part = vms // 250
    groups = [
        GROUP.format(n=n, count=vms // GROUPS, disk=40 + 37 * n % 211, part=1 + 13 * n % 29 / 4) for n in range(GROUPS)
    ]
    parts = {"proxies": part, "luns": 10 * part, "hosts": 10 * part, "ports": 2 * part, "disks": 60 * part}
    return build(
        resolve(parse(SCENARIO.format(vms=vms, transport=transport, groups="\n".join(groups), **parts), "bench")), None
    )


def once(vms: int, transport: str) -> tuple[float, float, float, float]:
    """CPU seconds to build and to simulate a night, backups that were made, and seconds of its window."""
    started = time.process_time()
    made = world(vms, transport)
    built = time.process_time()
    simulation = Simulation(made, Streams(1))
    simulation.run()
    record = simulation.record()
    ended = time.process_time()
    audit(simulation, record)
    assert record.totals["backups_done"] == vms, record.totals
    return built - started, ended - built, record.totals["backups_done"], float(record.samples["backup_window_s"].max())


def main() -> None:
    """Print one line a size and transport, and the growth against n log n."""
    print("\nbackup of one night, one proxy and ten LUNs for each 250 VMs (CPU seconds)")
    print(f"{'VMs':>8} {'transport':>10} {'build s':>8} {'simulate s':>11} {'backups':>8} {'window h':>9}")
    for transport in ("san", "nbd"):
        cost = {}
        for vms in SIZES:
            build_s, cost[vms], backups, window = once(vms, transport)
            print(
                f"{vms:>8,} {transport:>10} {build_s:>8.2f} {cost[vms]:>11.2f} {backups:>8,.0f} {window / 3600:>9.2f}"
            )
        least, most = SIZES[0], SIZES[-1]
        growth, allowed = cost[most] / cost[least], most * math.log(most) / (least * math.log(least))
        print(f"growth from {least:,} to {most:,} VMs over {transport}: {growth:.1f} x (n log n: {allowed:.1f} x)")
        print(f"{most:,} VMs: {cost[most]:.1f} s CPU (aim: at most {AIM:.0f} s)")
