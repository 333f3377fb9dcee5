"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.workloads.files import shown


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside the path to write to; it takes the path's place at the end, and goes away where that fails.

    InputError where nothing can be written there.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=path.suffix)
        os.close(handle)
    except (OSError, ValueError) as wrong:
        reason = (wrong.strerror if isinstance(wrong, OSError) else None) or str(wrong)
        raise InputError.at(Place(shown(path)), f"cannot be written: {reason}") from None
    part = Path(name)
    try:
        yield part
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
