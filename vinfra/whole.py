"""Files that are there whole or not at all: written under a temporary name beside their place, then moved onto it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vinfra.errors import InputError, Place

LONGEST = 200  # characters of a temporary name that are those of the file: file systems take 255 bytes or more


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name to write to: what lies there becomes `path` when the block ends well, and is removed when it does not.
    OSError where that cannot be; `told` makes an InputError of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name[:LONGEST]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def all_whole(paths: list[Path]) -> Iterator[list[Path]]:
    """Names to write several files to, which take their places one after the other in this order when the block ends
    well: where the last one is, all are."""
    with ExitStack() as parts:
        yield [parts.enter_context(whole(path)) for path in reversed(paths)][::-1]


def write_text(path: Path, text: str) -> None:
    """The text as UTF-8 with line feeds, whole."""
    with whole(path) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))


@contextmanager
def told(place: Place, cure: str = "") -> Iterator[None]:
    """What the system says against writing there, as an InputError with the place and the cure."""
    try:
        yield
    except OSError as reason:
        said = f"cannot be written to: {reason.strerror or reason}"
        raise InputError.at(place, f"{said}; {cure}" if cure else said) from None
