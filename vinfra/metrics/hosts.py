"""Hosts and VMs counted: how many hosts are on, how many VMs found no host."""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric


@metric("hosts_on", "", "less", "hosts powered on, mean over time")
def hosts_on(record: Record) -> float | None:
    """Mean over time."""
    return record.mean("hosts_on")


@metric("hosts_full", "", "less", "hosts with all their CPU in use, mean over time")
def hosts_full(record: Record) -> float | None:
    """Mean over time."""
    return record.mean("hosts_full")


@metric("vms_unplaced", "", "less", "VMs that found no host")
def vms_unplaced(record: Record) -> float | None:
    """A count."""
    return record.totals["vms_unplaced"]
