"""The language of networks, arrays and datastores."""

from __future__ import annotations

from typing import Literal

from vinfra.scenario.keys import Name, named
from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond


class Segment(Spec):
    """A network everything in `joins` hangs on; each has a link of its own to it."""

    kind: Literal["ethernet", "fibre-channel"] = field("ethernet", "what kind of network")
    speed: BytesPerSecond = field(..., "speed of each link", gt=0)
    joins: list[Name] = field(..., "hosts, host groups and arrays on it", min_length=2)


class Datastore(Spec):
    """A LUN with a file system: spindles behind a RAID level on an array."""

    array: Name = field(..., "the array it lies on")
    disks: int = field(..., "spindles behind the LUN", ge=1)
    disk: str = named("disks", ..., "the kind of disk")
    raid: str = named("raid", "raid5", "the RAID level")
