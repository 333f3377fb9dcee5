"""How the bytes of a disk come to the proxy. A transport is one file in transports/: whom it refuses, what it takes to
begin, and what one byte uses on its way; the engine shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.kind import Reading
from vinfra.backup.site import Site
from vinfra.compute.streams import Way
from vinfra.registry import Registry
from vinfra.spec import Spec


class Transport(Spec):
    """One way to read a disk from a proxy."""

    name: ClassVar[str]
    source: ClassVar[str]
    resolves_lun: ClassVar[bool] = False  # whether the proxy has to find the LUN among those it sees

    def refuses(self, proxy: Proxy, machine: Machine, site: Site) -> str | None:
        """Why this proxy cannot read that disk so, in one sentence; None where it can."""
        raise TypeError(f"{type(self).__name__} does not say whom it refuses")

    def limits(self, machine: Machine) -> Sequence[tuple[str, int]]:
        """Limits of which a stream takes one place each: (name, places)."""
        return ()

    def begin(self) -> float:
        """Seconds before the first byte can be read: mounting, attaching."""
        return 0.0

    def end(self) -> float:
        """Seconds to let go of the disk."""
        return 0.0

    def way(self, proxy: Proxy, machine: Machine, site: Site, reading: Reading) -> Way:
        """What one byte uses between the disk and the proxy; Unreachable where there is no way."""
        raise TypeError(f"{type(self).__name__} does not say what a byte uses")


transports: Registry[Transport] = Registry("transport", "vinfra.backup.transports", Transport)
