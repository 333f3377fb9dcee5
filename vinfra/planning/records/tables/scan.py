"""What the sheets of a workbook would take in memory, counted in their bytes before a library opens them.

A library keeps a sheet as one rectangle from its first cell to its last: two cells, A1 and XFD1048576, would take 500
GiB. And it writes a text that many cells share once for each of them. So:

    memory = last row * last column * 32 B + texts of all cells        <= 25 M cells, 0.5 GiB of texts for each sheet

Every address and every element is seen: they are found in the bytes with numpy, 1 GB/s, since a parser in Python would
take longer than all that is read. What is not written as spreadsheet programs write it is refused.
Source of the form: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.73 (row), 18.4.8 (si). Size of a cell: measured with
python-calamine 0.9.1. Limits are assumed: vInfo of 20,000 VMs has 1.8 M cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.records.tables.archive import RESAVE, Archive

LOOK = 256  # bytes before and after a place that are looked at
MOST_COLUMNS = 512
MOST_ROWS = 2_000_000
MOST_CELLS = 25_000_000
MOST_TEXT = 1 << 29
MOST_PENDING = 1 << 22  # bytes of a cell that are kept until its end is read
SHARED = re.compile(rb't="s"[^<>]*>\s*<v>([0-9]{1,9})</v>')
PREFIXED = re.compile(rb"<[^<>\s/]+:(?:c|row|si)[\s/>]")
Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(slots=True)
class Seen:
    """What one part of a workbook holds. `texts` are where shared texts begin, `shared` the cells that show one."""

    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    addresses: int = 0
    formulas: int = 0
    shared: int = 0
    odd: bool = False  # attributes or elements as no spreadsheet program writes them
    length: int = 0
    texts: list[Places] = field(default_factory=list)

    def add(self, buffer: bytes, offset: int) -> None:
        """What is in the buffer but for its first and last LOOK bytes; `offset` is where that begins in the part."""
        a: Bytes = np.frombuffer(buffer, dtype=np.uint8)
        opens, closes = np.flatnonzero(a == ord("<")), np.flatnonzero(a == ord(">"))
        self._attributes(a, np.flatnonzero(a[LOOK : len(a) - LOOK] == ord("=")) + LOOK, opens, closes)
        self._elements(a, opens[(opens >= LOOK) & (opens < len(a) - LOOK)], offset)
        colons = np.flatnonzero(a[:-1] == ord(":"))
        if np.any(np.isin(a[colons + 1], (ord("c"), ord("r"), ord("s")))) and PREFIXED.search(buffer):
            self.odd = True

    def _attributes(self, a: Bytes, at: Places, opens: Places, closes: Places) -> None:
        """Addresses (`r`) and shared texts (`t="s"`), of the places of `=`; `opens` and `closes` those of `<`, `>`."""
        element, close = np.searchsorted(opens, at) - 1, np.searchsorted(closes, at) - 1
        edge = np.array([-1])
        begins = np.concatenate([opens, edge])[element]
        at = at[begins > np.concatenate([closes, edge])[close]]  # what is inside an element, and no text
        begins = begins[begins > np.concatenate([closes, edge])[close]]
        name, before = a[at - 1], a[at - 2] <= 32
        named = ((name == ord("r")) | (name == ord("t"))) & before
        quoted = a[at + 1] == ord('"')
        spaced = (name <= 32) & np.isin(a[at - 2], (ord("r"), ord("t"), 9, 10, 13, 32)) & (begins > 0)
        self.odd |= bool(np.any(named & ~quoted) or np.any(spaced))
        shared = named & quoted & (name == ord("t")) & (a[at + 2] == ord("s")) & (a[at + 3] == ord('"'))
        self.shared += int(np.count_nonzero(shared))
        address = named & quoted & (name == ord("r"))
        cell = address & (a[begins + 1] == ord("c")) & (a[begins + 2] <= 32)
        self.addresses += int(np.count_nonzero(np.diff(begins[cell], prepend=-1)))  # of each element the first
        # A cell with nothing in it (blank rows that carry a format, up to the last a sheet may have) takes no memory.
        ends = np.concatenate([closes, edge])[np.searchsorted(closes, begins[cell])]
        empty = (a[ends - 1] == ord("/")) | ((a[ends] == ord(">")) & (a[(ends + 2) % len(a)] == ord("/")))
        self._positions(a, at[cell][~empty | (ends < 0)] + 2)

    def _positions(self, a: Bytes, at: Places) -> None:
        column = np.zeros(len(at), dtype=np.int64)
        row = np.zeros(len(at), dtype=np.int64)
        letters, digits = np.ones(len(at), dtype=bool), np.ones(len(at), dtype=bool)
        begins = at.copy()
        for _ in range(5):
            letter = (a[begins] & 0xDF).astype(np.int64) - 64
            letters &= (letter >= 1) & (letter <= 26)
            column = np.where(letters, column * 26 + letter, column)
            begins += letters
        for step in range(10):
            digit = a[begins + step].astype(np.int64) - 48
            digits &= (digit >= 0) & (digit <= 9)
            row = np.where(digits, row * 10 + digit, row)
        self.last_column = max(self.last_column, int(column.max(initial=0)))
        self.last_row = max(self.last_row, int(row.max(initial=0)))

    def _elements(self, a: Bytes, at: Places, offset: int) -> None:
        def ends(where: Places) -> NDArray[np.bool_]:
            after = a[where]
            found: NDArray[np.bool_] = (after <= 32) | (after == ord("/")) | (after == ord(">"))
            return found

        first, second = a[at + 1], a[at + 2]
        self.cells += int(np.count_nonzero((first == ord("c")) & ends(at + 2)))
        self.formulas += int(np.count_nonzero((first == ord("f")) & ends(at + 2)))
        row = (first == ord("r")) & (second == ord("o")) & (a[at + 3] == ord("w")) & ends(at + 4)
        self.rows += int(np.count_nonzero(row))
        text = (first == ord("s")) & (second == ord("i")) & ends(at + 3)
        if np.any(text):
            self.texts.append(at[text] - LOOK + offset)


def seen(archive: Archive, name: str) -> Seen:
    """What a part holds. InputError where it is no text in UTF-8, or not what the archive says it is."""
    found, tail, offset = Seen(), b" " * (2 * LOOK), -LOOK
    for piece in archive.pieces(name):
        if name.endswith(".xml") and b"\0" in piece:
            raise archive.wrong(f"is not written in UTF-8; {RESAVE}")
        buffer = tail + piece
        found.add(buffer, offset)
        offset += len(piece)
        tail = buffer[-2 * LOOK :]
    found.add(tail + b" " * LOOK, offset)
    found.length = offset + LOOK
    return found


def admit(archive: Archive) -> int:
    """How many formulas the workbook has, once it is sure that no sheet of it takes too much; InputError otherwise.

    Every part is looked at: any of them may be called a sheet, whatever its name ends with.
    """
    parts = {name: seen(archive, name) for name in sorted(archive.members)}
    lengths = _lengths(archive, parts)
    for name, part in parts.items():
        if not (part.cells or part.rows):
            continue
        where = f"{name.rpartition('/')[2][:40]} in it"
        if part.odd or part.cells > part.addresses:
            raise archive.wrong(f"is not written as spreadsheet programs write ({where}); {RESAVE}")
        rows, columns = part.last_row, part.last_column
        for count, most, what in (
            (columns, MOST_COLUMNS, "columns"),
            (rows, MOST_ROWS, "rows"),
            (rows * columns, MOST_CELLS, "cells"),
        ):
            if count > most:
                raise archive.wrong(
                    f"has a sheet of {count:,} {what} ({where}), and {most:,} are the most; delete what is not of the "
                    "export, or export one vCenter at a time"
                )
        if _text(archive, name, part, lengths) > MOST_TEXT:
            raise archive.wrong(f"has more than {MOST_TEXT >> 20} MiB of text in {where}; it may be a bomb: {RESAVE}")
    return sum(part.formulas for part in parts.values())


def _lengths(archive: Archive, parts: dict[str, Seen]) -> NDArray[np.int64]:
    """Bytes of each shared text with its markup, shape (texts,): never less than the text itself takes."""
    holding = [part for part in parts.values() if part.texts]
    if not holding:
        return np.zeros(1, dtype=np.int64)
    if len(holding) > 1 or any(part.odd for part in holding):
        raise archive.wrong(f"does not share texts as spreadsheet programs do; {RESAVE}")
    return np.diff(np.concatenate([*holding[0].texts, [holding[0].length]]))


def _text(archive: Archive, name: str, part: Seen, lengths: NDArray[np.int64]) -> int:
    """Bytes that the shared texts of a sheet take when each cell has its own; exact only where it matters."""
    longest = int(lengths.max())
    if part.shared * longest <= MOST_TEXT:
        return part.shared * longest
    total, count, tail = 0, 0, b""
    for piece in (*archive.pieces(name), b"<c "):
        buffer = tail + piece
        cut = max(buffer.rfind(b"<c "), 0)
        buffer, tail = buffer[:cut], buffer[cut : cut + MOST_PENDING]
        indices = np.array([int(found) for found in SHARED.findall(buffer)], dtype=np.int64)
        total += int(lengths[np.minimum(indices, len(lengths) - 1)].sum())
        count += len(indices)
        if total > MOST_TEXT:
            return total
    return total + (part.shared - count) * longest
