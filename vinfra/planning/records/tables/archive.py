"""A workbook as the zip archive it is: what it holds, and what unpacking it would come to, known before anyone does.

unpacked <= 2 GiB and <= 200 times the packed size, in bytes that come out of the decompressor, not in those the
directory of the archive promises: a directory can lie. Source of the form: ECMA-376 part 2 (a package is a zip) and
PKWARE APPNOTE 6.3 (local headers of 30 bytes, methods 0 and 8). Limits are assumed: an export of 20,000 VMs unpacks to
about 0.4 GiB at 12 to 1.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.workloads.files import shown

LARGEST_FILE = 256 << 20
LARGEST_UNPACKED = 2 << 30
LARGEST_RATIO = 200
RATIO_FREE = 32 << 20  # below this a ratio says nothing: blank rows pack to almost nothing
MOST_MEMBERS = 2_000
CHUNK = 1 << 20
LOCAL = struct.Struct("<4s5H3I2H")
RESAVE = "open it in a spreadsheet program and save it as .xlsx"
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")  # OLE2, which holds .xls and workbooks with a password


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip archive in memory. `members` are its files by their names in small letters."""

    file: str
    data: bytes
    members: dict[str, zipfile.ZipInfo]

    def pieces(self, name: str) -> Iterator[bytes]:
        """What a member unpacks to, at most a MiB at a time; InputError when it is more than the archive says."""
        info = self.members[name]
        begins = self._begins(info)
        packed = memoryview(self.data)[begins : begins + info.compress_size]
        count = 0
        try:
            for piece in _inflated(packed) if info.compress_type == zipfile.ZIP_DEFLATED else _cut(packed):
                count += len(piece)
                if count > info.file_size:
                    raise self.wrong("is not sound: a part unpacks to more than the archive says; export it again")
                yield piece
        except zlib.error:
            raise self.wrong("is damaged: a part of it cannot be unpacked; export it again") from None

    def _begins(self, info: zipfile.ZipInfo) -> int:
        """Where the bytes of a member begin, after its local header."""
        try:
            magic, *_, names, extra = LOCAL.unpack_from(self.data, info.header_offset)
        except struct.error:
            magic, names, extra = b"", 0, 0
        if magic != b"PK\3\4":
            raise self.wrong("is not sound: a part of it is not where the archive says; export it again")
        return info.header_offset + LOCAL.size + int(names) + int(extra)

    def wrong(self, message: str) -> InputError:
        """What is wrong with the file."""
        return InputError.at(Place(self.file), message)


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    while not inflate.eof:
        piece = inflate.decompress(rest, CHUNK)
        rest = inflate.unconsumed_tail
        if piece:
            yield piece
        elif not rest:
            return


def _cut(packed: memoryview) -> Iterator[bytes]:
    for begins in range(0, len(packed), CHUNK):
        yield bytes(packed[begins : begins + CHUNK])


def content(path: Path, limit: int = LARGEST_FILE) -> bytes:
    """The bytes of an ordinary file that is not too large; InputError otherwise."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputError.at(
                Place(shown(path)), "is no ordinary file; name a workbook, a csv file or a folder of them"
            )
        if found.st_size > limit:
            most = f"has {found.st_size >> 20} MiB, and {limit >> 20} MiB is the most"
            raise InputError.at(Place(shown(path)), f"{most}; export fewer sheets, or one vCenter at a time")
        with open(path, "rb") as stream:
            return stream.read(limit)
    except (OSError, ValueError) as wrong:
        reason = (wrong.strerror if isinstance(wrong, OSError) else None) or str(wrong)
        raise InputError.at(Place(shown(path)), f"cannot be read: {reason}") from None


def opened(path: Path) -> Archive:
    """The archive at a path, with all that can be said before unpacking it; InputError with the cure otherwise."""
    data, file = content(path), shown(path)
    wrong = InputError.at
    if data.startswith(COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise wrong(Place(file), "has a password; save it without one")
        raise wrong(Place(file), f"is a workbook of the old .xls form; {RESAVE}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, RuntimeError, OverflowError, ValueError, struct.error, OSError) as reason:
        raise wrong(Place(file), f"is no workbook, or cut short ({reason}); export it again") from None
    if len(infos) > MOST_MEMBERS:
        raise wrong(Place(file), f"has {len(infos):,} parts, and {MOST_MEMBERS:,} are the most; {RESAVE}")
    members = {info.filename.lower().replace("\\", "/").lstrip("/"): info for info in infos}
    found = Archive(file, data, members)
    if len(members) < len(infos):
        raise found.wrong(f"has two parts of one name; {RESAVE}")
    _bounded(found)
    return found


def _bounded(archive: Archive) -> None:
    """Refuse what would unpack to too much, or in a way nobody wrote a workbook."""
    infos = archive.members.values()
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if unpacked > LARGEST_UNPACKED:
        most = f"unpacks to {unpacked / 2**30:.1f} GiB, and {LARGEST_UNPACKED >> 30} GiB is the most"
        raise archive.wrong(f"{most}; it may be a zip bomb: export fewer sheets, or one vCenter at a time")
    if unpacked > RATIO_FREE and unpacked > LARGEST_RATIO * max(packed, 1):
        times = f"unpacks to {unpacked / max(packed, 1):,.0f} times its size, and {LARGEST_RATIO} times is the most"
        raise archive.wrong(f"{times}; it may be a zip bomb: {RESAVE}")
    if any(info.flag_bits & 1 for info in infos):
        raise archive.wrong("has a password; save it without one")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise archive.wrong(f"is packed in a way no spreadsheet program packs; {RESAVE}")
