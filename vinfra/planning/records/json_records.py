"""JSON documents of an inventory, bounded: records are mappings, their numbers may be written as text.

Source: RFC 8259; NaN and Infinity, which Python would read, are no JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vinfra.errors import InputError, Place
from vinfra.workloads.files import Complaints, contents, listing, quoted, shown

LARGEST = 1 << 27  # bytes; the listing of 20,000 guests is a sixteenth of it
FILES = 100_000  # a guest's configuration is a file
LARGEST_NUMBER = 1e18
Record = Mapping[str, Any]


def documents(path: Path, suffix: str = ".json") -> Iterator[tuple[str, str, Any]]:
    """(path as shown, stem, content) of the JSON file, or of those in a folder; InputError for what is none."""
    complaints = Complaints()
    if path.is_dir():
        files = [file for file in listing(path, complaints) if file.suffix.lower() == suffix]
        complaints.kept.clear()  # what else lies in the folder is no part of the record
    else:
        files = listing(path, complaints)
        complaints.stop()
    if len(files) > FILES:
        raise InputError.at(Place(shown(path)), f"has more than {FILES:,} files")
    complaints, left = Complaints(), LARGEST
    for file, data in contents(files, complaints, LARGEST + 1):
        left -= len(data)
        if left < 0:
            raise InputError.at(
                Place(shown(file)), f"is larger than {LARGEST >> 20} MiB, alone or with those before it"
            )
        yield shown(file), file.stem, parsed(shown(file), data)
    complaints.stop()


def parsed(file: str, data: bytes) -> Any:
    """What a JSON text says; InputError with its line."""
    try:
        return json.loads(data, parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        place = Place(file, wrong.lineno, wrong.colno)
        raise InputError.at(place, f"is no JSON: {wrong.msg}; write it with --output-format json") from None
    except RecursionError:
        raise InputError.at(Place(file), "is nested too deeply for an inventory") from None
    except ValueError as wrong:  # no UTF-8, a number of thousands of digits, NaN
        raise InputError.at(Place(file), f"is no JSON: {str(wrong)[:80]}") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


class Values:
    """Reads values out of records, and keeps what is wrong with them."""

    def __init__(self, file: str, complaints: Complaints) -> None:
        self.file = file
        self.complaints = complaints

    def text(self, record: Record, key: str) -> str:
        """A text; empty where there is none."""
        value = record.get(key)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        if isinstance(value, int | float):
            return str(value)
        self._wrong(record, key, value, "no text")
        return ""

    def number(self, record: Record, key: str) -> float | None:
        """A number from 0 up, also one written as text; None where there is none."""
        value = record.get(key)
        if value is None or value == "":
            return None
        try:
            found = float(value) if isinstance(value, int | float | str) and value is not True else math.nan
        except (ValueError, OverflowError):
            found = math.nan
        if 0 <= found <= LARGEST_NUMBER:
            return found
        self._wrong(record, key, value, "no number from 0 up")
        return None

    def whole(self, record: Record, key: str) -> int | None:
        """A whole number from 0 up; None where there is none."""
        found = self.number(record, key)
        return None if found is None else int(found)

    def true(self, record: Record, key: str) -> bool:
        """1, "1" and true are true."""
        return str(record.get(key, "0")).lower() in ("1", "true", "yes", "on")

    def _wrong(self, record: Record, key: str, value: Any, what: str) -> None:
        who = record.get("id") or record.get("name") or record.get("vmid") or ""
        told = f"{quoted(str(who))}: " if who else ""
        self.complaints.add(self.file, None, f"{told}{key}: {quoted(str(value))} is {what}")
