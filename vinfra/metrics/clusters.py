"""Clusters under management: how unevenly hosts are loaded, how many are on standby, how often they are switched.

Imbalance is the standard deviation over the open hosts of a cluster of what their VMs are entitled to over capacity
(VMware DRS), mean over clusters and time.
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
