"""What an experiment says was fitted is what was: whoever moves with a constant names the row that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vinfra import facts
from vinfra.evidence.comparison import compare
from vinfra.evidence.experiment import experiments
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.io_path import io_paths
from vinfra.hypervisors.measured import parts, references
from vinfra.hypervisors.shadow import ShadowExits
from vinfra.hypervisors.technique import techniques
from vinfra.spec import Spec

SOURCES = ("AA06", "EXIT", "KVM", "NPT", "VMI06", "XEN03", "XENGIT")  # what techniques and I/O paths are priced from
MORE = 1.1

EVENTS = [  # row, the processor it was measured on, the event
    ("AA06.01", "pentium-4-672", "syscall"),
    ("AA06.03", "pentium-4-672", "port-io"),
    ("AA06.05", "pentium-4-672", "call-return"),
    ("AA06.06", "pentium-4-672", "protection-fault"),
    ("AA06.07", "pentium-4-672", "exception"),
    ("AA06.08", "pentium-4-672", "page-table-update"),
    ("XEN03.01", "xeon-2.4", "syscall"),
    ("XEN03.08", "xeon-2.4", "process-create"),
    ("XEN03.09", "xeon-2.4", "process-exec"),
    ("XEN03.11", "xeon-2.4", "address-space-switch"),
    ("XEN03.23", "xeon-2.4", "protection-fault"),
    ("XEN03.24", "xeon-2.4", "page-fault"),
    ("VMI06.13", "opteron-248", "process-create"),
    ("VMI06.14", "opteron-248", "process-exec"),
    ("VMI06.16", "opteron-248", "address-space-switch"),
    ("VMI06.24", "opteron-248", "protection-fault"),
    ("VMI06.06", "pentium-4-2.4", "syscall"),
    ("VMI06.25", "pentium-4-2.4", "page-fault"),
    ("VMI06.26", "opteron-248", "syscall"),
]
ROUND_TRIPS = [
    ("EXIT.01", "pentium-4-672"),
    ("EXIT.02", "xeon-5160"),
    ("EXIT.02", "xeon-3040"),
    ("EXIT.04", "xeon-x5570"),
    ("EXIT.09", "opteron-2356"),
]
RATIOS = [  # row, the processor whose traps are related to those of Prescott by it
    ("EXIT.01", "xeon-5160"),
    ("EXIT.02", "xeon-5160"),
    ("EXIT.02", "xeon-3040"),
    ("EXIT.02", "xeon-x5570"),
    ("VMI06.29", "opteron-248"),
    ("VMI06.29", "opteron-2356"),
]
PARAMETERS: list[tuple[str, type[Spec], str, Any]] = [  # row, class, field, another value
    ("KVM.01", ShadowExits, "find", "30000 cycles"),
    ("KVM.01", techniques["shadow-paging-uncached"], "find", "400000 cycles"),
    ("KVM.01", techniques["paravirtual-mmu"], "switch", "4000 cycles"),
    ("KVM.05", ShadowExits, "fill", "10 %"),
    ("XEN03.08", techniques["paravirtual"], "validation", "300 cycles"),
    ("XENGIT.01", techniques["paravirtual"], "early", "3000 cycles"),
    ("XENGIT.02", techniques["paravirtual"], "bounce", "5000 cycles"),
    ("EXIT.07", techniques["nested-paging"], "dispatch", "1100 cycles"),
    ("EXIT.07", techniques["shadow-paging"], "dispatch", "1100 cycles"),
    ("CMP07.04", io_paths["hosted"], "work", {"packet": "90000 cycles", "disk-io": "90000 cycles"}),
]


@pytest.fixture(scope="module")
def as_they_are() -> dict[str, float]:
    return predictions()


def predictions() -> dict[str, float]:
    cells = [cell for source in SOURCES for cell in compare(source)]
    return {cell.id: cell.predicted for cell in cells if cell.predicted is not None}


def silent(row: str, before: dict[str, float]) -> list[str]:
    """Rows that move with a constant of `row`, are predicted and do not say so."""
    after = predictions()
    moved = {name.split("/")[0] for name, number in before.items() if after[name] != pytest.approx(number, rel=1e-9)}
    assert moved, "nothing moves with it"
    return sorted(one for one in moved if row not in experiments()[one].fitted)


def change(monkeypatch: pytest.MonkeyPatch, name: str, other: Callable[[Processor], dict[str, Any]]) -> None:
    """One processor has other facts, and nothing remembers what it was."""
    true = facts.load

    def load(kind: str, wanted: str, spec: type[Any]) -> Any:
        found = true(kind, wanted, spec)
        return found.model_copy(update=other(found)) if (kind, wanted) == ("processors", name) else found

    monkeypatch.setattr(facts, "load", load)
    for remembered in (references, parts):
        remembered.cache_clear()


@pytest.fixture(autouse=True)
def forget() -> Any:
    yield
    references.cache_clear()
    parts.cache_clear()


@pytest.mark.parametrize(("row", "processor", "event"), EVENTS)
def test_whoever_moves_with_a_measured_event_names_its_row(
    row: str, processor: str, event: str, as_they_are: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dearer(found: Processor) -> dict[str, Any]:
        return {
            "measured": {
                under: {one: cost * MORE if one == event and under != "native" else cost for one, cost in costs.items()}
                for under, costs in found.measured.items()
            }
        }

    change(monkeypatch, processor, dearer)
    assert silent(row, as_they_are) == []


@pytest.mark.parametrize(("row", "processor"), ROUND_TRIPS)
def test_whoever_moves_with_a_round_trip_names_its_row(
    row: str, processor: str, as_they_are: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch, processor, lambda found: {"exit_round_trip": (found.exit_round_trip or 0.0) * MORE})
    assert silent(row, as_they_are) == []


@pytest.mark.parametrize(("row", "processor"), RATIOS)
def test_whoever_moves_with_a_ratio_of_traps_names_its_row(
    row: str, processor: str, as_they_are: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch, processor, lambda found: {"monitor_ratio": (found.monitor_ratio or 0.0) * MORE})
    assert silent(row, as_they_are) == []


@pytest.mark.parametrize(("row", "plugin", "parameter", "other"), PARAMETERS)
def test_whoever_moves_with_a_parameter_names_its_row(
    row: str,
    plugin: type[Spec],
    parameter: str,
    other: Any,
    as_they_are: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = plugin.__init__

    def init(self: Spec, **given: Any) -> None:
        made(self, **({parameter: other} | given))

    monkeypatch.setattr(plugin, "__init__", init)
    assert silent(row, as_they_are) == []
