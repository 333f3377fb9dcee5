"""The language of several sites: links between them, replicas of VMs elsewhere, and who takes over when a site is lost.

A site holds what a scenario of one site holds. Something of another site is named `site/name`.
"""

from __future__ import annotations

from vinfra.scenario.keys import Name
from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Seconds


class Link(Spec):
    """A link between two sites, with the same bandwidth each way. Bulk data crosses it in chunks, each stored and then
    forwarded, one behind the other."""

    between: list[Name] = field(..., "the two sites", min_length=2, max_length=2)
    bandwidth: BytesPerSecond = field(..., "what it carries each way", gt=0)
    latency: Seconds = field(..., "time that a message takes, one way", gt=0)
    beat: Seconds | None = field(
        None,
        "time that a chunk takes on it: sites look at each other that often while bulk data cross, and a stream is "
        "later by a beat or two; when unsaid 1 s, or what 64 MiB take on a thin link",
        gt=0,
    )
    window: int = field(
        4,
        "chunks of one stream that are under way before the first is acknowledged",
        ge=1,
        source="no product's figure: enough that reading, sending and writing go on together",
        tag="assumed",
    )


class Replication(Spec):
    """VMs whose disks are kept at another site too; what changed is sent there again and again."""

    vms: Name = field(..., "the group of VMs")
    to: Name = field(..., "the site that has the replicas")
    host: Name = field(..., "the host or host group there that would run them")
    datastore: Name = field(..., "the datastore there that holds the replicas")
    every: Seconds = field(
        "15 min",
        "time from one cycle to the next",
        gt=0,
        source="VMware, vSphere Replication 6.0 Administration: RPO of 15 minutes to 24 hours",
        tag="specified",
    )
    seeded: bool = field(False, "whether a full copy is there when the run begins, as when disks were sent by post")


class Failover(Spec):
    """What another site does when it hears no more of this one: it starts the replicas it has."""

    to: Name = field(..., "the site that takes over")
    heartbeat: Seconds = field(
        "10 s", "time between two heartbeats", gt=0, source="usual of cluster software across sites", tag="assumed"
    )
    misses: int = field(
        6,
        "heartbeats that may be missing before the site is given up",
        ge=1,
        source="a minute: longer than routing needs to find another way",
        tag="assumed",
    )
    boot: Seconds = field(
        "90 s", "time a VM takes to start", gt=0, source="a server's operating system and its services", tag="assumed"
    )
    at_once: int = field(
        8, "VMs that start together", ge=1, source="of the order of what a host boots at a time", tag="assumed"
    )
