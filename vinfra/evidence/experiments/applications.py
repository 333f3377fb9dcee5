"""Whole applications: builds, computation, web serving, networks, native and under a hypervisor."""

from __future__ import annotations

from vinfra.evidence.experiment import Prediction, Row, Unpredicted, experiment
from vinfra.evidence.experiments.lmbench import NO_TECHNIQUE
from vinfra.evidence.platform import Platform, platform, processor, technique
from vinfra.hypervisors.guest import Guest

NANO = ("AA06.01", "AA06.03", "AA06.05", "AA06.06", "AA06.07", "AA06.08")
LMBENCH = ("XEN03.01", "XEN03.08", "XEN03.09", "XEN03.11", "XEN03.24")
EXITS = ("AA06.03", "EXIT.01", "EXIT.02", "EXIT.07")  # of Intel's processors, from those of Prescott and Merom
SHADOW = ("AA06.06", "AA06.08", "KVM.01", "KVM.05")
MONITOR = (*LMBENCH, "AA06.05", "AA06.07", "AA06.08", "CMP07.04")  # Workstation's
VMI = ("VMI06.06", "VMI06.13", "VMI06.14", "VMI06.16", "VMI06.24", "VMI06.25", "VMI06.26", "VMI06.29")
SEGMENT = 1448 * 8.0  # bits of payload in a packet of 1500 bytes with time stamps
NATIVE_PACKET = 13_900.0  # cycles of NetBurst: 2508 Mbit/s at 3.0 GHz, Menon et al., USENIX ATC 2006 (recalled)


def _prescott() -> dict[str, Platform]:
    """The two monitors of Adams and Agesen, both hosted."""
    return {
        "sw_vmm": platform("binary-translation", "pentium-4-672", bits=32, path="hosted"),
        "hw_vmm": platform("shadow-paging", "pentium-4-672", bits=32, path="hosted"),
    }


def _dell() -> dict[str, Platform]:
    """Xen 1.0, whose drivers were in the hypervisor, and Workstation 3.2."""
    return {
        "Xen": platform("paravirtual", "xeon-2.4", bits=32, path="vmkernel"),
        "VMW": platform("binary-translation", "xeon-2.4", bits=32, path="hosted"),
    }


@experiment(
    "AA06.13",
    "AA06.14",
    about="the native run times what the workload costs on a Pentium 4 672 under either monitor",
    fitted=(*NANO, *LMBENCH, "EXIT.01", "EXIT.07", "KVM.01", "KVM.05", "CMP07.04"),
)
def elapsed(row: Row) -> dict[str, Prediction]:
    """Seconds of forkwait and of a kernel compile."""
    native, workload = row.given("native"), "fork-wait" if row.id == "AA06.13" else "kernel-build"
    return {key: native * on.factor(workload) for key, on in _prescott().items()}


@experiment(
    "AA06.17",
    about="SPECint-like computation on a Pentium 4 672 under either monitor",
    fitted=(*NANO, "EXIT.01", "EXIT.07", "KVM.05", "XEN03.24"),
)
def computation(row: Row) -> dict[str, Prediction]:
    """Percent longer than native."""
    return {key: 100 * (on.factor("cpu-bound") - 1) for key, on in _prescott().items()}


@experiment(
    "XEN03.25",
    "XEN03.30",
    about="the native score over what the workload costs under Xen 1.0 and Workstation 3.2 on a Xeon 2.4 GHz",
    fitted=MONITOR,
)
def score(row: Row) -> dict[str, Prediction]:
    """SPEC INT2000 and SPEC WEB99."""
    native, workload = row.given("Linux"), "cpu-bound" if row.id == "XEN03.25" else "web-serving"
    found: dict[str, Prediction] = {key: native / on.factor(workload) for key, on in _dell().items()}
    return found | {"UML": NO_TECHNIQUE}


@experiment(
    "XEN03.26",
    about="the native build times what one costs under Xen 1.0 and Workstation 3.2 on a Xeon 2.4 GHz",
    fitted=MONITOR,
)
def build(row: Row) -> dict[str, Prediction]:
    """Seconds of a build of Linux 2.4.21."""
    native = row.given("Linux")
    found: dict[str, Prediction] = {key: native * on.factor("kernel-build") for key, on in _dell().items()}
    return found | {"UML": NO_TECHNIQUE}


@experiment(
    "XEN03.31",
    "XEN03.32",
    about="a link that carries what native Linux reaches, and the cycles of a packet on a Xeon 2.4 GHz",
    fitted=("CMP07.04",),
)
def ttcp(row: Row) -> dict[str, Prediction]:
    """Mbit/s of one stream: what the link carries, or what one processor has cycles for."""
    link = row.given("Linux")
    found: dict[str, Prediction] = {}
    for key, on in _dell().items():
        packets = on.processor.frequency / (NATIVE_PACKET + on.cost("packet"))
        found[key] = min(link, packets * SEGMENT / 1e6)
    if row.id == "XEN03.32":
        found["VMW"] = Unpredicted(
            "the hosted path is priced from a breakdown of sending; none of receiving was published"
        )
    return found | {"UML": NO_TECHNIQUE}


