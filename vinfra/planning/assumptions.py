"""What a plan assumes where the inventory says nothing: every value can be changed, and the report prints all of them.

Read from a YAML file (`--assume FILE`) and from `--set PATH=VALUE`; units in the value, as in scenarios.
"""

from __future__ import annotations

from typing import Literal

from vinfra.scenario.keys import Kebab
from vinfra.scenario.schema_costs import Costs
from vinfra.scenario.schema_storage import SPINDLES
from vinfra.spec import Day, Spec, field
from vinfra.units import Bytes, BytesPerSecond, Fraction, Hertz, PartPerSecond, Seconds, Watts

Truth = Literal["provisioned", "in-use", "guest-used"]
ITRS = "ITRS Capacity Planner, documentation on right-sizing: 95th percentile of CPU, 99th of memory, by default"
SHORT = "vmwareopsguide.com, chapter on capacity, projection: no decision based on just a few days of data"
VCAT = "VMware, vCloud Architecture Toolkit, 5.6 Determining Host CPU and Memory Requirements: no more than 80 percent"
UNRESERVED = "VMware, vSphere 4 Resource Management Guide: plan to leave at least 10% unreserved"
UPTIME = "Uptime Institute, Global Data Center Survey 2024, cloudnews.tech: still below 8 to 10 kW on average"
COMFORT = "Azure Migrate, comfort factor of an assessment, 1.3 by default (quoted from memory)"
GROWTH = "ITRS Capacity Planner, documentation on right-sizing: a buffer of 20 % by default"
HANDS = "no publication; what a team does in a night is for the plan's owner to say"


class Own(Spec):
    """A target of one's own: one that exists, and what differs."""

    like: str = field(..., "the target that it is like (vinfra list targets)")
    title: str | None = field(None, "what it is called; by its name when unsaid")
    server: str | None = field(None, "the server model (vinfra list servers)")
    memory: Bytes | None = field(None, "memory of one host", gt=0)
    edition: str | None = field(None, "what is paid for the hypervisor (vinfra list editions)")
    vcpus_per_core: float | None = field(None, "vCPUs on one core at the most", gt=0)
    price: float | None = field(None, "what one host costs, once", ge=0)


class Sizing(Spec):
    """How machines are right-sized."""

    cpu_percentile: float = field(
        95.0, "percentile of CPU use that must fit", gt=0, le=100, source=ITRS, tag="specified"
    )
    cpu_headroom: Fraction = field("30 %", "room above it", source=COMFORT, tag="specified")
    even: bool = field(
        True,
        "whether vCPUs above two come in twos",
        source="halves of an even number fit two NUMA nodes alike; a habit of those who size VMs, from memory",
        tag="assumed",
    )
    memory_percentile: float = field(
        99.0, "percentile of memory use that must fit", gt=0, le=100, source=ITRS, tag="specified"
    )
    memory_headroom: Fraction = field("25 %", "room above it", source=f"between {GROWTH} and {COMFORT}", tag="assumed")
    disk_headroom: Fraction = field("20 %", "room above what its file systems hold", source=GROWTH, tag="specified")
    least_recording: Seconds = field(
        "7 d",
        "a shorter recording makes nothing smaller: weekends and month ends are not in it",
        source=SHORT,
        tag="assumed",
    )
    ready: Fraction = field(
        "5 %",
        "part of the time a vCPU waits for a core, above which nothing is made smaller",
        source="VMware, knowledge base article 2002181: 5 % for each vCPU (quoted from memory)",
        tag="specified",
    )
    clock: Hertz = field(
        "2.4 GHz",
        "clock of cores where neither machine nor host says it",
        gt=0,
        source="the nominal clock of servers in facts/processors is 2.0 to 2.7 GHz in most",
        tag="assumed",
    )
    apply: bool = field(True, "place machines as suggested; false: as they are configured")


class Hosts(Spec):
    """How full a host may be, and how many are kept for failures."""

    server: str | None = field(None, "server model of all targets; each target's own when unsaid")
    memory: Bytes | None = field(None, "memory of one host", gt=0)
    sockets: int | None = field(None, "processors of one host", ge=1)
    spare: int = field(1, "hosts of one cluster that may fail while everything runs (N+1)", ge=0)
    cluster: int = field(
        32,
        "hosts of one cluster at the most, its spare ones among them",
        ge=2,
        source="VMware, Configuration Maximums: 32 hosts up to vSphere 5.5, 64 and more since",
        tag="assumed",
    )
    cpu_fill: Fraction = field(
        "80 %", "part of a host's CPU that machines may want together", gt=0, source=VCAT, tag="specified"
    )
    memory_fill: Fraction = field(
        "90 %", "part of a host's memory that is given out", gt=0, source=UNRESERVED, tag="specified"
    )
    overcommit: float = field(
        1.0, "memory that machines are configured with, as a multiple of what a host may give out", ge=1, le=4
    )
    vcpus_per_core: float | None = field(None, "vCPUs on one core at the most; the target's when unsaid", gt=0)
    growth: Fraction = field("0 %", "room on hosts for more of everything than there is today")
    price: float | None = field(None, "of one host, once; hardware is left out of the cost when unsaid", ge=0)


