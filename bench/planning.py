"""Placing machines of an estate on hosts that are alike: seconds, hosts, and the gap to the fewest there could be.

Estates are drawn: sizes as in estates of today (many machines on one host), and large machines (few on one host), of
which heuristics waste more. Effort is the solver's own deterministic time, about a second of this machine each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from vinfra.planning.hosting.packing.loads import Capacity, Loads
from vinfra.planning.hosting.packing.pack import pack

MACHINES = (10, 1_000, 20_000)
EFFORT = 5.0
GIB = 2.0**30
MODERN = Capacity(96 * 2.4e9 * 0.8, 768 * GIB * 0.96 * 0.9, 384)
SMALL = Capacity(56 * 2.5e9 * 0.8, 512 * GIB * 0.9 * 0.94, 150)
AIM_S, AIM_GAP = 10.0, 0.01


def usual(machines: int) -> Loads:
    """Machines of 1 to 16 vCPUs and 2 to 128 GiB, most of them quiet."""
    draw = np.random.default_rng(1)
    vcpus = draw.choice([1, 2, 4, 8, 16], machines, p=[0.2, 0.4, 0.25, 0.12, 0.03]).astype(np.float64)
    memory = draw.choice([2, 4, 8, 16, 32, 64, 128], machines, p=[0.1, 0.25, 0.3, 0.2, 0.1, 0.04, 0.01]) * GIB
    return Loads(vcpus * 2.5e9 * draw.beta(1, 6, machines), memory * 1.0074 + 2**25, vcpus)


def large(machines: int) -> Loads:
    """Machines of a twentieth to half a host in each resource, by itself."""
    draw = np.random.default_rng(2)
    cpu, memory, vcpus = draw.uniform(0.05, 0.45, (3, machines)) * MODERN.table()[:, None]
    return Loads(cpu, memory, np.round(vcpus))


def measured() -> Iterator[tuple[str, int, int, int, int, str, float]]:
    """Estate, machines, hosts by heuristic and optimiser, bound, who placed them, seconds."""
    pack(large(20), MODERN, 0.1)  # the library is imported
    for name, estate, capacity in (("usual", usual, MODERN), ("usual, vCPUs", usual, SMALL), ("large", large, MODERN)):
        for machines in MACHINES if estate is usual else MACHINES[:2]:
            loads = estate(machines)
            begin = time.perf_counter()
            heuristic, chosen = pack(loads, capacity, EFFORT)
            seconds = time.perf_counter() - begin
            yield name, machines, heuristic.hosts, chosen.hosts, chosen.bound, chosen.method, seconds


def main() -> None:
    """Print one line an estate."""
    print(f"\nplanning, machines on the fewest hosts (effort {EFFORT:g} deterministic seconds)")
    columns = f"{'heuristic':>10} {'chosen':>7} {'bound':>6} {'gap':>6} {'by':>12} {'seconds':>8}"
    print(f"{'estate':>14} {'machines':>9} {columns}")
    for name, machines, heuristic, chosen, bound, method, seconds in measured():
        gap = (chosen - bound) / bound
        print(
            f"{name:>14} {machines:>9,} {heuristic:>10} {chosen:>7} {bound:>6} {gap:>6.1%} {method:>12} {seconds:>8.2f}"
        )
    print(f"(aim: at most {AIM_S:g} s, and a gap of {AIM_GAP:.0%} where most machines are small)")
