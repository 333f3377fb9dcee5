"""Clusters under management: how unevenly hosts are loaded, how many are on standby, how often they are switched.

Imbalance is the standard deviation over the open hosts of a cluster of what their VMs are entitled to over capacity
(VMware DRS), mean over clusters and time. A VM is down from the moment its host fails until its guest has booted again.
"""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric


@metric("imbalance", "", "less", "standard deviation of load over the hosts of a cluster, mean over time")
def imbalance(record: Record) -> float | None:
    """At the beginning of each epoch; None where nobody manages the hosts."""
    return record.mean("imbalance") if "imbalance" in record.series else None


@metric("hosts_standby", "", "more", "hosts on standby, mean over time")
def hosts_standby(record: Record) -> float | None:
    """None where nobody manages the hosts."""
    return record.mean("hosts_standby") if "hosts_standby" in record.series else None


@metric("host_boots", "", "less", "hosts that were woken from standby")
def host_boots(record: Record) -> float | None:
    """A count; None where nobody manages the hosts."""
    return record.totals.get("host_boots")


@metric("vms_restarted", "", "neither", "VMs that were down and started again")
def vms_restarted(record: Record) -> float | None:
    """A count of starts; None where nobody manages the hosts."""
    return record.totals.get("vms_restarted")


@metric("vms_down", "", "less", "VMs that are down at the end")
def vms_down(record: Record) -> float | None:
    """A count; None where nobody manages the hosts."""
    return record.totals.get("vms_down")


@metric("vm_downtime", "h", "less", "time that VMs were down, all together")
def vm_downtime(record: Record) -> float | None:
    """Until the end for those that still are; None where nobody manages the hosts."""
    total = record.totals.get("vm_downtime_s")
    return None if total is None else total / 3600.0


@metric("vm_downtime_most", "min", "less", "the longest time that one VM was down")
def vm_downtime_most(record: Record) -> float | None:
    """Of one outage; None where nobody manages the hosts."""
    most = record.totals.get("vm_downtime_most_s")
    return None if most is None else most / 60.0


@metric("availability", "pct", "more", "time that VMs were not down")
def availability(record: Record) -> float | None:
    """Of the measured time of all VMs; None where nobody manages the hosts."""
    if "vm_downtime_s" not in record.totals:
        return None
    whole = record.totals["managed_vms"] * float(record.series["step_s"].sum())
    return 100.0 * (1.0 - record.totals["vm_downtime_s"] / whole) if whole > 0 else 100.0


@metric("hosts_patched", "", "more", "hosts whose maintenance is over (patched, built, looked at)")
def hosts_patched(record: Record) -> float | None:
    """A count; None where nobody manages the hosts."""
    return record.totals.get("hosts_patched")


@metric("hosts_unpatched", "", "less", "hosts whose maintenance was not begun, or not ended, when the run did")
def hosts_unpatched(record: Record) -> float | None:
    """A count; None where nobody manages the hosts."""
    return record.totals.get("hosts_unpatched")


@metric("maintenance_took", "s", "less", "from the first host that left service to the last one that was back")
def maintenance_took(record: Record) -> float | None:
    """Of the longest window; None where no host came back."""
    return record.totals.get("maintenance_took_s")


@metric("power_max", "w", "less", "highest draw of all hosts together at any moment")
def power_max(record: Record) -> float | None:
    """None where power is not capped: it is looked at for the cap."""
    return record.totals.get("power_max_w")


@metric("capped", "pct", "less", "time that hosts were slowed for the power cap")
def capped(record: Record) -> float | None:
    """Of the measured time; None where power is not capped."""
    whole = float(record.series["step_s"].sum())
    return 100.0 * record.totals["capped_s"] / whole if "capped_s" in record.totals else None
