"""By the signature in the metadata of the file system: found under any number, serial and array.

A clone has the same signature, so of several LUNs that have it the one is taken that has the serial too; where none
has, the policy refuses to guess. A clone that is seen alone cannot be told from a replica, and is taken for the LUN.
"""

from __future__ import annotations

from collections.abc import Sequence

from vinfra.storage.identity import Found, Identity, IdentityPolicy, NotFound, lun_identities, only


@lun_identities.register("vmfs-signature")
class VmfsSignature(IdentityPolicy):
    """By the signature that VMFS wrote into its metadata"""

    source = "VMware, Consolidated Backup 1.5 and VDDK: LUNs are matched by their VMFS signature; recalled"

    def find(self, known: Identity, visible: Sequence[Identity]) -> Found | NotFound:
        """Whatever holds the file system; the original of several that do."""
        same = [i for i, one in enumerate(visible) if one.signature == known.signature]
        if len(same) > 1:
            originals = [i for i in same if visible[i].serial == known.serial]
            same = originals or same
        return only(same, f"signature {known.signature}")
