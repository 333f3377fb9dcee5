"""lmbench: single operations of an operating system, native and under a hypervisor."""

from __future__ import annotations

from collections.abc import Mapping

from vinfra.evidence.experiment import Prediction, Row, Unpredicted, calibrated, experiment
from vinfra.evidence.platform import Platform, platform, processor, technique
from vinfra.hypervisors.guest import Guest

US = 1e6
NO_TECHNIQUE = Unpredicted("User-mode Linux is a program of its host and none of the techniques here")
OPERATIONS: Mapping[str, Mapping[str, float]] = {
    "null call": {"syscall": 1},
    "null I/O": {"syscall": 1},
    "stat": {"syscall": 1},
    "open/close": {"syscall": 2},
    "slct TCP": {"syscall": 1},
    "sig inst": {"syscall": 1},
    "sig hndl": {"syscall": 2},
    "fork proc": {"process-create": 1},
    "exec proc": {"process-create": 1, "process-exec": 1},
    "2p/0K": {"address-space-switch": 1},
    "prot fault": {"protection-fault": 1},
    "page fault": {"page-fault": 1},
}
XEN_ROWS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 23, 24)
SWITCHES = ("XEN03.12", "XEN03.14", "XEN03.16")
FITTED = ("XEN03.01", "XEN03.08", "XEN03.09", "XEN03.11", "XEN03.23", "XEN03.24")
VMI_ROWS = {
    "VMI06.06": {"syscall": 1},
    "VMI06.13": {"process-create": 1},
    "VMI06.14": {"process-create": 1, "process-exec": 1},
    "VMI06.16": {"address-space-switch": 1},
    "VMI06.24": {"protection-fault": 1},
    "VMI06.25": {"page-fault": 1},
}
LOOPED = ("VMI06.06", "VMI06.13", "VMI06.24", "VMI06.26", "VMI06.29")
LOOPS = {"VMI06.26": ("syscall", 1e7), "VMI06.27": ("protection-fault", 3e6), "VMI06.29": ("exception", 3e6)}


def above(on: Platform, events: Mapping[str, float]) -> float:
    """Microseconds above native of an operation."""
    return US * sum(count * on.seconds(event) for event, count in sorted(events.items()))


def _dell(name: str) -> Platform:
    return platform(name, "xeon-2.4", bits=32)


@experiment(
    *(f"XEN03.{number:02d}" for number in XEN_ROWS),
    about="the native operation (column L-UP), and its events under Xen 1.0 and Workstation 3.2 on a Xeon 2.4 GHz",
    fitted=FITTED,
)
def operation(row: Row) -> dict[str, Prediction]:
    """One lmbench operation in microseconds."""
    native, events = row.given("L-UP"), OPERATIONS[row.measurement.workload]
    return {
        "Xen": native + above(_dell("paravirtual"), events),
        "VMW": native + above(_dell("binary-translation"), events),
        "UML": NO_TECHNIQUE,
    }


@experiment(
    *SWITCHES,
    about="the native switch (column L-UP), and what one of two idle processes (2p/0K) costs more on each platform",
    fitted=("XEN03.11",),
)
def context_switch(row: Row) -> dict[str, Prediction]:
    """A context switch with a working set, in microseconds: what the hypervisor adds does not depend on the set."""
    native, switch = row.given("L-UP"), {"address-space-switch": 1.0}
    return {
        "L-SMP": native + calibrated("XEN03.11", "L-SMP") - calibrated("XEN03.11", "L-UP"),
        "Xen": native + above(_dell("paravirtual"), switch),
        "VMW": native + above(_dell("binary-translation"), switch),
        "UML": NO_TECHNIQUE,
    }


@experiment(
    *VMI_ROWS,
    about="the plain kernel's operation, and what the interface adds to its events on a Pentium 4 and an Opteron",
    fitted=(*VMI_ROWS, "VMI06.26", "VMI06.29"),
)
def vmi_operation(row: Row) -> dict[str, float]:
    """One lmbench operation of a VMI kernel on bare hardware, in microseconds."""
    events = VMI_ROWS[row.id]
    return {
        "P4_vmi_native": row.given("P4_native") + above(platform("vmi-native", "pentium-4-2.4", bits=32), events),
        "Opteron_vmi_native": row.given("Opteron_native")
        + above(platform("vmi-native", "opteron-248", bits=32), events),
    }


@experiment(
    *LOOPS,
    "VMI06.28",
    about="the plain kernel's loop, and what the interface adds to the event it repeats",
    fitted=LOOPED,
)
def vmi_loop(row: Row) -> dict[str, float]:
    """Seconds of a loop under a VMI kernel on bare hardware."""
    event, times = LOOPS.get(row.id, ("process-create", 4e4))
    found = {}
    for column, name in (("P4", "pentium-4-2.4"), ("Opteron", "opteron-248")):
        added = platform("vmi-native", name, bits=32).seconds(event)
        found[f"{column}_vmi_native"] = row.given(f"{column}_native") + times * added
    return found


@experiment(
    "KVM.01",
    about="the native switch, and one address-space switch of each generation on a processor of 2.4 GHz like Merom",
    fitted=("KVM.01", "EXIT.01", "EXIT.02"),
)
def kvm_switch(row: Row) -> dict[str, Prediction]:
    """A context switch between two tasks, in microseconds."""
    native, switch = row.given("native"), {"address-space-switch": 1.0}
    names = {
        "kvm_no_shadow_cache": "shadow-paging-uncached",
        "kvm_shadow_cache": "shadow-paging",
        "kvm_pv_cr3cache": "paravirtual-mmu",
    }
    merom = processor("xeon-3040").model_copy(update={"frequency": 2.4e9})
    found: dict[str, Prediction] = {
        key: native + above(Platform(technique(name), merom, Guest(bits=32)), switch) for key, name in names.items()
    }
    return found | {"qemu": Unpredicted("emulating every instruction is none of the techniques here")}


@experiment(
    "XENGIT.01",
    about="a 64-bit guest kernel on Xen on a Pentium 4 like the 672, at its clock; native as on a Xeon 2.4 GHz",
    fitted=("XENGIT.01", "XENGIT.02", "XEN03.08", "XEN03.11", "XEN03.24"),
)
def pinning(row: Row) -> dict[str, Prediction]:
    """fork and exec in microseconds, with page tables pinned early and late."""
    found: dict[str, Prediction] = {}
    clock = 3.786e3  # cycles of a microsecond, the processor of the source
    native = {"fork": 264e3, "exec": 264e3 + 1008e3}  # facts/processors/xeon-2.4
    for when, pin in (("before", "early"), ("after", "late")):
        on = platform("paravirtual", "pentium-4-672", pin=pin)
        cost = {"fork": on.cost("process-create"), "exec": on.cost("process-create") + on.cost("process-exec")}
        found |= {f"{when}.{what}": (native[what] + cost[what]) / clock for what in native}
        found[f"{when}.sh"] = Unpredicted("how many programs a shell starts here is not stated")
    return found


@experiment("XENGIT.02", about="one system call of a 64-bit guest kernel on Xen", fitted=("XENGIT.02", "XEN03.01"))
def bounced(row: Row) -> dict[str, Prediction]:
    """A null call in microseconds; what the other calls take on bare hardware is not in the source."""
    on = platform("paravirtual", "pentium-4-672")
    unknown = Unpredicted("what the call takes on bare hardware there is not stated")
    found: dict[str, Prediction] = {key: unknown for key in row.keys}
    return found | {"x86_64_pv.null call": (242 + on.cost("syscall")) / 3.786e3}
