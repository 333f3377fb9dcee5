"""A LUN as a fluid resource: so many disk I/Os per second, shared by all who move data.

capacity = spindles * I/Os per second of one spindle; a host read costs 1 disk I/O, a host write `penalty` disk I/Os
(RAID 5: read data, read parity, write data, write parity). Unit: disk I/Os per second.
Source: facts/disks, facts/raid; the same relation as IOPS = N * iops / (read + write * penalty).
"""

from __future__ import annotations

from vinfra.spec import Spec, field


class Disk(Spec):
    """A kind of spindle (fact kind `disks`)."""

    title: str = field(..., "what it is")
    rpm: int = field(..., "rotations per minute", gt=0)
    iops: float = field(..., "random I/Os per second of one spindle", gt=0)


class Raid(Spec):
    """A RAID level (fact kind `raid`)."""

    title: str = field(..., "what it is")
    write_penalty: float = field(..., "disk I/Os that one host write costs", ge=1)


def capacity(disk: Disk, spindles: int) -> float:
    """Disk I/Os per second of a LUN on that many spindles."""
    return disk.iops * spindles


def disk_ios_per_byte(raid: Raid, block: float, direction: str) -> float:
    """Disk I/Os that one byte costs when it moves in blocks of `block` bytes; `direction` is read or write."""
    return (raid.write_penalty if direction == "write" else 1.0) / block
