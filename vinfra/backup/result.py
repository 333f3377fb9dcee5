"""How the backup of one machine ended, in one condition; what it read, stored and left behind."""

from __future__ import annotations

from dataclasses import dataclass

DONE = "done"
MISSED = "missed"


@dataclass(slots=True)
class Result:
    """One machine in one run of a job. `condition` is done, missed, or what went wrong; times are seconds.

    `read` bytes came from the disk, `kept` are those of them that belong to the restore point, `stored` what it takes
    in the repository; `wrong` says that the disk that was read is another one than was meant.
    """

    machine: str
    job: str
    run: int
    asked: float
    proxy: str = ""
    started: float | None = None
    ended: float | None = None
    taken: float | None = None
    condition: str = ""
    read: float = 0.0
    kept: float = 0.0
    stored: float = 0.0
    whole: bool = False
    wrong: bool = False
    attempt: int = 1

    @property
    def done(self) -> bool:
        """Whether there is a restore point of it."""
        return self.condition == DONE
