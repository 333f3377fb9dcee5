"""An inventory that vinfra wrote, such as one without names."""

from __future__ import annotations

from pathlib import Path

from vinfra.planning.inventory import Inventory
from vinfra.planning.records.reader import Reader, readers


@readers.register("vinfra")
class VinfraDocument(Reader):
    """One JSON document, read back to the inventory it was written from."""

    title = "an inventory that vinfra wrote (--anonymise): one JSON file"
    source = "vinfra/planning/records/document.py"

    def knows(self, path: Path) -> bool:
        """A file that begins as vinfra begins one."""
        from vinfra.planning.records.document import MARK

        try:
            if not path.is_file():
                return False
            with open(path, "rb") as stream:
                return stream.read(len(MARK)) == MARK.encode()
        except (OSError, ValueError):
            return False

    def read(self, path: Path) -> Inventory:
        """The inventory; InputError with every fault and where it is."""
        from vinfra.planning.records.document import LARGEST, parse
        from vinfra.planning.records.tables.archive import content
        from vinfra.workloads.files import shown

        return parse(content(path, LARGEST), shown(path))
