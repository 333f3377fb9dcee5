"""By the unit serial that the array reports: found under any number, not after a change of array or mode."""

from __future__ import annotations

from collections.abc import Sequence

from vinfra.storage.identity import Found, Identity, IdentityPolicy, NotFound, lun_identities, only


@lun_identities.register("serial")
class Serial(IdentityPolicy):
    """By the serial and the name that the array reports of the LUN"""

    source = "VMware, Consolidated Backup 1.x: LUNs are matched by their unit serial; recalled"

    def find(self, known: Identity, visible: Sequence[Identity]) -> Found | NotFound:
        """Whatever reports the serial, or the name where the array has both."""
        same = [i for i, one in enumerate(visible) if known.serial == one.serial or known.naa == one.naa]
        return only(same, f"serial {known.serial}")
