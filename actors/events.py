"""What happens to a pool of actors, and what is to be done about it: small frozen records with names one can say aloud.

A log of events replays a run: the coordinator answers the same events with the same instructions. Points are numbers.
Times are seconds a piece of work took, as its actor measured it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PointsCame:
    """More points are to be worked at."""

    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ActorJoined:
    """An actor is up and waits for work."""

    actor: int


@dataclass(frozen=True, slots=True)
class ActorLost:
    """An actor is gone. `innocent`: its whole machine went, so none of its points is to blame."""

    actor: int
    why: str
    innocent: bool = False


@dataclass(frozen=True, slots=True)
class ChunkDone:
    """An actor has worked at a chunk for so many seconds and done the first `done` of its points; it stops early at a
    chunk that takes longer than was thought."""

    actor: int
    chunk: int
    done: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ChunkLost:
    """The results of a chunk are gone (they lay on a machine that went), its actor is not."""

    actor: int
    chunk: int
    why: str


Event = PointsCame | ActorJoined | ActorLost | ChunkDone | ChunkLost


@dataclass(frozen=True, slots=True)
class StartActor:
    """Start an actor of this number."""

    actor: int


@dataclass(frozen=True, slots=True)
class SendChunk:
    """Send these points to an actor as one chunk."""

    actor: int
    chunk: int
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeepPoints:
    """These points of a chunk have ended: keep their results, which no other chunk had."""

    chunk: int
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """A point is given up: it ended its actor again and again."""

    point: int
    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No actor lives long enough to do anything."""

    why: str


Instruction = StartActor | SendChunk | KeepPoints | RecordFailure | GiveUp
