"""The language of backups: proxies, transports, jobs, schedule, catalog, restores, copies.

`none` switches a section off, so that a variant can write it over what the file says.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from vinfra.scenario.keys import Name, named
from vinfra.scenario.schema_storage import Spindles, disks
from vinfra.spec import Spec, field
from vinfra.units import Bytes, Seconds

Plugged = str | dict[str, Any]
Switch = Literal["none"]


def plugged(kind: str, word: str, default: Any, description: str) -> Any:
    """A field that names a plug-in of a kind (`vinfra list KIND`): its name, or a mapping with `word` and its
    parameters."""
    extra: dict[str, Any] = {"plugin": kind, "word": word}
    return Field(default, description=f"{description} (vinfra list {kind})", json_schema_extra=extra)


class ProxyVm(Spec):
    """A proxy in a VM: it competes with the VMs it protects."""

    host: Name = field(..., "the host it runs on; one of a host group each where there are several proxies")
    vcpus: int = field(2, "virtual processors", ge=1)
    memory: Bytes = field("2 GiB", "memory", gt=0)
    shares: int | None = field(None, "CPU shares; 1000 for each vCPU when unsaid", ge=1)


class Proxy(Spec):
    """Who reads the disks: a server of its own (`host`), or a VM (`vm`)."""

    host: Name | None = field(None, "the server it is; each host of a host group is one")
    vm: ProxyVm | None = field(None, "the VM it is, when it is no server")
    count: int = field(1, "how many VMs there are, where it is a VM", ge=1, le=10_000)
    mounts: int = field(
        60,
        "disks of VMs it has mounted at once",
        ge=1,
        source="VI 3.5 study notes, kumarsammy.typepad.com: 60 concurrently mounted VM disks",
        tag="specified",
    )
    streams: int | None = field(None, "VMs it reads at once; one for each of its cores when unsaid", ge=1)
    tank: Spindles = disks("4 x sata-7k2", "disks of its holding tank, as in `4 x sata-7k2`")


class Repository(Spec):
    """Where restore points lie."""

    host: Name = field(..., "the server it hangs on")
    disks: Spindles = disks("8 x sata-7k2", "its disks, as in `8 x sata-7k2`")
    raid: str = named("raid", "raid5", "its RAID level")
    size: Bytes = field(..., "what it holds", gt=0)


class Job(Spec):
    """Which VMs are backed up together, and how."""

    vms: list[Name] = field(..., "groups of VMs, single ones, or all", min_length=1)
    kind: Plugged = plugged("backup-kinds", "kind", "image", "what is taken")
    method: Plugged = plugged("backup-methods", "method", "full", "what is read, and how points build on each other")
    full: str | None = field(None, "when an incremental job reads everything: sunday, every 7 days, never")
    through: Literal["direct", "holding-tank"] = field(
        "direct", "straight to the repository, or onto disks of the proxy and from there once more"
    )


class Limits(Spec):
    """When a job may work, and how much goes on at once."""

    window: Seconds = field("8 h", "how long after its start a job may begin with another VM", gt=0)
    concurrency: int | None = field(None, "VMs of one job at once; as many as the proxies take when unsaid", ge=1)
    per_host: int | None = field(None, "VMs of one host at once; as many as come when unsaid", ge=1)
    per_datastore: int = field(
        4,
        "VMs of one datastore with a snapshot open at once",
        ge=1,
        source="Veeam best practice guide: 4 open snapshots for each datastore by default",
        tag="specified",
    )
    retries: int = field(1, "how often a VM that failed is tried again in the same window", ge=0, le=100)
    retry_wait: Seconds = field("10 min", "how long before it is tried again", gt=0)
    cut: bool = field(False, "whether what still runs when the window closes is broken off")


class Catalog(Spec):
    """What is known of restore points, and how long they are kept."""

    keep: list[str] = field(["14 daily"], "how many are kept: 14 daily, 4 weekly, 12 monthly, 3 yearly, 30 points")
    verify: str | None = field(
        None, "when the newest point of every VM is read again to see that it can be: weekly, daily, sunday at 10h"
    )


class Copy(Repository):
    """A second site, and when copies go there."""

    site: Name | None = field(None, "the site of the scenario that it is; part of this one's networks when unsaid")
    starts: str = field("at once", "when restore points are sent: at once, or at times such as daily at 6h")
    keep: list[str] = field(["14 daily"], "how many are kept there")


class Backup(Spec):
    """How VMs are protected."""

    proxy: Proxy = field(..., "who reads the disks")
    transport: Plugged = plugged("transports", "transport", "san", "how their bytes come to the proxy")
    lun_identity: Plugged = plugged("lun-identities", "policy", "vmfs-signature", "how a proxy knows a LUN again")
    repository: Repository = field(..., "where restore points lie")
    jobs: dict[Name, Job] = field(..., "what is backed up together", min_length=1)
    initial: Literal["none", "full"] = field(
        "none",
        "what lies in the repository (and at the second site) when the run begins: nothing, or a full of every VM",
    )
    schedule: Switch | dict[str, Any] = field(
        {},
        "when each job starts (`nightly: daily at 22h`; daily at 22h when unsaid), beside limits: window, concurrency, "
        "per_host, per_datastore, retries, retry_wait, cut; none: somebody starts them by hand",
    )
    catalog: Switch | Catalog = field(Catalog(), "what is known of restore points; none: nothing is, and nothing ends")
    restore: Switch | list[str] = field(
        ["file", "image"], "the ways back there are (vinfra list restores); none: there is none"
    )
    reduction: dict[str, Any] = field({}, "compression and deduplication of what is stored")
    commit: Plugged = plugged("commits", "method", "helper-rounds", "how a snapshot goes back into its disk")
    policy: Plugged | None = plugged(
        "backup-policies", "policy", None, "a product, or a rule of one's own, that starts jobs instead of the schedule"
    )
    offsite: Switch | Copy | None = field(None, "a second site that restore points are copied to")
    patience: Seconds = field(
        "15 min",
        "how long a stream without a way waits before its job gives up",
        gt=0,
        source="ghettoVCB README: 15 min of snapshot timeout",
        tag="specified",
    )


class Elsewhere(Spec):
    """Where a restore goes when it is not the place it came from."""

    host: Name | None = field(None, "the host it goes to; its own when unsaid")
    product: str | None = named("products", None, "the hypervisor that is to run it; its own when unsaid")
    through: Literal["converter"] | None = field(None, "what makes it fit another hypervisor")
    datastore: Name | None = field(None, "where the disk goes; its own when unsaid")


class Drill(Spec):
    """A restore that is asked for at a moment; where no restore point is found it fails, and says why."""

    vm: Name = field(..., "a group of VMs, one of them, or all")
    kind: Plugged = plugged("restores", "kind", "image", "what is wanted back, and how")
    at: str = field(..., "when: day 3 at 10h")
    wanted: str = field(
        "36 h old", "how old the restore point may be: one day old, 3 days old, 36 h old; the newest such is taken"
    )
    to: Name | Elsewhere | None = field(None, "the host it goes to, or {host, product, through}; its own when unsaid")
