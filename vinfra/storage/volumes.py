"""What hosts do with a file system whose metadata was written for another LUN than the one it lies on now.

    resolved: LUN number and serial are those in the metadata;  else: kept as it is, given a new signature, or ignored

VMFS 3 holds the number and the serial of its LUN. A LUN that is renumbered, that its array reports otherwise, or whose
replica has come in its place looks like a snapshot of itself. Hosts ignore it (LVM.DisallowSnapshotLun 1, as shipped),
mount it as it is (0; safe only where no other LUN with the signature is seen), or resign it (LVM.EnableResignature 1,
whatever the other says); then its VMs are registered anew, and who knows the old signature does not find it.
Source: VMware, VMFS Volume Management (VMware Infrastructure 3); NetApp KB, What causes ESX VMFS to disappear; Chad
Sakac, virtualgeek, August 2008.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from vinfra.storage.identity import Identity

Unresolved = Literal["as-is", "resignatured", "ignored"]


def resolved(written: Identity, now: Identity) -> bool:
    """Whether the LUN is the one that the metadata was written for."""
    return (written.lun_id, written.serial) == (now.lun_id, now.serial)


def mounted(written: Identity, now: Identity, unresolved: Unresolved) -> Identity | None:
    """The LUN with the signature its file system has once hosts have looked at it; None where they leave it alone."""
    if resolved(written, now) or unresolved == "as-is":
        return now
    return replace(now, signature=f"{now.signature}+new") if unresolved == "resignatured" else None
