"""Pre-copy at full line rate: send all memory while the VM runs, then again and again what was dirtied meanwhile, until
little is left or a round gains nothing; then stop the VM, send the rest and start it on the target.

Equations: rounds.py. Units: bytes. Source: Nelson, Lim and Hutchins, Fast Transparent Migration for Virtual Machines,
USENIX 2005.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.migration import migrations
from vinfra.operations.rounds import Rounds
from vinfra.spec import field
from vinfra.units import Bytes


@migrations.register("pre-copy")
class PreCopy(Rounds):
    """Rounds at line rate while the VM runs, then stop and copy the rest (VMotion)."""

    source: ClassVar[str] = "Nelson et al., Fast Transparent Migration for Virtual Machines, USENIX 2005"

    stop_at: Bytes = field(
        "16 MiB",
        "bytes left at which the VM is stopped",
        source="Nelson et al., USENIX 2005, section 2.2: 16 megabytes of modified pages",
        tag="specified",
    )
    progress: Bytes = field(
        "1 MiB",
        "what a round must gain on the one before; where it does not, dirtying outruns the link",
        source="Nelson et al., USENIX 2005, section 2.2: a reduction of less than one megabyte",
        tag="specified",
    )

    def outruns(self, dirty: float, before: float, took: float) -> bool:
        """Whether the round gained less than it must."""
        return dirty > before - self.progress
