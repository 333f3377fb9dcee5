"""CPU of hosts and VMs: how full, how much of what was wanted was not given, what virtualization itself cost."""

from __future__ import annotations

import numpy as np

from vinfra.metrics.metric import Record, metric


def _work(record: Record, series: str) -> float:
    return float(np.dot(record.series[series], record.series["step_s"]))


def _ratio(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole > 0 else None


@metric("cpu_utilisation", "pct", "neither", "used cycles of the hosts that are powered on")
def cpu_utilisation(record: Record) -> float | None:
    """Used over available cycles."""
    return _ratio(_work(record, "cpu_used_hz"), _work(record, "cpu_on_hz"))


@metric("cpu_ready", "pct", "less", "CPU time wanted by VMs and not given (ready time)")
def cpu_ready(record: Record) -> float | None:
    """(Wanted - granted) over wanted."""
    wanted = _work(record, "cpu_wanted_hz")
    return _ratio(wanted - _work(record, "cpu_granted_hz"), wanted)


@metric(
    "cpu_overhead",
    "pct",
    "less",
    "cycles spent on virtualization, relative to the cycles of the same work on bare hardware",
)
def cpu_overhead(record: Record) -> float | None:
    """(Granted to VMs and to their I/Os - useful) over useful; may be below 0 where a technique saves cycles."""
    useful = _work(record, "cpu_useful_hz")
    return _ratio(_work(record, "cpu_granted_hz") + _work(record, "cpu_io_hz") - useful, useful)


@metric(
    "throughput", "per_s", "more", "guest work done per second, in seconds of native CPU time of the VMs' own cores"
)
def throughput(record: Record) -> float | None:
    """Useful cycles over the clock of the cores they ran on."""
    return float(np.average(record.series["cpu_useful_cores"], weights=record.series["step_s"]))
