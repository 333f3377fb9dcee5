"""CPU scheduling in detail: what vCPUs that wanted to run did instead, how long requests took, what switching there
was.

Said only where a scenario asks for `scheduling`. Shares are of the time vCPUs wanted to run: running, ready or
co-stopped.
"""

from __future__ import annotations

import math

import numpy as np

from vinfra.metrics.metric import Record, metric


def _share(record: Record, part: str, whole: str) -> float | None:
    """One total over another in percent; None where processors are not scheduled in detail, or nobody wanted any."""
    if not record.totals.get(whole):
        return None
    return 100.0 * record.totals[part] / record.totals[whole]


def _per_second(record: Record, name: str) -> float | None:
    count = record.totals.get(name)
    return None if count is None else count / math.fsum(record.series["step_s"].tolist())


def _latency(record: Record, quantile: float) -> float | None:
    latencies = record.samples.get("latency_s", np.zeros(0))
    return 1e3 * float(np.quantile(latencies, quantile)) if len(latencies) else None


@metric("co_stop", "pct", "less", "time vCPUs were stopped because they were ahead of siblings; part of cpu_ready")
def co_stop(record: Record) -> float | None:
    """Of the time they wanted to run."""
    return _share(record, "vcpu_co_stopped", "vcpu_wanted")


@metric("spin", "pct", "less", "time vCPUs turned in a loop, waiting for a sibling")
def spin(record: Record) -> float | None:
    """Of the time they ran."""
    return _share(record, "vcpu_spinning", "vcpu_running")


@metric("numa_local", "pct", "more", "time vCPUs ran on the node their memory lies on")
def numa_local(record: Record) -> float | None:
    """Of the time they ran."""
    return _share(record, "vcpu_local", "vcpu_running")


@metric("latency_p50", "ms", "less", "time from a request to its answer, median")
def latency_p50(record: Record) -> float | None:
    """Of all requests that were answered."""
    return _latency(record, 0.5)


@metric("latency_p99", "ms", "less", "time from a request to its answer, 99th percentile")
def latency_p99(record: Record) -> float | None:
    """Of all requests that were answered."""
    return _latency(record, 0.99)


@metric("context_switches", "per_s", "less", "how often another vCPU took over a processor")
def context_switches(record: Record) -> float | None:
    """On all hosts."""
    return _per_second(record, "vcpu_switches")


@metric("vcpu_migrations", "per_s", "less", "how often a vCPU went on on another processor")
def vcpu_migrations(record: Record) -> float | None:
    """On all hosts."""
    return _per_second(record, "vcpu_migrations")
