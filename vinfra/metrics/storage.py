"""Data moved to and from datastores: how long transfers take and how fast they go."""

from __future__ import annotations

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


@metric("lun_utilisation", "pct", "neither", "disk I/Os done of those the LUNs could do, while anything moved")
def lun_utilisation(record: Record) -> float | None:
    """Carried over possible disk I/Os."""
    possible = record.totals.get("lun_possible_ios", 0.0)
    return 100.0 * record.totals["lun_done_ios"] / possible if possible > 0 else None
