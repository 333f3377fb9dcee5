"""Nested against shadow paging: what nested tables, page-walk caches and large pages gain, over kinds of work."""

from __future__ import annotations

from vinfra.evidence.experiment import Prediction, Row, Unpredicted, experiment
from vinfra.evidence.platform import Platform, platform, processor, technique
from vinfra.hypervisors.guest import Guest

SERVER_AND_SPEC = ("cpu-bound", "file-server", "java-server", "kernel-build", "oltp", "web-serving")
LARGE = 2.0**21
# Exits as those of Prescott, in what AMD's take and what its traps take.
EXITS = ("AA06.03", "EXIT.01", "EXIT.07", "EXIT.09", "VMI06.29")
TRANSLATION = ("AA06.01", "AA06.05", "AA06.07", "AA06.08", "XEN03.08", "XEN03.09", "XEN03.11", "XEN03.24")


def _ends(gains: list[float]) -> dict[str, Prediction]:
    return {"min": 100 * min(gains), "max": 100 * max(gains)}


def _gains(slow: Platform, fast: Platform) -> list[float]:
    return [slow.factor(name) / fast.factor(name) - 1 for name in SERVER_AND_SPEC]


@experiment(
    "NPT.02", about="server and SPEC-like workloads on a Barcelona without, then with a page-walk cache", fitted=EXITS
)
def page_walk_cache(row: Row) -> dict[str, Prediction]:
    """Least and greatest gain of caching the nested dimension, in percent."""
    nested, full = technique("nested-paging"), processor("opteron-2356")
    bare, cached = full.without(["page-walk-cache", "nested-tlb"]), full.without(["nested-tlb"])
    return _ends(_gains(Platform(nested, bare), Platform(nested, cached)))


@experiment("NPT.03", about="the same with a page-walk cache, without and with a nested TLB", fitted=EXITS)
def nested_tlb(row: Row) -> dict[str, Prediction]:
    """Least and greatest additional gain of a nested TLB, in percent."""
    nested, full = technique("nested-paging"), processor("opteron-2356")
    return _ends(_gains(Platform(nested, full.without(["nested-tlb"])), Platform(nested, full)))


@experiment("NPT.04", about="the same with both caches, host pages of 4 KiB and of 2 MiB", fitted=EXITS)
def large_host_pages(row: Row) -> dict[str, Prediction]:
    """Least and greatest additional gain of large host pages, in percent."""
    nested, full = technique("nested-paging"), processor("opteron-2356")
    return _ends(_gains(Platform(nested, full), Platform(nested, full, Guest(host_pages=LARGE))))


@experiment(
    "NPT.05",
    "NPT.06",
    about="binary translation against nested paging: the best of the server and SPEC-like workloads, and fork-wait",
    fitted=(*EXITS, "EXIT.02", "EXIT.04", *TRANSLATION),
)
def over_shadow(row: Row) -> dict[str, Prediction]:
    """Greatest gain of nested paging over binary translation with shadow page tables, in percent."""
    chip, bits = ("opteron-2356", 64) if row.id == "NPT.05" else ("xeon-x5570", 32)
    shadow = platform("binary-translation", chip, bits=bits, path="vmkernel")
    nested = platform("nested-paging", chip, bits=bits, path="vmkernel")
    return {
        "benchmarks_max": 100 * max(_gains(shadow, nested)),
        "microbench_max": 100 * (shadow.factor("fork-wait") / nested.factor("fork-wait") - 1),
    }


@experiment("MMU.01", about="not repeated")
def methods(row: Row) -> dict[str, Prediction]:
    """The mix of workloads was not read."""
    return {key: Unpredicted("which workloads the mix holds was not read") for key in row.keys}


@experiment("MMU.02", about="not repeated")
def agile(row: Row) -> dict[str, Prediction]:
    """Agile paging."""
    return {
        key: Unpredicted("paging that switches its method within one walk is no technique here") for key in row.keys
    }
