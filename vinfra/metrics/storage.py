"""Data moved to and from datastores: how long transfers take and how fast they go, and how long guests' I/Os take.

Those of guests are computed from series alone, `guest_latency_s/GROUP` and `guest_ios_per_s/GROUP`, so that they can be
asked of one group or of some hours.
"""

from __future__ import annotations

import math

import numpy as np

from vinfra.metrics.metric import Record, metric


@metric("transfer", "s", "less", "time a transfer takes, mean over those that finished")
def transfer(record: Record) -> float | None:
    """Mean of end - start."""
    times = record.samples.get("transfer_s")
    return float(times.mean()) if times is not None and len(times) else None


@metric("transfer_last", "s", "less", "time until the last transfer was done, from its own start")
def transfer_last(record: Record) -> float | None:
    """Longest of end - start."""
    times = record.samples.get("transfer_s")
    return float(times.max()) if times is not None and len(times) else None


@metric("transfers_unfinished", "", "less", "transfers that did not finish within the run")
def transfers_unfinished(record: Record) -> float | None:
    """A count; none without transfers."""
    return record.totals.get("transfers_unfinished")


@metric("disk_throughput", "mb_per_s", "more", "bytes moved per second while anything moved")
def disk_throughput(record: Record) -> float | None:
    """Bytes over busy time, in 10^6 bytes per second."""
    busy = record.totals.get("transfer_busy_s", 0.0)
    return record.totals["transferred_bytes"] / busy / 1e6 if busy > 0 else None


@metric("lun_utilisation", "pct", "neither", "part of the time that the disks of LUNs work, while anything moves")
def lun_utilisation(record: Record) -> float | None:
    """Disk-seconds over possible ones."""
    possible = record.totals.get("lun_possible_s", 0.0)
    return 100.0 * record.totals["lun_busy_s"] / possible if possible > 0 else None


@metric("guest_latency", "ms", "less", "time a guest's I/O takes, mean over all I/Os")
def guest_latency(record: Record) -> float | None:
    """Latencies weighted by I/Os; none where no guest does any."""
    latency, ios = _guest_ios(record)
    total = math.fsum(ios.tolist())
    return 1e3 * math.fsum((latency * ios).tolist()) / total if total > 0 else None


@metric("guest_latency_p99", "ms", "less", "mean time of a guest's I/O in an epoch that 99 % of the I/Os do not exceed")
def guest_latency_p99(record: Record) -> float | None:
    """Over epochs and groups, weighted by I/Os."""
    latency, ios = _guest_ios(record)
    order = np.argsort(latency, kind="stable")
    reached = np.cumsum(ios[order])
    if len(ios) == 0 or reached[-1] <= 0:
        return None
    return 1e3 * float(latency[order][np.searchsorted(reached, 0.99 * reached[-1])])


@metric("guest_iops", "per_s", "more", "I/Os of all guests per second")
def guest_iops(record: Record) -> float | None:
    """I/Os over time; none where no guest is said to do any."""
    _, ios = _guest_ios(record)
    return math.fsum(ios.tolist()) / math.fsum(record.series["step_s"].tolist()) if len(ios) else None


@metric("guest_ios_denied", "pct", "less", "I/Os that guests wanted and could not do: a LUN was too busy, or not there")
def guest_ios_denied(record: Record) -> float | None:
    """What is missing of those that were wanted."""
    _, ios = _guest_ios(record)
    names = [name for name in sorted(record.series) if name.startswith("guest_ios_wanted_per_s/")]
    wanted = math.fsum(record.over_time(name) for name in names)
    return 100.0 * max(0.0, 1.0 - math.fsum(ios.tolist()) / wanted) if wanted > 0 else None


def _guest_ios(record: Record) -> tuple[np.ndarray, np.ndarray]:
    """Mean latency (seconds) and number of I/Os of every epoch and group, each of shape (epochs * groups,)."""
    groups = [name.partition("/")[2] for name in sorted(record.series) if name.startswith("guest_latency_s/")]
    latency = [record.series[f"guest_latency_s/{group}"] for group in groups]
    ios = [record.series[f"guest_ios_per_s/{group}"] * record.series["step_s"] for group in groups]
    return np.concatenate([np.zeros(0), *latency]), np.concatenate([np.zeros(0), *ios])
