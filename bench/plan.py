"""The whole command `vinfra plan`: seconds, peak memory, and how both grow with the estate.

Everything is in it: reading the workbook, sizing, placing, power, licences, nights, backup, trials of four targets,
page, workbook, scenario. Wall seconds of a process of its own. The optimiser has the same effort for every estate that
heuristics leave a gap in, so growth is that of the rest; a week of recorded use, an hour each, is measured beside it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.fleet import whole_command
from vinfra.planning.estates import drawn
from vinfra.planning.estates.files import as_rvtools
from vinfra.planning.utilisation import written

MACHINES = (10, 1_000, 20_000)
TARGETS = ("hyper-v", "proxmox-ve", "vmware-vvf", "xcp-ng")
RUNS = 2
DAYS, HOUR = 7, 3600.0
AIM_S, AIM_GROWTH = 60.0, 25.0


def asked(folder: Path, machines: int) -> dict[str, list[str]]:
    """What is asked of an invented estate of so many machines, by what is measured."""
    inventory, workbook, recording = drawn.estate(machines, 1), folder / f"{machines}.xlsx", folder / f"{machines}.csv"
    as_rvtools(inventory, workbook)
    written(drawn.recording(inventory, DAYS, 1, HOUR), recording)
    whole = ["plan", str(workbook), *(word for name in TARGETS for word in ("--target", name))]
    return {
        "whole": whole,
        "no optimiser": [*whole, "--set", "optimise=0 s"],
        "a recording": [*whole, "--utilisation", str(recording)],
    }


def best(command: list[str]) -> tuple[float, float]:
    """Wall seconds and MB, the least of some runs."""
    took, memory = (min(values) for values in zip(*(whole_command(*command) for _ in range(RUNS)), strict=True))
    return took, memory


def main() -> None:
    """Print one line a size, and the growth from 1,000 to 20,000 machines."""
    print(f"\nthe whole command, an RVTools workbook in, {len(TARGETS)} targets (best of {RUNS} runs)")
    print(f"{'machines':>9} {'seconds':>8} {'MB':>6} {'no optimiser':>13} {'a recording':>12} {'MB':>6}")
    found: dict[int, dict[str, tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for machines in MACHINES:
            here = {name: best(command) for name, command in asked(Path(folder), machines).items()}
            (took, memory), (without, _), (recorded, more) = here.values()
            print(f"{machines:>9,} {took:>8.2f} {memory:>6.0f} {without:>13.2f} {recorded:>12.2f} {more:>6.0f}")
            found[machines] = here
    (few, _), (many, _) = found[1_000]["no optimiser"], found[20_000]["no optimiser"]
    print(f"growth from 1,000 to 20,000 machines: {many / few:.1f} x (aim: at most {AIM_GROWTH:g} x)")
    print(f"20,000 machines: {found[20_000]['whole'][0]:.1f} s (aim: at most {AIM_S:g} s)")
