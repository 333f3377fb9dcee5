"""The shell around the coordinator: it starts actors, sends chunks, and turns what comes back into events.

What all points share lies in the object store once, where the actors of a machine read it without a copy. Every wait is
bounded; when nothing can happen any more it is said what was waited for.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from types import TracebackType
from typing import Any

import ray
from ray import exceptions as broken

from actors.connect import resources
from actors.coordinator import Coordinator
from actors.events import (
    ActorJoined,
    ActorLost,
    ChunkDone,
    ChunkLost,
    Event,
    GiveUp,
    Instruction,
    KeepPoints,
    PointsCame,
    RecordFailure,
    SendChunk,
    StartActor,
)
from actors.worker import PROCESS, Here, Worked
from vinfra.document import Document
from vinfra.errors import InputError, Place, Unfinished
from vinfra.scenario.identity import build
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry, entry
from vinfra.scenario.points import Spot
from vinfra.scenario.results import Point

LISTEN = 1.0  # seconds of one wait, after which the deadline is looked at
START = 300.0  # seconds without a single actor: a cluster that grows on demand takes minutes to add a machine
GONE = (broken.ObjectLostError, broken.ObjectFetchTimedOutError, broken.OwnerDiedError)


class Pool:
    """Long-lived actors that work at the points of one scenario."""

    def __init__(self, size: int, document: Document, inputs: Inputs) -> None:
        self.coordinator = Coordinator(size)
        self.cpu_s = 0.0
        self._shared = (ray.put(document), ray.put(inputs))
        self._spots: dict[int, Spot] = {}
        self._actors: dict[int, Any] = {}
        self._machines: dict[int, str] = {}
        self._asked: dict[Any, tuple[int, int | None]] = {}  # what was asked of whom: a chunk, or that it is up
        self._worked: dict[int, Worked] = {}
        self._since = time.monotonic()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for actor in self._actors.values():
            ray.kill(actor)

    def work(self, spots: Sequence[Spot]) -> Generator[list[Entry]]:
        """Simulate every spot, each exactly once; Unfinished when no actor can do it, InputError when other code than
        here runs there."""
        first = max(self._spots, default=-1) + 1
        came = dict(enumerate(spots, start=first))
        self._spots |= came
        self._since = time.monotonic()
        yield from self._told(PointsCame(tuple(came)))
        while self.coordinator.open:
            ready, _ = ray.wait(list(self._asked), timeout=LISTEN)
            for event in [event for ref in ready for event in self._heard(ref)]:
                yield from self._told(event)
            self._patience()

    def _told(self, event: Event) -> Iterator[list[Entry]]:
        """Do what the coordinator says about an event, and hand on the points that ended."""
        for instruction in self.coordinator.handle(event):
            if entries := self._followed(instruction):
                yield entries

    def _followed(self, instruction: Instruction) -> list[Entry]:
        match instruction:
            case StartActor(actor):
                self._actors[actor] = PROCESS.remote(*self._shared)
                self._asked[self._actors[actor].here.remote()] = (actor, None)
            case SendChunk(actor, chunk, points):
                if actor in self._actors:  # else that it is lost is the next event
                    spots = [self._spots[point] for point in points]
                    self._asked[self._actors[actor].work.remote(spots)] = (actor, chunk)
            case KeepPoints(chunk, points):
                for point in points:
                    del self._spots[point]
                return self._worked.pop(chunk).entries
            case RecordFailure(point, why):
                spot = self._spots.pop(point)
                return [entry(Point(spot.column.name, spot.row.at, spot.replication, error=why))]
            case GiveUp(why):
                raise Unfinished(why)
        return []

    def _heard(self, ref: Any) -> list[Event]:
        """What an answer, or that there will be none, means."""
        actor, chunk = self._asked.pop(ref, (None, None))
        if actor is None:
            return []
        try:
            answer = ray.get(ref)
        except GONE as reason:
            return [ChunkLost(actor, chunk, _words(reason))] if chunk is not None else self._ended(actor, reason)
        except broken.RayError as reason:
            return self._ended(actor, reason)
        if isinstance(answer, Here):
            self._same(answer)
            self._machines[actor] = answer.machine
            return [ActorJoined(actor)]
        assert chunk is not None
        self._worked[chunk] = answer
        self.cpu_s += answer.cpu_s
        return [ChunkDone(actor, chunk, len(answer.entries), answer.seconds)]

    def _ended(self, actor: int, reason: Exception) -> list[Event]:
        """An actor is gone; what it had handed in before that still counts."""
        rest = [ref for ref, (who, _) in self._asked.items() if who == actor]
        ready, _ = ray.wait(rest, num_returns=len(rest), timeout=0) if rest else ([], [])
        before = [event for ref in ready for event in self._answered(ref)]
        for ref in rest:
            self._asked.pop(ref, None)
        ray.kill(self._actors.pop(actor))
        self._since = time.monotonic()
        return [*before, ActorLost(actor, _words(reason), self._is_dead(self._machines.pop(actor, None)))]

    def _answered(self, ref: Any) -> list[Event]:
        """The result of a chunk, if there is one."""
        try:
            ray.get(ref)
        except broken.RayError:
            return []
        return self._heard(ref)

    def _same(self, here: Here) -> None:
        """Other code would give other numbers."""
        if here.build != build():
            sentence = "another vinfra than here is installed on a machine of the cluster"
            cure = "install this one there, or send it along with ray job submit --working-dir . (docs/cluster.md)"
            raise InputError.at(Place("--address"), f"{sentence}: {cure}")

    def _is_dead(self, machine: str | None) -> bool:
        """Whether an actor's machine went, and not the actor alone."""
        return any(one["NodeID"] == machine and not one["Alive"] for one in ray.nodes())  # type: ignore[no-untyped-call]

    def _patience(self) -> None:
        """Unfinished when there has been no actor for too long."""
        if self._machines:
            self._since = time.monotonic()
        elif time.monotonic() - self._since > START:
            has = resources().get("CPU", 0)
            cluster = f"the cluster has {has:.0f} CPUs"
            raise Unfinished(f"no actor could be started in {START:.0f} s ({self.coordinator.waits_for}; {cluster})")


def _words(reason: Exception) -> str:
    """The first sentence of what Ray says."""
    return next((line.strip() for line in str(reason).splitlines() if line.strip()), type(reason).__name__)
