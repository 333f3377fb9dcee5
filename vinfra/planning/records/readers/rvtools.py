"""RVTools, the free inventory of a vCenter: a workbook, or a folder of csv files."""

from __future__ import annotations

from pathlib import Path

from vinfra.planning.inventory import Inventory
from vinfra.planning.records.reader import Reader, readers


@readers.register("rvtools")
class RvTools(Reader):
    """Sheets vInfo, vCPU, vMemory, vDisk, vHost and others, by the names of their columns in any release."""

    title = "an RVTools export: xlsx, or its csv files in a folder"
    source = "RVTools 4 (Dell), headers as in vinfra/planning/records/rvtools/columns.py"

    def knows(self, path: Path) -> bool:
        """A workbook, a folder with RVTools_tabvInfo.csv in it, or a csv with the columns of vInfo."""
        from vinfra.planning.records.rvtools import files

        return files.is_export(path)

    def read(self, path: Path) -> Inventory:
        """The inventory; InputError with the cure for what is no export."""
        from vinfra.planning.records.rvtools import reading

        return reading.inventory(path, self.name)
