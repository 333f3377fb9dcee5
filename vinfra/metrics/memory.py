"""Memory of overcommitted hosts: where it is, what was taken from VMs, and what that costs them.

Said only where a host group says `overcommit`. Means over time, sums over all hosts and VMs. Unit: GiB, percent.
"""

from __future__ import annotations

from typing import Literal

from vinfra.metrics.metric import Record, metric

GIB = 2.0**30
WHERE: dict[str, tuple[Literal["less", "more", "neither"], str]] = {
    "shared": ("more", "memory of VMs whose pages are shared copies"),
    "saved": ("more", "memory that sharing pages saves: shared, less the copies that are kept"),
    "ballooned": ("less", "memory of VMs that their balloons hold"),
    "compressed": ("less", "memory of VMs in their compression caches, at its size before"),
    "swapped": ("less", "memory of VMs that their hosts have swapped to disk"),
    "overhead": ("less", "memory that VMs take beside their own"),
    "free": ("neither", "memory of hosts that nobody has"),
}


def _register(name: str, better: Literal["less", "more", "neither"], description: str) -> None:
    """One metric for one place memory can be in."""

    @metric(f"memory_{name}", "gib", better, description)
    def size(record: Record) -> float | None:
        series = f"memory_{name}"
        return record.mean(series) / GIB if series in record.series else None


for _name, (_better, _description) in WHERE.items():
    _register(_name, _better, _description)


@metric("memory_overcommit", "", "neither", "memory VMs were configured with, as a multiple of the memory of all hosts")
def memory_overcommit(record: Record) -> float | None:
    """Configured over there."""
    there = record.totals.get("memory_there")
    return record.totals["memory_configured"] / there if there else None


@metric("memory_pressure", "pct", "less", "time hosts had less memory than their VMs wanted")
def memory_pressure(record: Record) -> float | None:
    """Of all hosts' time."""
    hosts = record.totals.get("memory_hosts")
    return 100.0 * record.mean("memory_crowded") / hosts if hosts else None


@metric("memory_state", "", "less", "worst state of any host's free memory: 0 high, 1 soft, 2 hard, 3 low")
def memory_state(record: Record) -> float | None:
    """As it was found, before memory was taken back."""
    return float(record.series["memory_state"].max()) if "memory_state" in record.series else None


@metric("memory_wait", "pct", "less", "time vCPUs waited for pages that had been taken from them")
def memory_wait(record: Record) -> float | None:
    """Of all their time."""
    return 100.0 * record.mean("memory_waiting") if "memory_waiting" in record.series else None


@metric("memory_faults", "per_s", "less", "pages per second that VMs missed because they had been taken from them")
def memory_faults(record: Record) -> float | None:
    """Of all VMs."""
    return record.mean("memory_faults") if "memory_faults" in record.series else None
