"""vHealth and vFileInfo: files on datastores that belong to no VM.

Two say so: RVTools itself, which calls a disk that no VM uses a zombie, and the list of files: a virtual disk in a
folder in which no VM of the inventory has a file. Only descriptors are counted, since their size is that of the whole
disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vinfra.planning.inventory import Orphan
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.rvtools.vms import size_of
from vinfra.planning.records.tables.table import Table

EXTENT = re.compile(r"-(?:flat|delta|ctk|sesparse|rdmp?|\d{6}-delta)\.vmdk$", re.IGNORECASE)
WORDS = ("zombie", "orphan")
FOLDERS = ("Path", "Log directory", "Snapshot directory", "Suspend directory", "Disk Path", "Filename")
BY_RVTOOLS = "RVTools found no VM that uses it"
BY_FOLDER = "no VM of the inventory has files in its folder"


def orphans(tables: dict[str, Table]) -> tuple[list[Orphan], list[Quality]]:
    """Files nobody owns, those that RVTools names first, and how well both sheets were read."""
    qualities, sizes = list[Quality](), dict[str, float | None]()
    files, health = tables.get("vFileInfo"), tables.get("vHealth")
    found: dict[str, Orphan] = {}
    if files is not None:
        paths, numbers = _paths(files), files.numbers("File Size in bytes")
        sizes = {path.lower(): size_of(number) for path, number in zip(paths, numbers, strict=True)}
    if health is not None:
        quality = Quality(health)
        for path in _named(health, quality):
            found[path.lower()] = Orphan(path, sizes.get(path.lower()), BY_RVTOOLS)
        qualities.append(quality)
    if files is not None:
        quality = Quality(files, read=files.rows)
        owned = _folders(tables)
        for path in _paths(files) if owned else ():
            quality.joined += folder_of(path) in owned
            if not path.lower().endswith(".vmdk") or EXTENT.search(path) or folder_of(path) in owned:
                continue
            found.setdefault(path.lower(), Orphan(path, sizes[path.lower()], BY_FOLDER))
        qualities.append(quality)
    return list(found.values()), qualities


def folder_of(path: str) -> str:
    """`[datastore] folder` of a path, in small letters."""
    return path.lower().replace("\\", "/").rpartition("/")[0].replace("] ", "]").strip()


def _paths(files: Table) -> list[str]:
    friendly, names = files.texts("Friendly Path Name"), files.texts("File Name")
    paths = []
    for path, name in zip(friendly, names, strict=True):
        whole = not name or path.lower().endswith(name.lower())
        paths.append(path if whole else f"{path.rstrip('/')}/{name}")
    return paths


def _folders(tables: dict[str, Table]) -> set[str]:
    """Folders in which VMs have files; those of VMs that are dropped or not joined count too."""
    found = set[str]()
    for sheet in ("vInfo", "vDisk", "vSnapshot"):
        table = tables.get(sheet)
        for column in FOLDERS if table is not None else ():
            found.update(_each(table.texts(column)) if table is not None else ())
    return found


def _each(written: Iterable[str]) -> Iterator[str]:
    for path in written:
        if path.startswith("["):
            yield folder_of(path)
            # A directory may be written without a file in it, or with a slash at its end.
            if "." not in path.rpartition("/")[2].rpartition("]")[2]:
                yield folder_of(f"{path.rstrip('/')}/")


def _named(health: Table, quality: Quality) -> Iterator[str]:
    """Paths that RVTools calls nobody's; other messages are counted."""
    rows = zip(health.texts("Name"), health.texts("Message"), health.texts("Message type"), strict=True)
    for name, message, kind in rows:
        said = f"{message} {kind}".lower()
        if not name:
            quality.drop("messages about nothing")
            continue
        quality.read += 1
        if any(word in said for word in WORDS):
            yield name
        else:
            quality.say("other messages, which the plan does not use")