class Racks(Spec):
    """What a rack carries."""

    power: Watts = field("8 kW", "what one rack may draw", gt=0, source=UPTIME, tag="assumed")
    hosts: int = field(
        16,
        "hosts that have room in one rack",
        ge=1,
        source="42 units: two for each host, and ten for switches, storage and cables",
        tag="assumed",
    )


class Storage(Spec):
    """Which of the three truths about disk capacity is planned with."""

    truth: Truth = field(
        "in-use", "what capacity, copies and backups are counted by; the next one known where it is not"
    )
    headroom: Fraction = field("20 %", "room above it", source=GROWTH, tag="specified")
    luns: int | None = field(
        None,
        "LUNs that machines are dealt to; as many as there are datastores when unsaid, one for 25 machines without any",
        ge=1,
    )
    disks: str = field(
        "8 x ssd", "disks behind one LUN", pattern=SPINDLES, source="a flash array of medium size", tag="assumed"
    )
    raid: str = field("raid5", "their RAID level", source="a flash array of medium size", tag="assumed")
    ports: int = field(4, "ports of 16 Gbit/s of the array", ge=1, source="a flash array of medium size", tag="assumed")
    block: Bytes = field(
        "32 KiB",
        "bytes of one I/O, where a recording has bytes alone",
        gt=0,
        source="no measurement of these guests; between pages of databases and streams",
        tag="assumed",
    )


class Waves(Spec):
    """How machines are moved."""

    begins: Day | None = field(None, "first night; the Monday after the plan's date when unsaid")
    opens: Seconds = field("22 h", "time of day at which the window opens")
    window: Seconds = field("8 h", "how long it is open", gt=0)
    nights: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = field(
        ["mon", "tue", "wed", "thu"], "nights of the week that are used", min_length=1
    )
    streams: int = field(4, "machines under way together", ge=1, source=HANDS, tag="assumed")
    rate: BytesPerSecond = field("110 MB/s", "one stream through the converter", gt=0, source=HANDS, tag="assumed")
    link: BytesPerSecond = field("10 Gbit/s", "all streams together", gt=0, source=HANDS, tag="assumed")
    fixed: Seconds = field(
        "15 min", "for each machine beside the copy: stop, drivers, start, check", source=HANDS, tag="assumed"
    )
    pilot: int = field(5, "machines of the first wave", ge=1, source=HANDS, tag="assumed")
    rehearse: Fraction = field("10 %", "part of the machines that is rehearsed first", source=HANDS, tag="assumed")


class Backups(Spec):
    """How machines are backed up afterwards."""

    change: PartPerSecond = field(
        "5 %/day",
        "part of the data that is another after a day",
        source="Veeam best practice guide, repository sizing",
        tag="assumed",
    )
    reduction: float = field(
        2.0, "data to what is stored of it", ge=1, source="Veeam best practice guide, repository sizing", tag="assumed"
    )
    keep: int = field(30, "daily restore points", ge=1)
    window: Seconds = field("8 h", "a night", gt=0)
    proxies: int = field(2, "backup proxies", ge=1)
    proxy_cores: int = field(8, "cores of one", ge=1)


class Assumptions(Spec):
    """All of them."""

    targets: list[str] = field([], "targets to plan for (`vinfra list targets`); those of the plan's date when unsaid")
    own: dict[Kebab, Own] = field({}, "targets of your own, planned for beside the others unless `targets` names some")
    optimise: Seconds = field("5 s", "effort of the optimiser for one target, in its own deterministic time")
    costs: Costs = field(Costs(), "prices, and the day they are of: those known on the newest day when unsaid")
    sizing: Sizing = field(Sizing(), "how machines are right-sized")
    hosts: Hosts = field(Hosts(), "how full hosts may be")
    racks: Racks = field(Racks(), "what a rack carries")
    storage: Storage = field(Storage(), "how capacity is counted")
    waves: Waves = field(Waves(), "how machines are moved")
    backup: Backups = field(Backups(), "how they are backed up")

    @property
    def years(self) -> int:
        """Years that costs are added up over."""
        return self.costs.years
