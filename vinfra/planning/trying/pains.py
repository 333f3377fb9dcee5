"""What the numbers of a trial mean: a sentence for each that is worse than it should be, or that none is.

Limits are rules of the trade, with their sources beside them; how much a pain weighs decides the order alone.
"""

from __future__ import annotations

from collections.abc import Mapping

PLANNED, FAILED, MEMORY, STORAGE = "as planned", "a host fails", "memory", "storage"
READY = 5.0  # % of what VMs want; above it they are felt to be slow (VMware, Performance Troubleshooting; recalled)
LATENCY = 20.0  # ms; above it applications complain (VMware, Performance Best Practices for vSphere; recalled)
WAITING = 0.1  # % of the time that vCPUs wait for pages; any more is memory that is short, assumed
DENIED = 0.1  # % of I/Os, assumed
CUT = 0.01  # part of the samples; sizes by a percentile below the highest sample cut some always, assumed
Cases = Mapping[str, Mapping[str, float | None]]


def hurts(cases: Cases, cut: float = 0.0, restarts: bool = True) -> list[tuple[float, str]]:
    """How much each pain weighs, and its sentence; `cut` is the part of the samples that want more than all, `restarts`
    whether machines of a failed host are started on others."""
    found = [*_planned(cases.get(PLANNED, {})), *_failed(cases.get(FAILED, {}), cases.get(PLANNED, {}), restarts)]
    found += [*_memory(cases.get(MEMORY, {})), *_storage(cases.get(STORAGE, {}))]
    if cut > CUT:
        found.append((cut, f"{100 * cut:.3g} % of all samples want more CPU than the suggested vCPUs can have"))
    return found


def well(cases: Cases) -> str:
    """The sentence for a plan that hurts nowhere: what was looked at."""
    worst = cases.get(PLANNED, {}).get("cpu_ready_max_pct") or 0.0
    looked = {FAILED: "a failed host", MEMORY: "memory", STORAGE: "the disks"}
    also = [words for case, words in looked.items() if case in cases]
    beside = f"; {', '.join(also)}: tried too, and well" if also else ""
    waits = f"waits for more than {worst:.2g} % of" if worst else "ever waits for"
    return f"Nothing hurts: no VM {waits} the CPU it wants{beside}."


def _planned(told: Mapping[str, float | None]) -> list[tuple[float, str]]:
    found = []
    if (ready := told.get("cpu_ready_pct") or 0.0) > READY:
        p99 = told.get("cpu_ready_p99_pct") or 0.0
        found.append(
            (ready, f"{ready:.1f} % of the CPU that machines want is denied on average, 99th percentile {p99:.0f} %")
        )
    return found


def _failed(
    told: Mapping[str, float | None], planned: Mapping[str, float | None], restarts: bool
) -> list[tuple[float, str]]:
    found = []
    if (down := told.get("vms_down") or 0.0) > 0:
        why = "" if restarts else ": this edition starts them nowhere else"
        found.append((50.0 + down, f"{down:,.0f} machines stay down when the fullest host fails{why}"))
    ready, before = told.get("cpu_ready_pct") or 0.0, planned.get("cpu_ready_pct") or 0.0
    if ready > max(READY, 2 * before):
        found.append(
            (ready / 2, f"while the fullest host is down, {ready:.1f} % of the CPU that machines want is denied")
        )
    return found


def _memory(told: Mapping[str, float | None]) -> list[tuple[float, str]]:
    found = []
    if (swapped := told.get("memory_swapped_gib") or 0.0) > 0.01:
        found.append((20.0, f"hosts swap {swapped:,.1f} GiB of their machines to disk"))
    if (waiting := told.get("memory_wait_pct") or 0.0) > WAITING:
        found.append((20.0 + waiting, f"vCPUs wait {waiting:.2g} % of the time for pages that were taken from them"))
    if (balloon := told.get("memory_ballooned_gib") or 0.0) > 0.01:
        found.append((1.0, f"balloons hold {balloon:,.1f} GiB of the memory of machines"))
    return found


def _storage(told: Mapping[str, float | None]) -> list[tuple[float, str]]:
    found = []
    if (latency := told.get("guest_latency_p99_ms") or 0.0) > LATENCY:
        found.append((10.0 + latency / LATENCY, f"an I/O takes {latency:.0f} ms in the busiest interval of the disks"))
    if (denied := told.get("guest_ios_denied_pct") or 0.0) > DENIED:
        found.append((30.0 + denied, f"LUNs cannot do {denied:.1f} % of the I/Os of the busiest interval"))
    return found