@experiment(
    "VMI06.01",
    "VMI06.04",
    "VMI06.05",
    about="the plain kernel's run and what the interface adds, on a Pentium 4 and an Opteron",
    fitted=VMI,
)
def vmi_run(row: Row) -> dict[str, Prediction]:
    """A VMI kernel on bare hardware: MB/s of dbench, seconds of a build."""
    found: dict[str, Prediction] = {}
    for column, name in (("P4", "pentium-4-2.4"), ("Opteron", "opteron-248")):
        factor = platform("vmi-native", name, bits=32).factor("file-server" if row.id == "VMI06.01" else "kernel-build")
        native = row.given(f"{column}_native")
        found[f"{column}_vmi_native"] = native / factor if row.id == "VMI06.01" else native * factor
    return found


@experiment("VMI06.30", about="what the interface adds on bare hardware", fitted=VMI)
def vmi_summary(row: Row) -> dict[str, Prediction]:
    """Percent over the plain kernel."""
    opteron = platform("vmi-native", "opteron-248", bits=32)
    other = Unpredicted("the sentence leaves out rows of its own table that differ by more (prot fault)")
    return {
        "macro": 100 * (opteron.factor("kernel-build") - 1),
        "worst_lmbench_P4": other,
        "worst_lmbench_Opteron": other,
        "segv_divzero_Opteron": 100 * (opteron.factor("segv-loop") - 1),
    }


@experiment(
    "KVM.06",
    about="a build on a Xeon 5160 with three exits for a page fault, then two",
    fitted=(*SHADOW, *EXITS),
)
def fewer_exits(row: Row) -> dict[str, Prediction]:
    """Change of the time of a build, in percent."""
    chip = processor("xeon-5160")
    before = Platform(technique("shadow-paging", fill=1.0), chip, Guest(bits=32)).factor("kernel-build")
    return {
        "delta": 100 * (Platform(technique("shadow-paging"), chip, Guest(bits=32)).factor("kernel-build") / before - 1)
    }


@experiment(
    "KVM.12",
    about="a build on a Xeon X5570: KVM in KVM against KVM alone, both with virtio",
    fitted=(*EXITS, "EXIT.04"),
)
def turtles(row: Row) -> dict[str, Prediction]:
    """Percent longer than in a VM of one level."""
    inner = platform("nested-virtualization", "xeon-x5570", path="virtio").factor("kernel-build")
    return {"range": 100 * (inner / platform("nested-paging", "xeon-x5570", path="virtio").factor("kernel-build") - 1)}


@experiment(
    "KVM.13",
    about="receiving from an assigned device on a Xeon X5570: interrupts that exit, and none that do",
    fitted=(*EXITS, "EXIT.04"),
)
def exitless(row: Row) -> dict[str, Prediction]:
    """Percent of bare metal: with exits for interrupts, and with interrupts delivered and ended without an exit."""
    chip = processor("xeon-x5570")
    with_exits = Platform(technique("nested-paging"), chip).factor("network-receive")
    without = technique("nested-paging", exits={"halt": 1}, registers={"port-io": 1, "mmio": 1})
    return {"baseline": 100 / with_exits, "ELI": 100 / Platform(without, chip).factor("network-receive")}


@experiment(
    "XENGIT.03",
    about="a build by a 64-bit guest on a Pentium 4 672, page tables pinned early, then late",
    fitted=("XEN03.01", "XEN03.08", "XEN03.11", "XEN03.24", "XENGIT.01", "XENGIT.02"),
)
def late_pin(row: Row) -> dict[str, Prediction]:
    """Percent of the time that pinning late saves."""
    early, late = (
        platform("paravirtual", "pentium-4-672", path="split-driver", pin=pin).factor("kernel-build")
        for pin in ("early", "late")
    )
    eight = Unpredicted("what eight processors wait for each other's page tables is not modelled")
    return {"UP_HT_j4": 100 * (1 - late / early), "8way_j32": eight}


REASONS = {
    "CMP07.01": "neither the hardware nor the mix of the summary was read",
    "CMP07.02": "two products of one technique differ by their graphics and their code, which no table prices",
    "CMP07.05": "the breakdown is of one processor from before any other table here",
    "CONS.01": "two servers that were not read",
    "XENGIT.05": "writes that are emulated one by one on sixteen processors were not priced apart",
    "XENGIT.06": "waiting for a lock of the hypervisor is not modelled",
    "XENGIT.07": "a search in a table of the hypervisor that went wrong is not modelled",
    "XENGIT.08": "a search in a table of the hypervisor is not modelled",
    "XENGIT.17": "an emulator's own part of a port access on K8 was not measured apart",
}


@experiment(*REASONS, about="not repeated")
def not_repeated(row: Row) -> dict[str, Prediction]:
    """Rows that say something no model here has."""
    return {key: Unpredicted(REASONS[row.id]) for key in row.keys}
