"""Office: demand with a time of day, for questions about nights and mornings. A shape, not a recording.

Every number of the shape can be said in the scenario: `workload: {trace: office, day: 60 %}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from vinfra import facts
from vinfra.engine.calendar import DAY
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Place
from vinfra.spec import field
from vinfra.units import Fraction, Seconds, show
from vinfra.workloads.demand import Recording
from vinfra.workloads.office import OfficeDemand, Shape
from vinfra.workloads.trace import Trace, traces

UNSAID = "as in facts/traces/office.yaml when unsaid"


@traces.register("office")
class Office(Trace):
    """CPU use of servers for an office: busy by day, nearly idle at night and on weekends; a shape, no recording."""

    source: ClassVar[str] = "no recording; a shape for what-if questions"

    night: Fraction | None = field(None, f"mean demand at night; {UNSAID}")
    day: Fraction | None = field(None, f"mean demand by day; {UNSAID}")
    begins: Seconds | None = field(None, f"time of day at which half of the rise is done; {UNSAID}")
    ends: Seconds | None = field(None, f"time of day at which half of the fall is done; {UNSAID}")
    ramp: Seconds | None = field(None, f"how long rise and fall take; {UNSAID}", gt=0)
    weekend: Fraction | None = field(None, f"mean demand on Saturdays and Sundays; {UNSAID}")
    between: Fraction | None = field(None, f"how unlike VMs are, standard deviation over mean; {UNSAID}")
    noise: Fraction | None = field(None, f"how restless a VM is, standard deviation over mean; {UNSAID}")

    @property
    def shape(self) -> Shape:
        """The fact, with what the scenario says otherwise."""
        fact: Shape = facts.load("traces", "office", Shape)
        said = {key: value for key in type(self).model_fields if (value := getattr(self, key)) is not None}
        return fact.model_copy(update=said)

    @property
    def interval(self) -> float:
        """Seconds between two samples."""
        return self.shape.interval

    @property
    def columns(self) -> int:
        """How many VMs when nobody says."""
        return self.shape.columns

    def objections(self) -> Iterator[tuple[str, str]]:
        """The day must rise before it falls, and do both between one midnight and the next."""
        shape = self.shape
        half = shape.ramp / 2
        if shape.begins > shape.ends:
            cure = "for work at night swap `begins` with `ends` and `day` with `night`"
            yield "begins", f"must not be after the day `ends` at {show(shape.ends, 'time')}: {cure}"
        if shape.begins < half:
            yield "begins", f"must be {show(half, 'time')}, half of `ramp`, after midnight at least"
        if shape.ends + half > DAY:
            yield "ends", f"must be {show(half, 'time')}, half of `ramp`, before midnight at least"

    def read(self, path: Path) -> Recording:
        """There are no recordings of it: InputError."""
        raise InputError.at(Place(str(path)), "office is a shape and reads no files: leave `path` out")

    def synthesise(
        self, columns: int, streams: Streams, interval: float | None = None, name: str = "", begins: float = 0.0
    ) -> OfficeDemand:
        """Demand with the shape's time of day."""
        return OfficeDemand(f"office/{name}", self.shape, columns, streams, interval, begins)
