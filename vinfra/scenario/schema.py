"""The scenario language: one file, one question. Every key a scenario may hold, with unit, default and description.

Quantities are written with their unit (`64 GiB`, `2.66 GHz`, `5 min`) and held in SI. `compare` gives the columns,
`sweep` the rows, `replications` the seeds; `measure` names the metrics and `expect` the claims.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from vinfra.compute.memory.policy import Policy as Memory
from vinfra.hardware.processor import Feature
from vinfra.hypervisors.product import DiskFormat, Reclaim
from vinfra.operations.clusters.capping import PowerCap
from vinfra.operations.clusters.dpm import Dpm
from vinfra.operations.clusters.ha import Ha
from vinfra.scenario.keys import Kebab, Moment, Name, chosen, named
from vinfra.scenario.schema_backup import Backup, Drill, Switch
from vinfra.scenario.schema_clusters import Cluster
from vinfra.scenario.schema_costs import Costs
from vinfra.scenario.schema_rows import MOST_REPLICATIONS, Design, Range, Replications
from vinfra.scenario.schema_rules import RuleEntry
from vinfra.scenario.schema_sites import Failover, Link, Replication
from vinfra.scenario.schema_storage import Array, Datastore, GuestIo, Segment
from vinfra.spec import Spec, field
from vinfra.units import Bytes, BytesPerSecond, Fraction, Hertz, PartPerSecond, Seconds, Watts

RESTART = ("high", "medium", "low")  # in this order; never: not at all


class HostGroup(Spec):
    """Hosts that are alike. A server fact gives processor, cores, memory and power; every key overrides it."""

    count: int = field(1, "how many hosts are alike", ge=1, le=1_000_000)
    server: str | None = named("servers", None, "the server model")
    processor: str | None = named("processors", None, "the processor, when it is not the server's")
    cores: int | None = field(None, "cores of one host, all sockets together", ge=1)
    sockets: int | None = field(None, "processors of one host, each a NUMA node; the server's when unsaid", ge=1)
    frequency: Hertz | None = field(None, "clock of one core", gt=0)
    memory: Bytes | None = field(None, "memory of one host", gt=0)
    hbas: int = field(1, "adapters of one host, each with a link of its own to a fibre-channel segment", ge=1, le=16)
    without: list[Feature] = field([], "features of the processor that are switched off")
    hypervisor: str = named("products", "none", "the hypervisor product; none is bare hardware")
    technique: str | None = named(
        "techniques", None, "how the processor is virtualized; the product chooses when unsaid"
    )
    overcommit: float | None = field(
        None,
        "memory its VMs may be configured with together, as a multiple of its own; each VM has all of its memory all "
        "the time when unsaid",
        ge=1,
        le=100,
    )
    reclaim: list[Reclaim] | None = field(None, "how it takes memory back from VMs; as its product does when unsaid")
    swap_disk: str | None = named("disks", None, "the kind of disk its VMs are swapped to; sas-15k when unsaid")
    swap_disks: int = field(1, "how many of them", ge=1)
    edition: str | None = named(
        "editions",
        None,
        "the edition that is paid for; `cheapest`: the one that carries what the scenario uses for the least; its "
        "licences are not counted when unsaid",
        ("cheapest",),
    )
    guest_edition: str | None = named(
        "editions", None, "the licence of its guests' operating system; not counted when unsaid"
    )


class Transfer(Spec):
    """A VM moves this much to or from its datastore, once."""

    size: Bytes = field(..., "bytes to move", gt=0)
    block: Bytes = field("64 KiB", "bytes of one I/O", gt=0, source="usual block of an image copy", tag="assumed")
    direction: Literal["read", "write"] = field("read", "read from the datastore or write to it")
    start: Seconds = field("0 s", "when it starts")


class Dirtying(Spec):
    """The writable working set: how fast a guest writes its memory or disk, and where."""

    rate: BytesPerSecond = field(..., "bytes of pages (or blocks) written per second")
    hot: Fraction = field(
        "10 %", "part of all pages that is hot", gt=0, source="the usual ten and ninety percent", tag="assumed"
    )
    share: Fraction = field(
        "90 %",
        "part of the writes that goes to hot pages; the rest is spread over the others",
        source="the usual ten and ninety percent",
        tag="assumed",
    )


class VmGroup(Spec):
    """VMs that are alike."""

    count: Annotated[int, Field(ge=1, le=10_000_000)] | Literal["per-trace"] = field(
        1, "how many VMs are alike; per-trace: one VM for each trace, split evenly between the groups that say so"
    )
    host: str | None = field(None, "host or host group they run on; anywhere when unsaid")
    hosts: list[Name] | None = field(
        None, "hosts and host groups they run on, one after the other in turn; in place of `host`", min_length=1
    )
    vcpus: int = field(1, "virtual processors of one VM", ge=1, le=4096)
    speed: Hertz | None = field(None, "what one vCPU at 100 % demand wants; a core of its host when unsaid", gt=0)
    memory: Bytes = field("1 GiB", "configured memory of one VM")
    active: Fraction = field(
        "25 %",
        "part of its memory that it touches all the time, its working set",
        source="no measurement of these guests; a server that is sized with room to spare",
        tag="assumed",
    )
    touched: Fraction = field("100 %", "part of its memory that it has used at all; Windows clears all of it at boot")
    content: str | None = named("contents", None, "what its pages hold; nothing that others hold too when unsaid")
    memory_shares: int | None = field(None, "memory shares; 10 for each MiB when unsaid", ge=1)
    memory_reservation: Bytes = field("0 B", "memory that is guaranteed")
    memory_limit: Bytes | None = field(None, "memory of the host that it never has more of", gt=0)
    shares: int | None = field(None, "CPU shares; 1000 for each vCPU when unsaid", ge=1)
    reservation: Hertz = field("0 Hz", "CPU that is guaranteed")
    limit: Hertz | None = field(None, "CPU that is never exceeded", gt=0)
    workload: str | None = named("workloads", None, "what the guest does: its vector of guest events")
    demand: Fraction | None = field(
        None, "CPU wanted all the time; the trace decides when unsaid, 100 % without a trace"
    )
    behaviour: dict[str, Any] = chosen(
        "behaviour", {"kind": "steady"}, "how the guest uses its vCPUs, where `scheduling` is asked for"
    )
    bits: Literal[32, 64] = field(64, "word size of the guest")
    pages: Bytes = field("4 KiB", "page size the guest uses for its memory")
    host_pages: Bytes | None = field(
        None, "page size the hypervisor maps it with; the guest's or the product's, whichever is larger, when unsaid"
    )
    kernel: Literal["modifiable", "fixed"] = field(
        "modifiable", "whether the guest's kernel can be changed for a hypervisor; fixed: as Windows"
    )
    drivers: Literal["emulated", "paravirtual"] | None = field(
        None,
        "adapters of the guest: well-known ones, or made for the hypervisor; the latter when unsaid and there are any",
    )
    datastore: str | None = field(
        None, "where its disk lies; of datastores that are alike each VM takes the next one in turn"
    )
    io: GuestIo | None = field(None, "what it reads and writes there while it runs; nothing when unsaid")
    transfer: Transfer | None = field(None, "data it moves to or from the datastore")
    dirtying: Dirtying | None = field(None, "how it writes its memory; not at all when unsaid")
    disk: Bytes | None = field(None, "size of its disk on the datastore", gt=0)
    disk_writes: Dirtying | None = field(None, "how it writes its disk; not at all when unsaid, or as `changes` say")
    used: Fraction = field(
        "80 %",
        "part of its disk that holds data",
        gt=0,
        source="Veeam best practice guide, repository sizing: 80 of 100 GB",
        tag="assumed",
    )
    changes: PartPerSecond | None = field(
        None, "part of its data that is another after a day, as in `6 %/day`; not written to when unsaid"
    )
    format: DiskFormat | None = field(None, "format of its disk; the usual one of its product when unsaid")
    restart: Literal["high", "medium", "low", "never"] = field(
        "medium", "how soon it is started again when its host fails, where there is `ha`"
    )
    os: Literal["windows", "linux"] = field("windows", "its operating system, for those who read its file systems")


class Move(Spec):
    """VMs that move while they run; the parameters of the method stand beside these."""

    vms: str = field(..., "the group of VMs that moves, or one VM of it")
    to: str = field(
        ...,
        "the host they move to (a host group spreads them), or the datastore their disks move to; a host of another "
        "site as in `south/esx`",
    )
    datastore: Name | None = field(
        None, "the datastore their disks move to as well, where they move to another site; none when unsaid"
    )
    start: Seconds = field("0 s", "when the first one starts")
    at_once: int | None = field(None, "how many are under way together; all when unsaid", ge=1)


class Asked(Spec):
    """The question, and the time it is asked of."""

    scenario: Kebab = field(..., "name in kebab-case; results lie in a folder of this name")
    question: str = field(..., "the question this file answers, in one sentence", min_length=1)
    background: str = field("", "why anybody asks")
    seed: int = field(1, "where all randomness starts", ge=0)
    start: Moment = field(
        "2007-10-01T00:00", "date and time of day at which it begins, as in 2007-10-01T00:00; a Monday when unsaid"
    )
    warmup: Seconds = field("0 s", "simulated before anything is measured")
    duration: Seconds = field("24 h", "how long is measured", gt=0)
    epoch: Seconds = field("5 min", "how long a sample of demand holds", gt=0)


class Site(Spec):
    """What stands at one place and what happens there."""

    topology: dict[Name, Segment] = field({}, "networks that join hosts and arrays")
    arrays: dict[Name, Array] = field({}, "storage arrays; one that a datastore names need not stand here")
    datastores: dict[Name, Datastore] = field({}, "LUNs with a file system")
    hosts: dict[Name, HostGroup] = field(..., "the hosts", min_length=1)
    vms: dict[Name, VmGroup] = field({}, "the VMs")
    workload: dict[str, Any] | None = chosen(
        "trace",
        None,
        "demand of the VMs that state none of their own: a recorded trace (`path`), or one with its statistics",
    )
    placement: dict[str, Any] = chosen(
        "placement", {"policy": "first-fit"}, "which host a VM that names none starts on"
    )
    rules: dict[Name, Switch | RuleEntry] = field(
        {}, "which VMs run apart or together, and on which hosts; none: this one is not kept"
    )
    admission: dict[str, Any] | None = chosen(
        "admission policy", None, "which VMs may start, so that all of them can run when hosts fail; none: all that fit"
    )
    memory: Memory = field(Memory(), "how memory is taken back, where hosts give more than they have (`overcommit`)")
    consolidation: dict[str, Any] | None = chosen(
        "overload detector", None, "VMs leave overloaded hosts, and hosts that do little are emptied; none: they stay"
    )
    cluster: Cluster | None = field(
        None,
        "hosts are run together as clusters; all as these defaults say where `balancer`, `dpm` and the like say so",
    )
    balancer: dict[str, Any] | None = chosen(
        "balancer", None, "VMs move so that the hosts of a cluster are loaded alike; none: they stay"
    )
    maintenance: dict[Name, dict[str, Any]] = chosen(
        "work", {}, "hosts that leave service a few at a time for some work (patches, firmware) or are built by it"
    )
    power_cap: Switch | Watts | PowerCap | None = field(
        None, "what all hosts may draw together, as in `12 kW`, or more about it; none: what they will"
    )
    dpm: Switch | Dpm | None = field(None, "hosts that are not needed go to standby; none: all stay on")
    ha: Switch | Ha | None = field(None, "VMs of a host that fails start again on others; none: they wait for it")
    scheduling: dict[str, Any] | None = chosen(
        "scheduler", None, "schedule the processors of all hosts in detail; shares are filled like water when unsaid"
    )
    power: dict[str, Any] = chosen("power policy", {"policy": "follows-load"}, "how a host's draw follows what it does")
    migrations: dict[Name, dict[str, Any]] = chosen(
        "migration", {}, "VMs that move to another host or datastore while they run"
    )
    backup: Switch | Backup | None = field(None, "how VMs are protected; none: they are not")
    restores: dict[Name, Switch | Drill] = field({}, "restores that are asked for; none: this one is not")
    faults: dict[Name, dict[str, Any]] = chosen(
        "fault", {}, "what happens to the estate; one that is called as its kind need not say `kind`"
    )
    replication: dict[Name, Replication] = field({}, "VMs whose disks are kept at another site too")
    failover: Switch | Failover | None = field(None, "who takes over when this site is lost; none: nobody does")


class Scenario(Site, Asked):
    """One question about virtual infrastructure."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["hosts", "vms"]}, {"required": ["sites"]}]})

    hosts: dict[Name, HostGroup] = field({}, "the hosts")
    vms: dict[Name, VmGroup] = field({}, "the VMs")
    sites: dict[Name, Site] = field(
        {},
        "several places, each with all that stands there, in place of `hosts` and `vms`; a demand, placement, power, "
        "memory or scheduling that stands beside is that of every site that says nothing else",
    )
    links: dict[Name, Link] = field({}, "what joins the sites")
    costs: Costs | None = field(
        None, "electricity, cooling, carbon, currency and years; as its defaults say where hosts name an `edition`"
    )
    compatibility: Literal["cloudsim-3.0.3"] | None = field(
        None, "repeat what another simulator does where it differs (docs/cloudsim.md)"
    )
    compare: dict[Kebab, dict[str, Any]] = field({}, "variants: path of a value and what it becomes")
    sweep: dict[str, Annotated[list[Any], Field(min_length=1)] | Range] = field(
        {}, "rows: path of a value and what it takes in turn, one by one or as a range"
    )
    design: Design | None = field(None, "rows are a sample of what `sweep` spans; every combination when unsaid")
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] | Replications = field(
        1, "seeds each point is simulated with: so many, or until its means are known well enough"
    )
    measure: list[str] | dict[str, str] | None = field(
        None,
        "metrics to compare (vinfra list metrics); in a mapping, `relative to VARIANT` adds the ratio, `plain` none; "
        "`cycles: by event` is one metric for each kind of guest event",
    )
    expect: list[dict[str, Any]] = field(
        [], "claims that are checked on every run: {metric: claim, when: {...}, why: text}"
    )
