"""A recovery: one machine (or one of its files) is wanted back, from the question to the machine that runs again.

    ask the catalog -> wait for a place -> read the point's files -> convert, where it goes to another platform -> boot

It ends in a condition: done, or the reason why not. Units: bytes, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpy.exceptions import Interrupt

from vinfra.backup.broken import broken
from vinfra.backup.converter import Converter
from vinfra.backup.estate import Machine
from vinfra.backup.restorer import Restorer
from vinfra.backup.result import DONE
from vinfra.compute.streams import Failed, Phases, Way
from vinfra.engine.clock import Owned

if TYPE_CHECKING:
    from vinfra.backup.restoring import Restoring

BLOCK = 2.0**20  # bytes of one write of a restored disk: the unit of an NFC request, as for images


@dataclass(frozen=True, slots=True)
class Target:
    """Where a machine goes: a host and a datastore; another product where it is not its own, through the converter."""

    host: str
    datastore: str
    product: str | None = None
    converter: Converter | None = None


class Recovery:
    """`age` is how old the state is that came back, `took` how long it took; None before that is known, or never."""

    def __init__(
        self, restoring: Restoring, machine: Machine, restorer: Restorer, target: Target, wanted: float, drill: str
    ) -> None:
        self.restoring = restoring
        self.site = restoring.site
        self.machine = machine
        self.restorer = restorer
        self.target = target
        self.wanted = wanted
        self.drill = drill
        self.asked = self.site.clock.now
        self.condition = ""
        self.age: float | None = None
        self.took: float | None = None
        self.read = 0.0
        self.written = 0.0
        self.process: Owned = self.site.clock.process(self._work(), source=f"restore/{machine.name}")

    @property
    def done(self) -> bool:
        """Whether it came back."""
        return self.condition == DONE

    @property
    def name(self) -> str:
        """What it is called among streams."""
        return f"restore/{self.drill}/{self.machine.name}"

    def _work(self) -> Phases:
        ticket = self.restoring.slots.ask([("restores",)])
        self.site.recorder.enter(f"restore/{self.machine.name}", "waiting", self.asked)
        try:
            yield ticket.granted
            yield from self._restore()
            self.condition = DONE
            self.here()
        except Failed as failure:
            self.condition, self.took = str(failure), None
        except Interrupt as interrupt:
            self.condition = broken(interrupt).condition
        self.restoring.slots.leave(ticket)
        state = "" if self.done else f"failed: {self.condition}"
        self.site.recorder.enter(f"restore/{self.machine.name}", state, self.site.clock.now)
        self.restoring.ended(self)

    def _restore(self) -> Phases:
        point = self.restoring.find(self.machine, self.restorer.needs, self.wanted)
        self.age = self.asked - point.taken
        if self.target.product is not None and self.target.converter is None:
            raise Failed(f"{self.machine.name} ran on another hypervisor than {self.target.product}: no converter")
        self.point = point
        self.site.recorder.enter(f"restore/{self.machine.name}", "restoring", self.site.clock.now)
        yield from self.restorer.bring_back(self)
        if point.wrong:
            raise Failed("what came back is another disk than was backed up")

    def here(self) -> None:
        """The machine (or the file) is there again; only the first time counts."""
        if self.took is None:
            self.took = self.site.clock.now - self.asked

    def copy(self, size: float) -> Phases:
        """Bring so many bytes from the repository to the disk of the target."""
        self.read += size / self.point.place.smaller
        yield from self.site.streams.carry(self.name, size, self._way)
        self.written += size

    def _way(self) -> Way:
        """The repository's disks, the LAN to the host, the host's processor and the LUN."""
        target, site = self.target, self.site
        place = self.point.place
        stored = 1.0 / place.smaller
        out = Way({}).then(place.read_way().then(site.between(place.host, target.host)), stored)
        disk = site.write(target.datastore, BLOCK).then(Way(site.fabric.to_lun(target.host, target.datastore)))
        way = out.then(site.cpu(target.host, self.restoring.cycles_per_byte)).then(disk)
        return way if target.converter is None else way.at_most(target.converter.rate)

    def boot(self, seconds: float) -> Phases:
        """Start it, after the converter has changed what it must."""
        if self.target.converter is not None:
            seconds += self.target.converter.reconfigure
        yield self.site.clock.timeout(seconds)
