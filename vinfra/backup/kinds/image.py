"""An image: the blocks of the disk as they lie, empty ones too unless the used ones are known.

full: bytes read = disk (or used), in order;  increment: bytes read = changed blocks, here and there
"""

from __future__ import annotations

from vinfra.backup.estate import Machine
from vinfra.backup.kind import Kind, Reading, kinds
from vinfra.spec import field
from vinfra.units import Bytes


@kinds.register("image")
class Image(Kind):
    """The whole disk of a VM, as blocks"""

    source = "VMware, Virtual Machine Backup Guide (Consolidated Backup 1.1, 2007), full VM backup; recalled"
    restores = frozenset({"image", "file"})

    block: Bytes = field(
        "1 MiB", "bytes of one read", gt=0, source="the unit of an NFC request: vSphere 6.x, 48 requests of 1 MB"
    )
    outstanding: int = field(
        4, "reads under way at once", ge=1, source="no measurement; a reader that looks ahead a little", tag="assumed"
    )
    skips_empty: bool = field(True, "whether blocks that were never used are left out")
    penalty: float = field(
        5.0,
        "how many reads a block of changes takes, here and there, where one in order would do",
        ge=1,
        source="incremental read penalty factor of the Veeam architect calculator",
        tag="specified",
    )

    def whole(self, machine: Machine) -> Reading:
        """All blocks in order; those never used are read only where nobody knows that."""
        size = machine.used if self.skips_empty else machine.disk
        return Reading(size, machine.used, self.block, True, self.outstanding)

    def changed(self, machine: Machine, changed: float, tracked: bool) -> Reading:
        """The changed blocks alone, or all of them where nobody knows which."""
        if not tracked:
            whole = self.whole(machine)
            return Reading(whole.size, changed, self.block, True, self.outstanding)
        return Reading(changed, changed, self.block / self.penalty, False, self.outstanding)
