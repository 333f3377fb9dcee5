"""Who works at what: a state machine of points, chunks and actors. Events in, instructions out; no input or output, no
clock.

Every point ends exactly once: its first result is kept or, when it has ended its actor ATTEMPTS times, its failure. An
actor holds two chunks, so that it need not wait for the next. When it is lost both are put back; the older one was
being worked at, so its points are suspects and go out one by one from then on, which finds the one that ends actors.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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
from actors.points import Pace

IN_FLIGHT = 2  # chunks an actor holds: one it works at, one that waits
ATTEMPTS = 3  # actors a point may end before it is given up
BARREN = 8  # actors lost in a row, with nothing done in between, before the run is given up


@dataclass(slots=True)
class _Actor:
    """An actor that is there, with the chunks it holds, oldest first; `up` once it has joined."""

    up: bool = False
    chunks: deque[int] = field(default_factory=deque)


class Coordinator:
    """The state of one pool of `size` actors."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pace = Pace()
        self._waiting: deque[int] = deque()
        self._suspects: deque[int] = deque()
        self._open: set[int] = set()
        self._blame: dict[int, int] = {}
        self._chunks: dict[int, tuple[int, ...]] = {}
        self._actors: dict[int, _Actor] = {}
        self._numbers = {"actor": 0, "chunk": 0}
        self._barren = 0
        self.log: list[Event] = []

    @property
    def open(self) -> int:
        """Points that have not ended."""
        return len(self._open)

    @property
    def waits_for(self) -> str:
        """What has to happen next, for people."""
        up = sum(actor.up for actor in self._actors.values())
        held = sum(len(actor.chunks) for actor in self._actors.values())
        return f"{self.open} points, {held} chunks of them at {up} actors; {len(self._actors) - up} actors are starting"

    def handle(self, event: Event) -> list[Instruction]:
        """What to do about an event. Events of an actor or chunk that is known no more change nothing."""
        self.log.append(event)
        done = [*self._heard(event)]
        if any(isinstance(one, GiveUp) for one in done):
            return done
        return [*done, *self._staffed(), *self._sent()]

    def _heard(self, event: Event) -> Iterator[Instruction]:
        match event:
            case PointsCame(points):
                fresh = [point for point in dict.fromkeys(points) if point not in self._open]
                self._open.update(fresh)
                self._waiting.extend(fresh)
            case ActorJoined(actor):
                if actor in self._actors:
                    self._actors[actor].up = True
            case ChunkDone(actor, chunk, done, seconds):
                yield from self._finished(actor, chunk, done, seconds)
            case ChunkLost(actor, chunk):
                if self._dropped(actor, chunk):
                    self._put_back(self._chunks.pop(chunk))
            case ActorLost(actor, why, innocent):
                yield from self._lost(actor, why, innocent)

    def _finished(self, actor: int, chunk: int, done: int, seconds: float) -> Iterator[Instruction]:
        """Results of a chunk came."""
        if not self._dropped(actor, chunk):
            return
        points = self._chunks.pop(chunk)
        self._put_back(points[done:])
        if done:
            self.pace = self.pace.after(done, seconds)
            self._barren = 0
            self._open.difference_update(points[:done])
            yield KeepPoints(chunk, points[:done])

    def _dropped(self, actor: int, chunk: int) -> bool:
        """Take a chunk from an actor; whether it held it."""
        held = self._actors[actor].chunks if actor in self._actors else ()
        if chunk not in held:
            return False
        self._actors[actor].chunks.remove(chunk)
        return True

    def _lost(self, actor: int, why: str, innocent: bool) -> Iterator[Instruction]:
        """An actor is gone: what it was working at is suspect, what waited behind that is not."""
        gone = self._actors.pop(actor, None)
        if gone is None:
            return
        held = [self._chunks.pop(chunk) for chunk in gone.chunks]
        self._barren += not innocent
        if held and not innocent:
            self._barren -= len(held[0]) == 1  # one point alone is to blame, and is given up in time
            yield from self._blamed(held.pop(0), why)
        for points in reversed(held):
            self._put_back(points)
        if self._barren >= BARREN and self._open:
            yield GiveUp(f"{self._barren} actors in a row ended and nothing was done; the last: {why}")

    def _blamed(self, points: Iterable[int], why: str) -> Iterator[Instruction]:
        for point in points:
            self._blame[point] = self._blame.get(point, 0) + 1
            if self._blame[point] < ATTEMPTS:
                self._suspects.append(point)
            else:
                self._open.discard(point)
                yield RecordFailure(point, f"ended the process it was simulated in {ATTEMPTS} times: {why}")

    def _put_back(self, points: Iterable[int]) -> None:
        """Points that go out again: in front, suspects alone."""
        for point in reversed(tuple(points)):
            (self._suspects if point in self._blame else self._waiting).appendleft(point)

    def _staffed(self) -> Iterator[Instruction]:
        """As many actors as there is work for, and at most the pool's size."""
        idle = sum(not actor.chunks for actor in self._actors.values())
        wanted = min(self.size - len(self._actors), len(self._waiting) + len(self._suspects) - idle)
        for _ in range(max(0, wanted)):
            number = self._next("actor")
            self._actors[number] = _Actor()
            yield StartActor(number)

    def _sent(self) -> Iterator[Instruction]:
        """Fill the actors that are up: all of them to one chunk before any to a second."""
        for depth in range(1, IN_FLIGHT + 1):
            for number, actor in self._actors.items():
                if actor.up and len(actor.chunks) < depth and (points := self._taken()):
                    chunk = self._next("chunk")
                    self._chunks[chunk] = points
                    actor.chunks.append(chunk)
                    yield SendChunk(number, chunk, points)

    def _taken(self) -> tuple[int, ...]:
        """The next chunk: one suspect alone, or as many others as take about half a second."""
        if self._suspects:
            return (self._suspects.popleft(),)
        size = self.pace.chunk(len(self._waiting), self.size) if self._waiting else 0
        return tuple(self._waiting.popleft() for _ in range(size))

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]


def replay(size: int, log: Iterable[Event]) -> tuple[Coordinator, list[list[Instruction]]]:
    """A coordinator that has lived through a log of events again, and its instructions event by event."""
    coordinator = Coordinator(size)
    return coordinator, [coordinator.handle(event) for event in log]
