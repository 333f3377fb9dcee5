"""Mirroring: one pass over the delta while new writes go to the delta and to the disk, so that nothing gathers.

one round of d bytes;  nothing is left for the end
"""

from __future__ import annotations

from vinfra.storage.commit import Commit, Ended, Rounds, Writes, commits


@commits.register("mirror")
class Mirror(Commit):
    """One pass, with new writes mirrored"""

    source = "mirror driver of ESXi 6.0 for snapshot consolidation: VMware, What's New in vSphere 6.0; recalled"

    def rounds(self, grown: float, writes: Writes) -> Rounds:
        """Once, however fast the guest writes."""
        if grown > 0:
            yield grown
        return Ended(0.0)
