"""What a hypervisor does about memory, in numbers. Each has its source; a scenario changes them under `memory`."""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.units import Bytes, BytesPerSecond, Fraction, Seconds

PAGE = 4096.0  # bytes; the x86 page
WALDSPURGER = "Waldspurger, Memory Resource Management in VMware ESX Server, OSDI 2002 (quoted from memory)"
ATTRIBUTES = "VMware, ESXi 4.0 Resource Management Guide, appendix on advanced memory attributes"
COMPRESSION = "VMware, vSphere 4.1 Resource Management Guide, chapter on memory compression"
DRIVER = "balloon driver of VMware in Linux, drivers/misc/vmw_balloon.c: pages of 4 KiB per second"


class Policy(Spec):
    """How memory is shared out, found, taken back and paid for."""

    tax: Fraction = field(
        "75 %", "idle memory tax: an idle page costs 1 / (1 - tax) of an active one", lt=1, source=WALDSPURGER,
        tag="specified",
    )  # fmt: skip
    high: Fraction = field("6 %", "free memory that reclaim aims at", source=WALDSPURGER, tag="specified")
    soft: Fraction = field(
        "4 %", "with less free memory than this, balloons inflate", source=WALDSPURGER, tag="specified"
    )
    hard: Fraction = field(
        "2 %", "with less free memory than this, pages are taken by force too", source=WALDSPURGER, tag="specified"
    )
    low: Fraction = field(
        "1 %", "with less free memory than this, VMs above their target wait", source=WALDSPURGER, tag="specified"
    )
    margin: Fraction = field(
        "10 %",
        "how far free memory must be above a threshold before the state is left again",
        source="published as 'significantly'; a tenth is enough that sampling errors do not cross it",
        tag="assumed",
    )
    sample_pages: int = field(100, "pages watched to estimate a working set", ge=1, source=WALDSPURGER, tag="specified")
    sample_period: Seconds = field(
        "30 s", "how long they are watched: who is not touched is idle", gt=0, source=WALDSPURGER, tag="specified"
    )
    slow: Fraction = field(
        "10 %",
        "weight of the newest sample in the slow moving average",
        gt=0,
        source="published without numbers; five minutes of memory",
        tag="assumed",
    )
    fast: Fraction = field(
        "50 %",
        "weight of the newest sample in the fast moving average",
        gt=0,
        source="published without numbers; a minute of memory",
        tag="assumed",
    )
    scan_time: Seconds = field(
        "1 h",
        "time in which all memory of a VM is scanned for pages to share",
        gt=0,
        source=ATTRIBUTES,
        tag="specified",
    )
    scan_rate: BytesPerSecond = field(
        "4 MiB/s", "memory that is scanned at most, for each GHz of the host", gt=0, source=ATTRIBUTES, tag="specified"
    )
    frame: Bytes = field("16 B", "what is kept of each page to find its like by", source=WALDSPURGER, tag="specified")
    balloon_share: Fraction = field(
        "65 %", "part of a VM's memory that its balloon takes at most", source=ATTRIBUTES, tag="specified"
    )
    inflate_rate: BytesPerSecond = field(
        "8 MiB/s", "how fast a balloon inflates in a guest that must free the memory first", gt=0, source=DRIVER,
        tag="specified",
    )  # fmt: skip
    deflate_rate: BytesPerSecond = field(
        "64 MiB/s", "how fast a balloon deflates", gt=0, source=DRIVER, tag="specified"
    )
    buffer: Fraction = field(
        "20 %",
        "memory that dynamic memory leaves a guest beyond its working set",
        source="Microsoft, Hyper-V Dynamic Memory Configuration Guide, 2010 (quoted from memory)",
        tag="specified",
    )
    compressed_to: Fraction = field(
        "50 %", "size of a page in the compression cache", gt=0, lt=1, source=COMPRESSION, tag="specified"
    )
    compression_cache: Fraction = field(
        "10 %", "compression cache of a VM at most, part of its memory", source=COMPRESSION, tag="specified"
    )
    decompression: Seconds = field(
        "20 us",
        "time to take a page out of the compression cache",
        source="virtualizationeh.ca, New vSphere 4.1 feature: memory compression, 2010-07-14",
        tag="specified",
    )
    overhead: Bytes = field("32 MiB", "what a VM takes beside its memory", source=WALDSPURGER, tag="specified")
    overhead_share: Fraction = field(
        "0.74 %",
        "what it takes more, part of its memory",
        source="VMware, vSphere 5.1 Resource Management Guide, table of overhead memory: 119 MB more for 16 GB than "
        "for "
        "256 MB (quoted from memory)",
        tag="derived",
    )
    metadata: Fraction = field(
        "1.84 %",
        "part of its memory that a guest's kernel takes to keep track of all of it, ballooned or not",
        source="Linux 2.4: 64 bytes for each page in mem_map, 11 bytes in the hash tables of page cache, buffers, "
        "dentries "
        "and inodes (as it prints when it boots; quoted from memory)",
        tag="derived",
    )
    turnover: Fraction = field(
        "1 %",
        "part of a working set that other pages take over in one period of sampling",
        source="no measurement; half of a working set is another after half an hour",
        tag="assumed",
    )
