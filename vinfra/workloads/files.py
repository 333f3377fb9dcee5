"""The files of a recorded trace: one file for each VM, in the order of their names, each read once.

A folder is read in sorted order of names, so that the order in which the operating system lists it does not matter.
Files whose names begin with a dot (.DS_Store, .git) are no part of a trace. A path that is a file is a trace of one VM.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vinfra.errors import InputError, Place, Problem

SHOWN = 20  # a wrong folder makes one complaint for each line; nobody reads more


@dataclass(slots=True)
class Complaints:
    """Problems of a trace while it is read; keeps the first of them and counts the rest."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int | None, message: str) -> None:
        """One more problem."""
        self.count += 1
        if len(self.kept) < SHOWN:
            self.kept.append(Problem(Place(file, line), "", message))

    def stop(self) -> None:
        """Raise InputError with what was found, if anything was; the last one kept says how many more there are."""
        if not self.count:
            return
        more = self.count - len(self.kept)
        if more:
            last = max(self.kept, key=lambda problem: problem.order)
            at = self.kept.index(last)
            self.kept[at] = Problem(last.place, last.path, f"{last.message}\nand {more:,} more")
        raise InputError(self.kept)


def listing(path: Path, complaints: Complaints) -> list[Path]:
    """The files of a trace, sorted by name. What is not a file, or an empty folder, is a complaint."""
    try:
        if not path.is_dir():
            found = [path]
        else:
            found = [path / name for name in sorted(os.listdir(path)) if not name.startswith(".")]
            if not found:
                complaints.add(shown(path), None, "has no files: name a folder with one file for each VM")
    except (OSError, ValueError) as wrong:
        complaints.add(shown(path), None, f"cannot be read: {_reason(wrong)}")
        return []
    return [file for file in found if not _refused(file, complaints)]


def contents(files: Iterable[Path], complaints: Complaints, limit: int | None = None) -> Iterator[tuple[Path, bytes]]:
    """Each file with its bytes, one at a time, at most `limit` bytes of it. What cannot be read is a complaint."""
    for file in files:
        try:
            with open(file, "rb", buffering=0) as stream:
                data = stream.read(limit) if limit is not None else stream.readall()
        except (OSError, ValueError) as wrong:
            complaints.add(shown(file), None, f"cannot be read: {_reason(wrong)}")
            continue
        yield file, data or b""


class Digest:
    """SHA-256 of what was read, and the order of its files by the SHA-256 of their content.

    Neither the order in which a folder lists its files nor their names decide which VM follows which trace: content
    alone.
    """

    def __init__(self) -> None:
        self._files: list[bytes] = []

    def add(self, data: bytes) -> None:
        """The next file."""
        self._files.append(hashlib.sha256(data).digest())

    def order(self) -> list[int]:
        """Positions of the files added, sorted by their content's digest."""
        return sorted(range(len(self._files)), key=self._files.__getitem__)

    def __str__(self) -> str:
        return hashlib.sha256(b"".join(sorted(self._files))).hexdigest()


def shown(path: Path | str) -> str:
    """A path for people, even where its name is no valid text."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def quoted(text: str) -> str:
    """What was written, short and printable."""
    return f"'{ascii(text[:20])[1:-1]}{'...' if len(text) > 20 else ''}'"


def _refused(path: Path, complaints: Complaints) -> bool:
    """Whether the path is no file; a pipe or a device is none: reading it might never end."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as wrong:
        complaints.add(shown(path), None, f"cannot be read: {_reason(wrong)}")
        return True
    if stat.S_ISREG(mode):
        return False
    what = "is a folder inside a trace" if stat.S_ISDIR(mode) else "is no ordinary file"
    complaints.add(shown(path), None, f"{what}; a trace is one folder with one file for each VM: move it out")
    return True


def _reason(wrong: OSError | ValueError) -> str:
    return (wrong.strerror if isinstance(wrong, OSError) else None) or str(wrong)
