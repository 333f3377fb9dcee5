"""CPU of hosts and VMs: how full, how much of what was wanted was not given, what virtualization itself cost."""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric

ROUNDING = 1e-9  # of the whole: a difference below this is what rounding left, and counts as none


def _percent(part: float, whole: float) -> float | None:
    """Part of the whole in percent; None where there is no whole."""
    if whole <= 0:
        return None
    return 100.0 * part / whole if abs(part) > ROUNDING * whole else 0.0


@metric("cpu_utilisation", "pct", "neither", "used cycles of the hosts that are powered on")
def cpu_utilisation(record: Record) -> float | None:
    """Used over available cycles."""
    return _percent(record.over_time("cpu_used_hz"), record.over_time("cpu_on_hz"))


@metric("cpu_ready", "pct", "less", "CPU time wanted by VMs and not given (ready time)")
def cpu_ready(record: Record) -> float | None:
    """(Wanted - granted) over wanted."""
    wanted = record.over_time("cpu_wanted_hz")
    return _percent(wanted - record.over_time("cpu_granted_hz"), wanted)


@metric(
    "cpu_overhead",
    "pct",
    "less",
    "cycles spent on virtualization, relative to the cycles of the same work on bare hardware",
)
def cpu_overhead(record: Record) -> float | None:
    """(Granted to VMs and to their I/Os - useful) over useful; may be below 0 where a technique saves cycles."""
    useful = record.over_time("cpu_useful_hz")
    return _percent(record.over_time("cpu_granted_hz") + record.over_time("cpu_io_hz") - useful, useful)


@metric(
    "throughput", "per_s", "more", "guest work done per second, in seconds of native CPU time of the VMs' own cores"
)
def throughput(record: Record) -> float | None:
    """Useful cycles over the clock of the cores they ran on."""
    return record.mean("cpu_useful_cores")
