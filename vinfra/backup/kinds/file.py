"""Files: the proxy mounts the disk, walks its file systems and copies files, whole ones even where a byte changed.

full: bytes read = data + scan;  increment: bytes read = changed blocks * spread + scan
"""

from __future__ import annotations

from vinfra.backup.estate import Machine
from vinfra.backup.kind import Kind, Reading, kinds
from vinfra.spec import field
from vinfra.units import Bytes, Fraction


@kinds.register("file")
class File(Kind):
    """Files of a mounted disk"""

    source = "VMware, Virtual Machine Backup Guide (Consolidated Backup 1.1, 2007), file-level backup; recalled"
    restores = frozenset({"file"})
    knows_changes = True

    block: Bytes = field(
        "64 KiB", "bytes of one read", gt=0, source="cache manager of the proxy's Windows reads ahead 64 KiB"
    )
    outstanding: int = field(
        2, "reads under way at once", ge=1, source="one file after the other, read ahead by one", tag="assumed"
    )
    scan: Fraction = field(
        "1 %",
        "of the data that is read to know which files changed: directories and file records",
        source="file records of 1 KiB for files of 100 KiB on average",
        tag="assumed",
    )
    spread: float = field(
        2.0,
        "bytes of files that changed for each byte of blocks that changed",
        ge=1,
        source="files are copied whole; no measurement for such guests",
        tag="assumed",
    )

    def refuses(self, machine: Machine) -> str | None:
        """Only file systems that Windows reads."""
        if not machine.windows:
            return f"{machine.name} runs no Windows: the proxy cannot read its file systems; take kind: image"
        return None

    def whole(self, machine: Machine) -> Reading:
        """All files."""
        return Reading(machine.used * (1 + self.scan), machine.used, self.block, False, self.outstanding)

    def changed(self, machine: Machine, changed: float, tracked: bool) -> Reading:
        """Files that changed; their archive bits and dates are in the file system, so they are always known."""
        data = min(machine.used, changed * self.spread)
        return Reading(data + machine.used * self.scan, data, self.block, False, self.outstanding)
