"""Checkpoints: how far a point has come, kept in the run folder, so that a killed run goes on in the middle of it.

One file for each point under way, a SHA-256 and then arrays and JSON as numpy writes them; it is written beside and
renamed, so that it is whole or not there, and nothing in it is ever executed. When one is written depends on the clock
on the wall, and nothing simulated does.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vinfra.engine.state import State, apart, together

SUM = 32  # bytes of a SHA-256 that stand before the arrays
FOLDER = "checkpoints"
PERIOD = 5.0  # s between two checkpoints at least: what a kill may cost
PART = 0.02  # of the time that may be spent on writing them
DAMAGED = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)


@dataclass(slots=True)
class Checkpoints:
    """Those of one run folder. `remarks` are sentences for whoever asked."""

    folder: Path
    question: str
    remarks: list[str] = field(default_factory=list)

    def of(self, key: str) -> Checkpoint:
        """That of a point, by its name in the ledger."""
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        return Checkpoint(
            self.folder / FOLDER / f"{name}.state", {"question": self.question, "point": key}, self.remarks
        )

    def clear(self) -> None:
        """Forget all of them."""
        there = self.folder / FOLDER
        for path in sorted(there.glob("*.state*")):
            path.unlink(missing_ok=True)
        if there.is_dir() and not any(there.iterdir()):
            there.rmdir()


class Checkpoint:
    """How far one point has come; `about` says which point of which question it is."""

    def __init__(self, path: Path, about: dict[str, str], remarks: list[str]) -> None:
        self.path, self.about, self.remarks = path, about, remarks
        self._next = time.monotonic() + PERIOD

    def load(self) -> State | None:
        """The state it holds; None where there is none, or one that cannot be used, which is told in a sentence."""
        try:
            written = self.path.read_bytes()
            checksum, content = written[:SUM], written[SUM:]
            if hashlib.sha256(content).digest() != checksum:
                raise ValueError("it is damaged")
            with np.load(io.BytesIO(content), allow_pickle=False) as held:
                said: dict[str, Any] = json.loads(held["said"].tobytes())
                arrays = [held[f"array-{number}"] for number in range(said["arrays"])]
            if said["about"] != self.about:
                raise ValueError("it is of another question")
            found: dict[str, Any] = together(said["state"], arrays)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except DAMAGED as wrong:
            self.ignore(wrong)
            return None
        return found

    def ignore(self, wrong: Exception) -> None:
        """Say that it cannot be used; the point starts again."""
        self.remarks.append(f"{self.path} cannot be used, so its point starts again: {wrong}")

    def due(self) -> bool:
        """Whether it is time for another one."""
        return time.monotonic() >= self._next

    def save(self, state: State) -> None:
        """Write it in place of the one before; where that cannot be, say so and go on without."""
        started = time.monotonic()
        arrays: list[np.ndarray] = []
        said: dict[str, Any] = {"about": self.about, "state": apart(state, arrays)}
        said["arrays"] = len(arrays)
        text = np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(exist_ok=True)
            content = io.BytesIO()
            named = {f"array-{number}": array for number, array in enumerate(arrays)}
            np.savez(content, allow_pickle=False, said=text, **named)  # type: ignore[arg-type]
            with beside.open("wb") as file:
                file.write(hashlib.sha256(content.getvalue()).digest())
                file.write(content.getvalue())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as wrong:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            self.remarks.append(f"{self.path} cannot be written: {wrong.strerror}")
            self._next = float("inf")
            return
        ended = time.monotonic()
        self._next = ended + max(PERIOD, (ended - started) / PART)

    def drop(self) -> None:
        """Forget it: the point is done."""
        self.path.unlink(missing_ok=True)
