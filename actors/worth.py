"""Whether it is worth it to simulate the sites of one point in several processes: it is begun in this one and looked
at.

    worth it  <=>  work of a window, all sites together >= 1 ms

An exchange takes 0.1 to 0.2 ms, and in most windows one process waits for the other. Below that the point is finished
here, where it has begun; above it is begun anew on actors, which costs the seconds that were looked at. The answer is
the same either way. Source: bench/sites.py.
"""

from __future__ import annotations

import time

from vinfra.document import Document
from vinfra.engine.windows import Frames
from vinfra.errors import Refused
from vinfra.scenario.federation import Federation
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Spot
from vinfra.scenario.results import Point
from vinfra.scenario.simulate import complete, said, seed_of

LOOK = 5.0  # seconds of work that are looked at; about what starting a private cluster takes
WORTH = 1e-3  # seconds of work in a window


class Worth(Exception):
    """It is: give up here and take actors."""


class Look:
    """The exchange of a process that holds all sites, which looks at how long its windows take."""

    def __init__(self) -> None:
        self.began = self.last = time.perf_counter()
        self.windows = 0

    @property
    def work(self) -> float:
        """Seconds of work in a window, on average."""
        return (self.last - self.began) / self.windows if self.windows else 0.0

    def __call__(self, frames: Frames) -> Frames:
        """Everything is here. Worth, when enough has been seen and windows are long."""
        now = time.perf_counter()
        if self.windows == 0:
            self.began = now
        self.windows, self.last = self.windows + 1, now
        if now - self.began > LOOK and self.work >= WORTH:
            raise Worth
        return frames


def attempt(spot: Spot, document: Document, inputs: Inputs, parts: int) -> tuple[Point | None, str]:
    """The point, simulated here, and a remark why; or None where actors are worth it."""
    point, look = Point(spot.column.name, spot.row.at, spot.replication), Look()
    try:
        resolved = resolve(spot.document(document))
        federation = Federation(resolved, inputs, seed_of(resolved, spot.replication))
        federation.run(look)
        complete(point, resolved, federation.outcomes(), inputs)
    except Worth:
        return None, ""
    except Refused as reason:
        point.refused = str(reason)
    except Exception as error:  # whatever a plug-in of another package raises; it is the point's error
        point.error = said(error)
    if not look.windows:
        return point, ""
    sentence = f"simulated in this process: {1e3 * look.work:.2g} ms of work in each of {look.windows} windows"
    return point, f"{sentence}, or over before actors would have been up; --actors {parts} takes {parts} all the same"
