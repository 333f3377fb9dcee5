"""Several sites: how old replicas get, what a lost site costs, and how busy the links between sites are.

Source: the cycles of replication, the moments at which VMs run at the site that takes over, and the chunks on each
link. RPO and RTO of a failover count from the moment the site was lost.
"""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric

GIB = 2.0**30


def _worst(record: Record, name: str) -> float | None:
    return max(record.samples[name].tolist(), default=None) if name in record.samples else None


@metric("replica_age", "s", "less", "age of a replica at another site at the worst moment, the oldest of all VMs")
def replica_age(record: Record) -> float | None:
    """Maximum over VMs and time."""
    return _worst(record, "replica_age_s")


@metric("replications", "", "more", "cycles in which a VM's changes came to another site")
def replications(record: Record) -> float | None:
    """Count over all VMs."""
    return record.totals.get("replications")


@metric("failed_replications", "", "less", "cycles that broke off")
def failed_replications(record: Record) -> float | None:
    """Count over all VMs."""
    return record.totals.get("replications_failed")


@metric("failover_vms", "", "more", "VMs that another site has started in place of one that it heard no more of")
def failover_vms(record: Record) -> float | None:
    """Count."""
    return record.totals.get("failover_vms")


@metric("failover_without", "", "less", "VMs of such a site that could not be started: there was no replica")
def failover_without(record: Record) -> float | None:
    """Count."""
    return record.totals.get("failover_without")


@metric("failover_rto", "s", "less", "time from the loss of a site until a VM of it runs elsewhere, the longest")
def failover_rto(record: Record) -> float | None:
    """Maximum over VMs."""
    return _worst(record, "failover_rto_s")


@metric("failover_rpo", "s", "less", "what a VM that runs elsewhere has lost of its data, in time, the most")
def failover_rpo(record: Record) -> float | None:
    """Maximum over VMs."""
    return _worst(record, "failover_rpo_s")


@metric("wan", "gib", "less", "what crossed the links between sites")
def wan(record: Record) -> float | None:
    """Chunks of all links, both ways."""
    found = record.totals.get("wan_bytes")
    return None if found is None else found / GIB


@metric("wan_utilisation", "pct", "neither", "how busy the links between sites are, mean over links and both ways")
def wan_utilisation(record: Record) -> float | None:
    """Time in which something was sent over all time."""
    possible = record.totals.get("wan_possible_s", 0.0)
    return 100.0 * record.totals["wan_busy_s"] / possible if possible > 0 else None
