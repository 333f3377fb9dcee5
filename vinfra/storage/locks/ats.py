"""An atomic test-and-set: a sector is compared and written in one command, and nothing else is locked.

busy = 0;  wait = 0 for whoever wants other sectors
"""

from __future__ import annotations

from vinfra.storage.lock import Lock, locks


@locks.register("ats")
class Ats(Lock):
    """One sector, by an atomic test-and-set of the array"""

    source = "VMware, vStorage APIs for Array Integration (2010), hardware-assisted locking; T10 COMPARE AND WRITE"

    def busy(self, rate: float) -> float:
        """Nobody is kept out."""
        return 0.0

    def wait(self, rate: float) -> float:
        """Nobody waits."""
        return 0.0
