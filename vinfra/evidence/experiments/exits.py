"""Exits and single events: what one round trip and one guest event take, by processor and technique."""

from __future__ import annotations

from vinfra.evidence.experiment import Row, Unpredicted, experiment
from vinfra.evidence.platform import platform, processor
from vinfra.hypervisors.measured import cycles
from vinfra.hypervisors.techniques.nested_paging import reads

GENERATIONS = {
    "EXIT.01": "pentium-4-672",
    "EXIT.02": "xeon-5160",
    "EXIT.03": "xeon-e5440",
    "EXIT.04": "xeon-x5570",
    "EXIT.05": "xeon-x5670",
    "EXIT.06": "xeon-e5-2670",
}
NANOBENCHMARKS = {
    "AA06.01": "syscall",
    "AA06.02": "syscall",
    "AA06.03": "port-io",
    "AA06.04": "tpr-write",
    "AA06.05": "call-return",
    "AA06.06": "protection-fault",
    "AA06.07": "exception",
    "AA06.08": "page-table-update",
}


@experiment(
    *GENERATIONS, about="the round trip of the processor, as every technique with exits uses it", fitted=(*GENERATIONS,)
)
def round_trip(row: Row) -> dict[str, float | Unpredicted]:
    """Cycles of one exit and entry."""
    found = processor(GENERATIONS[row.id]).exit_round_trip
    return {"round_trip": Unpredicted("its processor has no round trip") if found is None else found}


@experiment("EXIT.07", about="one plain exit of nested paging on a Xeon X5570", fitted=("EXIT.04", "EXIT.07"))
def one_exit(row: Row) -> dict[str, float]:
    """Round trip and dispatch."""
    return {"direct": platform("nested-paging", "xeon-x5570").technique.notice(processor("xeon-x5570"))}


@experiment(
    *NANOBENCHMARKS,
    about="one event on a Pentium 4 672: native, binary translation, shadow paging under hardware exits",
    fitted=tuple(NANOBENCHMARKS),
)
def nanobenchmark(row: Row) -> dict[str, float]:
    """Cycles of one event: native and what a technique adds. Translated code has adapted to its page-table writes, and
    a write of CR8 runs as it is in a 64-bit guest."""
    event = NANOBENCHMARKS[row.id]
    prescott = processor("pentium-4-672")
    native = 0.0 if row.id == "AA06.01" else cycles(event, "native", prescott) or 0.0
    found = {
        "native": native,
        "sw_vmm": native + platform("binary-translation", "pentium-4-672", bits=32, first_touch=0.0).cost(event),
        "hw_vmm": native + platform("shadow-paging", "pentium-4-672").cost(event),
    }
    return {key: found[key] for key in row.keys}


@experiment("NPT.01", about="page-table entries that a walk reads, by the levels of guest and host", fitted=("NPT.01",))
def walk(row: Row) -> dict[str, float]:
    """Levels of a 64-bit guest, alone and under four levels of the host."""
    return {"native": float(reads(4, 0)), "nested": float(reads(4, 4))}
