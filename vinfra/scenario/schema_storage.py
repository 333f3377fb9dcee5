"""The language of networks, arrays, datastores, and of what guests read and write there."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from vinfra.scenario.keys import Name, named
from vinfra.spec import Spec, field
from vinfra.storage.volumes import Unresolved
from vinfra.units import Bytes, BytesPerSecond, Fraction, PerSecond

SPINDLES = r"^[1-9][0-9]{0,5} x [a-z0-9]+(?:[.-][a-z0-9]+)*$"
ADAPTER = r"^[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*(?:\.(?:hba|port)[1-9][0-9]*)?$"


def _spindles(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(SPINDLES, value):
        return value
    why = f"must be so many of a kind of disk, such as `10 x fc-15k`, got {value!r}"
    raise PydanticCustomError("spindles", "{why}", {"why": why})


Spindles = Annotated[str, BeforeValidator(_spindles), Field(json_schema_extra={"pattern": SPINDLES})]


def spindles(text: str) -> tuple[int, str]:
    """How many disks of which kind: `10 x fc-15k` is (10, "fc-15k")."""
    count, _, kind = text.partition(" x ")
    return int(count), kind


def disks(default: Any, description: str) -> Any:
    """A field that says how many of which kind of disk (vinfra list disks)."""
    return Field(default, description=f"{description} (vinfra list disks)", json_schema_extra={"counted": "disks"})


class Segment(Spec):
    """A network everything in `joins` hangs on; each has a link of its own to it."""

    kind: Literal["ethernet", "fibre-channel"] = field("ethernet", "what kind of network")
    speed: BytesPerSecond = field(..., "speed of each link", gt=0)
    joins: list[Name] = field(..., "hosts, host groups, arrays and other segments on it", min_length=1)
    zones: dict[Name, list[Annotated[str, Field(pattern=ADAPTER)]]] = field(
        {},
        "who may talk to whom over a fibre-channel segment: hosts, host groups, arrays, or one HBA (esx1.hba2) or port "
        "(array1.port1) of them; everybody to everybody when unsaid",
    )


class Array(Spec):
    """A storage array; its model says what it has, and every key overrides it."""

    model: str | None = named("arrays", None, "the model")
    ports: int | None = field(
        None, "front-end ports, dealt to the segments it joins in turn; the model's when unsaid, 1 without one", ge=1
    )
    cache: Bytes | None = field(None, "its cache; the model's when unsaid", gt=0)


class Datastore(Spec):
    """A LUN with a file system: spindles behind a RAID level on an array. Those that are alike are called vmfs-1,
    vmfs-2 and so on, each with disks of its own."""

    count: int = field(1, "how many datastores are alike", ge=1, le=100_000)
    array: Name = field(..., "the array it lies on")
    lun: int | None = field(
        None, "its LUN number, that of the first where there are several; the next that is free when unsaid", ge=0
    )
    size: Bytes | None = field(None, "what it holds; as much as is written to it when unsaid", gt=0)
    disks: Spindles = disks(..., "the spindles behind it, as in `10 x fc-15k`")
    raid: str = named("raid", "raid5", "the RAID level")
    lock: str = named(
        "locks", "scsi-reservation", "the lock its metadata is changed under, as snapshots begin, grow and end"
    )
    unresolved: Unresolved = field(
        "as-is",
        "what hosts do once its LUN is not the one that its metadata was written for: go on with it, give it a new "
        "signature, or leave it alone, and then its VMs stop",
    )
    presented_to: list[Name] | None = field(
        None, "hosts and host groups that the array presents it to (LUN masking); all when unsaid"
    )


class GuestIo(Spec):
    """What a guest reads and writes on its datastore while it runs."""

    rate: PerSecond | None = field(
        None, "I/Os per second of one VM; the disk I/Os of its `workload`, with its demand, when unsaid"
    )
    block: Bytes = field(
        "8 KiB", "bytes of one I/O", gt=0, source="page of the databases and file systems of the time", tag="assumed"
    )
    reads: Fraction = field(
        "67 %",
        "part of the I/Os that reads",
        source="two reads to a write, as in TPC-C and SPC-1 like mixes",
        tag="assumed",
    )
    sequential: Fraction = field(
        "0 %",
        "part of the I/Os that goes on where the one before ended",
        source="many VMs on one LUN mix their I/Os",
        tag="assumed",
    )
    outstanding: float = field(
        4.0,
        "I/Os one VM has under way at most",
        gt=0,
        source="no measurement of these guests; well below the 32 a virtual adapter queues",
        tag="assumed",
    )
