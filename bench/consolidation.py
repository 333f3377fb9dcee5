"""The whole command for a day of CloudSim's PlanetLab setting: 1,052 VMs on 800 hosts, one policy against none.

Wall seconds from the start of the process to its end, with imports, reading, simulation, 27,000 moves written down and
the page; and the largest memory of the process. The day is drawn, or read from the folder in the environment variable
PLANETLAB.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bench.fleet import whole_command

SCENARIO = Path(__file__).parents[1] / "scenarios" / "fleet" / "planetlab-consolidation.yaml"
POLICIES = ("none", "thr-mmt", "iqr-mmt", "mad-mmt", "lr-mmt", "true-power")
RUNS = 3
AIM_S, AIM_MB = 1.5, 250


def once(variant: str) -> tuple[float, float]:
    """Wall seconds and MB of one command, in a new folder."""
    real = os.environ.get("PLANETLAB")
    day = ["--set", f"workload.path={real}"] if real else []
    return whole_command("run", str(SCENARIO), "--variant", variant, *day)


def measured() -> Iterator[tuple[str, float, float]]:
    """The best of some runs of each policy, in turns, so that a slow minute of the machine hits all of them."""
    best = {variant: (float("inf"), float("inf")) for variant in POLICIES}
    for _ in range(RUNS):
        for variant, (wall, memory) in best.items():
            found = once(variant)
            best[variant] = min(wall, found[0]), min(memory, found[1])
    yield from ((variant, *found) for variant, found in best.items())


def main() -> None:
    """Print one line a policy, and how many times what the same day takes without moves."""
    print(f"\nconsolidation, 1,052 VMs on 800 hosts for a day: the whole command (best of {RUNS} runs in turns)")
    print(f"{'policy':>12} {'seconds':>8} {'of none':>8} {'MB':>6}")
    alone = None
    for variant, wall, memory in measured():
        alone = alone or wall
        print(f"{variant:>12} {wall:>8.2f} {wall / alone:>7.1f}x {memory:>6.0f}")
    print(f"(aim: at most {AIM_S} s and {AIM_MB} MB)")
