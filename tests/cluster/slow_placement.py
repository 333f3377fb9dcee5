"""A placement for tests: first fit that takes its time, writes down who was at work, and can end its process.

It does so in processes of Ray alone: what checks a scenario is neither slowed nor ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from vinfra.operations.placement import Batch, Room
from vinfra.operations.placements.first_fit import FirstFit
from vinfra.spec import field


class Slow(FirstFit):
    """First fit, slowly."""

    source: ClassVar[str] = "made for tests"

    seconds: float = field(0.0, "how long it takes", ge=0)
    deadly: bool = field(False, "whether it ends its process")
    wrong: bool = field(False, "whether it raises")
    diary: str = field("", "folder in which it writes the process it runs in")

    def place(self, batch: Batch, room: Room) -> Any:
        """Take time first."""
        if Path(sys.argv[0]).name == "default_worker.py":
            if self.diary:
                Path(self.diary, str(os.getpid())).touch()
            time.sleep(self.seconds)
            if self.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.wrong:
                raise ZeroDivisionError("made for tests")
        return super().place(batch, room)
