"""By the number that the array presents the LUN under: found as long as nobody renumbers it.

Another LUN that comes to have the number is taken for it, and nobody notices.
"""

from __future__ import annotations

from collections.abc import Sequence

from vinfra.storage.identity import Found, Identity, IdentityPolicy, NotFound, lun_identities, only


@lun_identities.register("lun-id")
class LunId(IdentityPolicy):
    """By the LUN's number"""

    source = "VMware, Consolidated Backup 1.0: the LUN numbers of hosts and proxy had to be the same; recalled"

    def find(self, known: Identity, visible: Sequence[Identity]) -> Found | NotFound:
        """Whatever has the number."""
        return only([i for i, one in enumerate(visible) if one.lun_id == known.lun_id], f"number {known.lun_id}")
