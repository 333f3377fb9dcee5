"""Who reads an inventory: one form of record is one file in readers/, found by looking at what is there.

A reader never trusts the file: it is bounded, follows no links and no formulas, and what it leaves out it says in the
inventory's `sheets`, `missing` and `notes`.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from vinfra.errors import InputError, Place, suggest
from vinfra.planning.inventory import Inventory
from vinfra.registry import Registry


class Reader:
    """One form of record. `title` is what people call it; readers are asked in sorted order of their names."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]

    def knows(self, path: Path) -> bool:
        """Whether this is such a record, from its name and first bytes; never raises for what is in the file."""
        raise TypeError(f"{type(self).__name__} does not say what it knows")

    def read(self, path: Path) -> Inventory:
        """The inventory; InputError with file, sheet, row and cure for what cannot be read."""
        raise TypeError(f"{type(self).__name__} does not say how it is read")


readers: Registry[Reader] = Registry("inventory reader", "vinfra.planning.records.readers", Reader)


def read(path: Path, form: str | None = None) -> Inventory:
    """The inventory at a path, by the reader that knows it, or the one that is named; InputError when nobody does."""
    if not path.exists():
        cure = "give an RVTools export (xlsx or its csv files), a csv of servers, a listing of Proxmox or libvirt"
        raise InputError.at(Place(str(path)), f"there is nothing; {cure}")
    if form is not None:
        if form not in readers:
            raise InputError.at(Place("--form"), f"no form '{form}'{suggest(form, readers.names())}")
        return readers[form]().read(path)
    for name in readers.names():
        reader = readers[name]()
        if reader.knows(path):
            return reader.read(path)
    known = "; ".join(f"{name}: {readers[name].title}" for name in readers.names())
    raise InputError.at(Place(str(path)), f"is no inventory that vinfra knows. Known are {known}")
