"""Snapshots of VMs in simulated time: a stun to make one, a delta disk that grows while it is there, a commit over the
LUN that the guest goes on writing behind, and a stun at the end.

Delta disks take the space of their datastore in steps (storage/datastore.py). Where it is used up, a VM that needs
another step stops: that is an outcome, and it goes on when there is room again. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from vinfra.compute.streams import Failed, Phases, Streams, Way
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.storage.commit import Commit, Ended, Rounds
from vinfra.storage.datastore import Space
from vinfra.workloads.writable_set import WritableSet

STUCK = "its snapshot cannot be removed"
UNMOUNTED = "no host mounts {}"


class Holder(Protocol):
    """A VM whose disk can have a snapshot."""

    @property
    def name(self) -> str:
        """The VM."""

    @property
    def host(self) -> str:
        """The host that runs it."""

    @property
    def datastore(self) -> str:
        """Where its disk lies."""

    @property
    def writes(self) -> WritableSet:
        """How the guest overwrites it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which job made it, of whom, and when."""

    owner: str
    holder: Holder
    since: float


@dataclass(slots=True)
class Stopped:
    """A VM that stood still because its datastore was full, from when; until when, once it went on."""

    vm: str
    datastore: str
    since: float
    until: float | None = None


class Snapshots:
    """All open snapshots of one simulation. `spaces` are the datastores, `way` is what a byte of a commit uses, `pace`
    sets how fast a VM goes (0..1) for moments, `stop` lets it stand still, or go on; `lock` is told how often per
    second a datastore's metadata is changed from now on. Snapshots of VMs in `held` cannot be removed; on datastores in
    `unmounted` none can be made or removed."""

    def __init__(
        self,
        clock: Clock,
        streams: Streams,
        recorder: Recorder,
        spaces: Mapping[str, Space],
        commit: Commit,
        way: Callable[[Holder], Way],
        pace: Callable[[str, float], None],
        stop: Callable[[str, bool], None],
        lock: Callable[[str, float], None],
    ) -> None:
        self.clock = clock
        self.streams = streams
        self.recorder = recorder
        self.spaces = spaces
        self.commit = commit
        self.way = way
        self.pace = pace
        self.stop = stop
        self.lock = lock
        self.open: dict[str, Snapshot] = {}
        self.held: set[str] = set()
        self.unmounted: set[str] = set()
        self.stuns: list[float] = []
        self.diverged = 0
        self.stopped: list[Stopped] = []
        self._still: dict[str, Stopped] = {}
        self._off: dict[str, set[str]] = {}
        self.peak = 0.0
        self._together = 0.0
        self._allocated: dict[str, float] = {}

    def create(self, holder: Holder, owner: str) -> Phases:
        """Make a snapshot; Failed where its datastore is not mounted or has no room for one."""
        self._mounted(holder.datastore)
        yield from self._stun(holder.name, self.commit.create)
        space = self.spaces[holder.datastore]
        if not space.room(self.clock.now):
            raise Failed(f"{holder.datastore} is full: no room for a snapshot")
        space.open(holder.name, holder.writes, self.clock.now)
        if holder.name in self._off:
            space.freeze(holder.name, self.clock.now)
        self.open[holder.name] = Snapshot(owner, holder, self.clock.now)
        self.weigh(holder.datastore)
        self._foresee(holder.datastore)

    def left(self, vm: str) -> bool:
        """Whether a VM has a snapshot."""
        return vm in self.open

    def remove(self, holder: Holder) -> Phases:
        """Commit a snapshot, round by round while the guest writes on, and end it; Failed where it cannot be removed,
        and then it stays."""
        self._mounted(holder.datastore)
        if holder.name in self.held:
            raise Failed(STUCK)
        rounds = self.commit.rounds(self.spaces[holder.datastore].grown(holder.name, self.clock.now), holder.writes)
        ended = yield from self._rounds(holder, rounds)
        self.diverged += ended.diverged
        yield from self._stun(holder.name, self.commit.remove, self._move(holder, ended.stun_bytes))
        self.weigh(holder.datastore)
        self.spaces[holder.datastore].close(holder.name, self.clock.now)
        self.weigh(holder.datastore)
        del self.open[holder.name]
        if holder.name in self._still:
            self._go_on(holder.name)
        self._room(holder.datastore)

    def halt(self, vm: str, why: str) -> None:
        """A VM is off: it writes nothing, and no room and no end of a stun lets it go on before it is resumed."""
        self._off.setdefault(vm, set()).add(why)
        self.stop(vm, True)
        if vm in self.open:
            datastore = self.open[vm].holder.datastore
            self.spaces[datastore].freeze(vm, self.clock.now)
            self.weigh(datastore)

    def resume(self, vm: str, why: str) -> None:
        """The reason is gone: it goes on when it was the last, unless it stands still for want of space."""
        reasons = self._off.get(vm, set())
        reasons.discard(why)
        if reasons or self._off.pop(vm, None) is None:
            return
        if vm in self.open:
            datastore = self.open[vm].holder.datastore
            self.spaces[datastore].thaw(vm, self.clock.now)
            self.weigh(datastore)
            self._room(datastore)
        if vm not in self._still:
            self.stop(vm, False)

    def take(self, datastore: str, part: float) -> None:
        """Others take up this part (0..1) of what is free on a datastore; 0 gives back what they had."""
        space = self.spaces[datastore]
        space.take(0.0)
        space.take(part * space.free(self.clock.now))
        self._room(datastore)

    def _rounds(self, holder: Holder, rounds: Rounds) -> Generator[Any, Any, Ended]:
        """Every round of a commit while the guest writes on, unless it stands still; what is left at the end."""
        space = self.spaces[holder.datastore]
        try:
            amount = next(rounds)
            while True:
                before = space.written(holder.name, self.clock.now)
                yield from self._move(holder, amount)
                amount = rounds.send(space.written(holder.name, self.clock.now) - before)
        except StopIteration as over:
            ended: Ended = over.value
            return ended

    def _move(self, holder: Holder, amount: float) -> Phases:
        """So many bytes from a delta into its disk."""
        yield from self.streams.carry(f"commit/{holder.name}", amount, lambda: self.way(holder))

    def _stun(self, vm: str, seconds: float, work: Phases | None = None) -> Phases:
        """The VM stands still for so long, and while there is work to do besides."""
        since = self.clock.now
        self.pace(vm, 0.0)
        try:
            if work is not None:
                yield from work
            yield self.clock.timeout(seconds)
        finally:
            self.pace(vm, 0.0 if vm in self._still or vm in self._off else 1.0)
            if self.clock.now > since and vm not in self._off:
                self.stuns.append(self.clock.now - since)

    def _mounted(self, datastore: str) -> None:
        if datastore in self.unmounted:
            raise Failed(UNMOUNTED.format(datastore))

    def _foresee(self, datastore: str) -> None:
        """Look again when the datastore will be full as things are."""
        at = self.spaces[datastore].fills_at(self.clock.now)
        if at < math.inf:
            self.clock.call_at(max(at, self.clock.now), self._fill, datastore, source=f"datastore/{datastore}")

    def _fill(self, datastore: str) -> None:
        """Perhaps it is full now: who needs another step there stops."""
        names = self.spaces[datastore].stand_still(self.clock.now)
        if not names:
            return
        self.weigh(datastore)
        self.recorder.enter(f"datastore/{datastore}", "full", self.clock.now)
        for name in names:
            self._still[name] = Stopped(name, datastore, self.clock.now)
            self.stopped.append(self._still[name])
            self.stop(name, True)
            self.recorder.enter(name, f"stopped: {datastore} is full", self.clock.now)
        self._foresee(datastore)

    def _room(self, datastore: str) -> None:
        """Space came or went: where there is a step again, who stood still goes on, as far as it lasts."""
        space = self.spaces[datastore]
        for name in space.go_on(self.clock.now):
            self._go_on(name)
        if space.room(self.clock.now) or not any(one.datastore == datastore for one in self._still.values()):
            self.recorder.enter(f"datastore/{datastore}", "", self.clock.now)
        self._foresee(datastore)

    def _go_on(self, name: str) -> None:
        self._still.pop(name).until = self.clock.now
        if name not in self._off:
            self.stop(name, False)
        self.recorder.enter(name, "", self.clock.now)

    def stood(self, now: float) -> list[float]:
        """Seconds each VM stood still because its datastore was full, up to now."""
        return [(now if one.until is None else one.until) - one.since for one in self.stopped]

    def weigh(self, datastore: str) -> None:
        """Remember the most that all deltas took; those of other datastores count as they were when something happened
        there last, so that a night of many datastores is not looked through at each of its snapshots."""
        space = self.spaces[datastore]
        self.lock(datastore, space.steps_per_second(self.clock.now))
        now = space.allocated(self.clock.now)
        self._together += now - self._allocated.get(datastore, 0.0)
        self._allocated[datastore] = now
        self.peak = max(self.peak, self._together)
