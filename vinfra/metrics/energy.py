"""Energy and power of the hosts. Source: the servers' SPECpower curves and the power policy of the scenario."""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric

JOULES_PER_KWH = 3.6e6


@metric("energy", "kwh", "less", "energy of all hosts")
def energy(record: Record) -> float | None:
    """Sum of watts times seconds."""
    if "power_w" not in record.series:
        return None
    return record.over_time("power_w") / JOULES_PER_KWH


@metric("power_mean", "w", "less", "mean draw of all hosts together")
def power_mean(record: Record) -> float | None:
    """Energy over time."""
    if "power_w" not in record.series:
        return None
    return record.mean("power_w")


@metric("power_peak", "w", "less", "highest draw of all hosts together over one epoch")
def power_peak(record: Record) -> float | None:
    """The highest epoch."""
    return float(record.series["power_w"].max()) if "power_w" in record.series else None
