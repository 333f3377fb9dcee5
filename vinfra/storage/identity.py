"""What a LUN says of itself, and how somebody who knew it once finds it among those he sees now.

    identity = (LUN number, unit serial, NAA name, signature that VMFS wrote into its metadata)

An array can present a LUN under another number, copy it beside itself, let a replica take its place, or report it in
another way after a change of its SCSI mode. Each of these leaves some of the four as they were; a policy that asks for
another one does not find the LUN, or finds one that was not meant.
Source: Chad Sakac, virtualgeek, August 2008: LUN number, SCSI-2 to SCSI-3, SPC-2 and director flags of a Symmetrix,
copies; VMware, VMFS Volume Management (VMware Infrastructure 3). Policies of Consolidated Backup: recalled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from vinfra.registry import Registry
from vinfra.spec import Spec


@dataclass(frozen=True, slots=True)
class Identity:
    """A LUN as an array presents it. `serial` and `naa` are the array's, `signature` is in the file system on it."""

    lun_id: int
    serial: str
    naa: str
    signature: str


@dataclass(frozen=True, slots=True)
class Found:
    """The place of the LUN among those that are visible."""

    index: int


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why no visible LUN is taken for the one that was meant."""

    reason: str


class IdentityPolicy(Spec):
    """By what a LUN is known again."""

    name: ClassVar[str]
    source: ClassVar[str]

    def find(self, known: Identity, visible: Sequence[Identity]) -> Found | NotFound:
        """The LUN that was written down as `known`, among the visible ones."""
        raise TypeError(f"{type(self).__name__} does not say how it finds a LUN")


lun_identities: Registry[IdentityPolicy] = Registry("LUN identity", "vinfra.storage.lun_identities", IdentityPolicy)
"""Policies, one a file."""


def only(indices: Sequence[int], what: str) -> Found | NotFound:
    """The one LUN that has `what`; not found where none or several have it."""
    if len(indices) == 1:
        return Found(indices[0])
    if not indices:
        return NotFound(f"no LUN with {what} is visible")
    return NotFound(f"{len(indices)} LUNs with {what} are visible, and nothing says which is meant")


def renumbered(identity: Identity, lun_id: int) -> Identity:
    """The same LUN under another number."""
    return replace(identity, lun_id=lun_id)


def cloned(identity: Identity, lun_id: int) -> Identity:
    """A copy on the same array: a LUN of its own, with all that is in the file system, its signature too."""
    return replace(identity, lun_id=lun_id, serial=f"{identity.serial}+clone", naa=f"{identity.naa}+clone")


def replicated(identity: Identity) -> Identity:
    """The replica on another array that takes the place of the LUN, under the number it had."""
    return replace(identity, serial=f"{identity.serial}+replica", naa=f"{identity.naa}+replica")


def scsi_mode_changed(identity: Identity) -> Identity:
    """The same LUN, of which the array reports another serial and name since its SCSI mode was changed."""
    return replace(identity, serial=f"{identity.serial}+mode", naa=f"{identity.naa}+mode")
