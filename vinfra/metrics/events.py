"""Where the cycles of virtualization go, by kind of guest event: relative to the cycles of the same work on bare
hardware.

They add up to the cycles that virtualization takes beside those of data transfers. Unit: percent of native cycles.
"""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric

WORDS = {
    "page-tables": "page faults and page-table updates",
    "switches": "address-space switches",
    "processes": "processes that start and end",
    "calls": "system calls, exceptions and calls in the kernel",
    "tlb": "TLB misses",
    "interrupts": "interrupts, timer ticks and halts",
    "io": "disk requests, packets and device registers",
}


BY_EVENT = tuple(f"cycles_{kind.replace('-', '_')}_pct" for kind in WORDS)  # what `cycles: by event` stands for


def _register(kind: str) -> None:
    """One metric for one kind of event."""

    @metric(f"cycles_{kind.replace('-', '_')}", "pct", "less", f"cycles added by {WORDS[kind]}, of native cycles")
    def share(record: Record) -> float | None:
        return record.totals.get(f"cycles/{kind}")


for _kind in WORDS:
    _register(_kind)


@metric("kernels", "", "less", "kernel binaries the guests boot: each is built, certified and patched for itself")
def kernels(record: Record) -> float | None:
    """How many, all hosts together."""
    return record.totals.get("kernels")
