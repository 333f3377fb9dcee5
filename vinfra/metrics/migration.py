"""Migrations: how many, how long, how long the VM stood still, what crossed the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vinfra.metrics.metric import Record, metric

GIB = 2.0**30


def _over(record: Record, name: str, of: Callable[[np.ndarray], float]) -> float | None:
    """A figure of those that finished; None where none did."""
    values = record.samples.get(name)
    return None if values is None or not len(values) else float(of(values))


@metric("migrations", "", "neither", "migrations that finished")
def migrations(record: Record) -> float | None:
    """A count; none where nothing was to move."""
    return record.totals.get("migrations")


@metric("migrations_unfinished", "", "less", "migrations that did not finish within the run")
def migrations_unfinished(record: Record) -> float | None:
    """A count; none where nothing was to move."""
    return record.totals.get("migrations_unfinished")


@metric("migration", "s", "less", "time a migration takes, mean over those that finished")
def migration(record: Record) -> float | None:
    """Mean of end - start."""
    return _over(record, "migration_s", np.mean)


@metric("migrations_took", "s", "less", "time from the first start to the last end: what evacuating a host takes")
def migrations_took(record: Record) -> float | None:
    """Of those that finished."""
    return record.totals.get("migrations_took_s") if record.totals.get("migrations") else None


@metric("migration_downtime", "ms", "less", "time a VM stands still in its migration, mean over those that finished")
def migration_downtime(record: Record) -> float | None:
    """Mean."""
    return _over(record, "migration_downtime_s", lambda seconds: 1e3 * np.mean(seconds))


@metric("migration_downtime_p99", "ms", "less", "time a VM stands still in its migration, 99th percentile")
def migration_downtime_p99(record: Record) -> float | None:
    """The least value that 99 % of the migrations stay at or below."""
    return _over(
        record, "migration_downtime_s", lambda seconds: 1e3 * np.percentile(seconds, 99, method="inverted_cdf")
    )


@metric("migration_downtime_max", "ms", "less", "time a VM stands still in its migration, the longest")
def migration_downtime_max(record: Record) -> float | None:
    """Maximum."""
    return _over(record, "migration_downtime_s", lambda seconds: 1e3 * np.max(seconds))


@metric("migration_gib", "", "less", "GiB that all migrations sent")
def migration_bytes(record: Record) -> float | None:
    """Sum over all, finished or not."""
    sent = record.totals.get("migrated_bytes")
    return None if sent is None else sent / GIB


@metric("migration_io_penalty", "pct", "less", "disk writes a guest could not do in time while its disk moved, mean")
def migration_io_penalty(record: Record) -> float | None:
    """Held up over wanted."""
    return _over(record, "migration_held_up", lambda part: 100.0 * np.mean(part))
