"""A platform of a published table: a technique on a processor with an I/O path, as scenarios have them."""

from __future__ import annotations

from dataclasses import dataclass, field

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.hypervisors.measured import cycles
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.workloads.guest import Workload


def processor(name: str) -> Processor:
    """A processor fact."""
    found: Processor = facts.load("processors", name, Processor)
    return found


def technique(name: str, **settings: object) -> Technique:
    """A technique with parameters other than its defaults."""
    return techniques[name](**settings)


@dataclass(frozen=True, slots=True)
class Platform:
    """What a guest runs on; `path` is the way of its disk requests and packets."""

    technique: Technique
    processor: Processor
    guest: Guest = field(default_factory=Guest)
    path: IoPath = field(default_factory=lambda: io_paths["native"]())

    def factor(self, workload: str) -> float:
        """Native cycles times this are the cycles a workload takes."""
        work = facts.load("workloads", workload, Workload)
        native = None if work.loop is None else cycles(work.loop, "native", self.processor)
        return overhead(
            self.technique, self.processor, work.rates(self.processor, native), self.guest, self.path
        ).factor

    def cost(self, event: str) -> float:
        """Cycles above native of one event."""
        way = self.path.cost(event, self.technique, self.processor, self.guest)
        return self.technique.cost(event, self.processor, self.guest) + way

    def seconds(self, event: str) -> float:
        """Seconds above native of one event."""
        return self.cost(event) / self.processor.frequency


def platform(name: str, on: str, bits: int = 64, path: str = "native", **settings: object) -> Platform:
    """A technique by name on a processor by name."""
    return Platform(technique(name, **settings), processor(on), Guest(bits=bits), io_paths[path]())
