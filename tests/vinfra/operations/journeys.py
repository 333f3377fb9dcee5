"""One journey over resources of one's own choosing, with a guest that keeps a diary."""

from __future__ import annotations

from collections.abc import Mapping

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.operations.migration import Journey, Migration, Plan
from vinfra.operations.moves import Moves, Order
from vinfra.workloads.writable_set import WritableSet

MB = 1e6


class Diary:
    """Guests that write down what happens to them, by VM."""

    def __init__(self) -> None:
        self.paces: dict[str, list[float]] = {}
        self.host: dict[str, str] = {}

    def pace(self, vm: str, fraction: float) -> None:
        self.paces.setdefault(vm, []).append(fraction)

    def expect(self, vm: str, host: str) -> None:
        assert host == "b" and vm not in self.host

    def arrive(self, vm: str, host: str) -> None:
        assert self.paces[vm][-1] == 0.0, "a VM changes its host while it stands still"
        assert vm not in self.host, "a VM arrives once"
        self.host[vm] = host


class Trip:
    """Plans under way over `capacities`; `run` brings them to their end."""

    def __init__(
        self, capacities: Mapping[str, float], plans: list[Plan], room: float = 1e15, at_once: int = 99
    ) -> None:
        self.clock = Clock()
        self.sharing = Sharing(self.clock)
        self.recorder = Recorder()
        self.guest = Diary()
        self.resources = {name: Resource(name, capacity) for name, capacity in capacities.items()}
        orders = [Order("order", 0.0, at_once, plans)]
        left = {"a": 0.0, "b": room}
        self.moves = Moves(self.clock, self.sharing, orders, self.resources, self.recorder, left, self.guest)

    def run(self, until: float = 1e6) -> list[Journey]:
        self.clock.run(until=until)
        return self.moves.finished()


def plan(method: Migration, size: float, rates: tuple[float, ...], sizes: tuple[float, ...], vm: str = "vm") -> Plan:
    """A plan over one link."""
    assert abs(sum(sizes) - size) < 1e-6 * size
    return Plan(vm, size, WritableSet(sizes, rates), method, {"link": 1.0}, "a", "b")


def one(
    method: Migration, rate: float, hot: float = 10 * MB, size: float = 1000 * MB, link: float = 100 * MB
) -> Journey:
    """One VM of `size` bytes whose `hot` bytes are written at `rate`, alone on a link."""
    trip = Trip({"link": link}, [plan(method, size, (rate, 0.0), (hot, size - hot))])
    journey = trip.run()[0]
    assert trip.guest.host == {"vm": "b"} and trip.guest.paces["vm"][-1] == 1.0
    return journey
