"""What a state means, and so its colour: waiting is grey, reading blue, a failure red.

States are words of whoever recorded them ("failed: the repository is full"); a tone is what many of them have in
common. Colours are CSS variables, so they follow light and dark.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tone:
    """`words` are the legend's; `ending` tones are outcomes that last until something else begins, drawn as a mark with
    a thin line; `trouble` ranks them: 2 for stopped or failed, 1 for missed."""

    name: str
    words: str
    starts: tuple[str, ...]
    ending: bool = False
    trouble: int = 0

    @property
    def colour(self) -> str:
        """As a CSS variable of the page."""
        return f"var(--t-{self.name})"


FAULT = Tone("fault", "fault", ())
TONES = (
    FAULT,
    Tone("wait", "waiting", ("wait", "transfer waits", "stays on")),
    Tone("snapshot", "snapshot", ("snapshot", "removing an old snapshot")),
    Tone("read", "reading", ("read",)),
    Tone(
        "move",
        "moving data",
        ("transfer", "copies", "copying", "sending", "disk round", "pre-copy", "post-copy", "moves to"),
    ),
    Tone("tank", "through the holding tank", ("through the tank",)),
    Tone("commit", "committing the snapshot", ("commit",)),
    Tone("restore", "restoring, booting", ("restor", "instant", "boot")),
    Tone("standby", "on standby", ("standby", "goes to standby", "is emptied", "is not there")),
    Tone(
        "service",
        "in maintenance",
        (
            "enters maintenance",
            "installs",
            "shuts down",
            "writes",
            "POST",
            "is inspected",
            "is powered",
            "is configured",
        ),
    ),
    Tone("missed", "missed", ("missed",), ending=True, trouble=1),
    Tone("failed", "failed", ("failed",), ending=True, trouble=2),
    Tone(
        "stopped",
        "stopped, down",
        ("stopped:", "down", "is down", "stays down", "is isolated", "has no host"),
        trouble=2,
    ),
    Tone("still", "stopped to switch over", ("stopped",)),
    Tone("over", "past its window", ("overran",)),
    Tone("run", "running", ("running", "runs")),
    Tone("load", "load of a proxy", ("busy",)),
    Tone("full", "host full", ("full", "less than")),
    Tone("other", "anything else", ("",)),
)
INDEX = {found.name: number for number, found in enumerate(TONES)}


@functools.cache
def tone(state: str) -> Tone:
    """The tone of a state."""
    return next(found for found in TONES if state.startswith(found.starts))


def load(state: str) -> int | None:
    """How many a proxy is busy with; None for a state that is no load."""
    word, _, number = state.partition(" ")
    return int(number) if word == "busy" and number.isdigit() else None
