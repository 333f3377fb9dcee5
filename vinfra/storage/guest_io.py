"""What guests read and write on their datastores, as one endless activity for each group of VMs on a host and a LUN.

Whatever else uses a LUN or a link takes from them, and they from it. When a path is lost they take the next one; where
there is none they do nothing. Latency is looked at whenever the use of a LUN changes, once all rates of that instant
are known (guest_stream.py says what it is).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from vinfra.engine.activity import Resource
from vinfra.engine.clock import LATE, Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.storage.fabric import Fabric, Unreachable
from vinfra.storage.guest_stream import Pattern, Seat, Stream
from vinfra.storage.lun import Lun

SETTLED = LATE + 1  # when all rates of an instant are known


class GuestIo:
    """All guests' I/O of one simulation. `luns` and `patterns` are by datastore and by group of VMs, `resources` by
    name."""

    def __init__(
        self,
        clock: Clock,
        sharing: Sharing,
        fabric: Fabric,
        luns: Mapping[str, Lun],
        patterns: Mapping[str, Pattern],
        resources: Mapping[str, Resource],
        recorder: Recorder,
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.fabric = fabric
        self.luns = luns
        self.patterns = patterns
        self.resources = resources
        self.recorder = recorder
        self.streams: dict[Seat, Stream] = {}
        self._at: dict[str, list[Stream]] = {}
        self._due: dict[str, None] = {}
        self._past: dict[str, float] = {}
        fabric.watch(self._changed)

    def want(self, wanted: Mapping[Seat, tuple[int, float]]) -> None:
        """From now on so many VMs of each seat want so many I/Os per second together; of seats not named, none."""
        for seat in sorted({*wanted, *self.streams}):
            stream = self.streams.get(seat) or self._new(seat)
            vms, rate = wanted.get(seat, (0, 0.0))
            if (vms, rate) != (stream.vms, stream.rate):
                stream.advance(self.clock.now)
                stream.vms, stream.rate = vms, rate
                self._go(stream)
                self._look_soon(seat.datastore)

    def _new(self, seat: Seat) -> Stream:
        stream = self.streams[seat] = Stream(seat, self.patterns[seat.group], self.luns[seat.datastore])
        stream.advance(self.clock.now)
        stream.wanted = 0.0
        if seat.datastore not in self._at:
            self._watch(seat.datastore)
        self._at.setdefault(seat.datastore, []).append(stream)
        return stream

    def _watch(self, datastore: str) -> None:
        """Look again whenever the use of a LUN changes; rates of those who use it change with it."""

        def changed(start: float, end: float, used: float) -> None:
            self._look_soon(datastore)

        self.resources[f"lun/{datastore}"].watch = changed

    def _go(self, stream: Stream, anew: bool = False) -> None:
        """Let a stream flow as its VMs want now, over the way there is now; `anew` where that may be another."""
        bound = stream.bound()
        if stream.activity is not None and (anew or bound == 0):
            self._stop(stream)
        if bound == 0:
            return
        if stream.activity is None:
            self._start(stream, bound)
        else:
            self.sharing.change(stream.activity, weight=stream.weight, bound=bound)

    def _start(self, stream: Stream, bound: float) -> None:
        seat = stream.seat
        try:
            uses = {
                self.resources[name]: share for name, share in self.fabric.to_lun(seat.host, seat.datastore).items()
            }
            stream.reason = ""
        except Unreachable as reason:
            stream.reason = str(reason)
        self.recorder.enter(f"I/O of {seat.group} on {seat.host}", stream.reason, self.clock.now)
        if stream.reason:
            return
        uses[self.resources[f"lun/{seat.datastore}"]] = stream.per_byte
        stream.activity = self.sharing.start("io/" + "/".join(seat), math.inf, uses, stream.weight, 0.0, bound)

    def _stop(self, stream: Stream) -> None:
        activity, stream.activity = stream.activity, None
        if activity is not None:
            self.sharing.cancel(activity)
            stream.carried += activity.served
            for resource, share in activity.uses:
                self._past[resource.name] = self._past.get(resource.name, 0.0) + activity.served * share

    def _changed(self, lost: frozenset[str]) -> None:
        """The fabric is another: every stream takes the way it has now."""
        for _, stream in sorted(self.streams.items()):
            if self._elsewhere(stream):
                stream.advance(self.clock.now)
                self._go(stream, anew=True)
                self._look_soon(stream.seat.datastore)

    def _elsewhere(self, stream: Stream) -> bool:
        """Whether it goes another way than the one there is."""
        try:
            way = self.fabric.to_lun(stream.seat.host, stream.seat.datastore)
        except Unreachable:
            return stream.activity is not None
        if stream.activity is None:
            return True
        used = {resource.name for resource, _ in stream.activity.uses} - {f"lun/{stream.seat.datastore}"}
        return used != way.keys()

    def _look_soon(self, datastore: str) -> None:
        if datastore not in self._due:
            self._due[datastore] = None
            self.clock.call_at(self.clock.now, self._look, datastore, source=f"io/{datastore}", priority=SETTLED)

    def _look(self, datastore: str) -> None:
        """All rates of this instant are known: what every stream on the LUN does from now on."""
        del self._due[datastore]
        lun, waits = self.resources[f"lun/{datastore}"], {}
        # A full LUN answers as one that is idle and lets I/Os wait for their turn besides.
        utilisation = 0.0 if lun.filled_by(lun.used) else lun.used / lun.capacity
        for stream in self._at[datastore]:
            stream.advance(self.clock.now)
            queued = 0.0
            for resource, _ in stream.activity.uses if stream.activity is not None else ():
                if resource.name not in waits:
                    waits[resource.name] = _queue(resource)
                queued = max(queued, waits[resource.name])
            stream.look(utilisation, queued)

    def span(self) -> dict[Seat, tuple[float, float, float]]:
        """(I/Os done, seconds these took together, I/Os wanted) at each seat since this was asked last."""
        found = {}
        for seat, stream in sorted(self.streams.items()):
            stream.advance(self.clock.now)
            found[seat] = stream.done, stream.waited, stream.wanted
            stream.done = stream.waited = stream.wanted = 0.0
        return found

    def balance(self) -> Iterator[tuple[str, float, float]]:
        """For every seat: I/Os that were counted, and those of the bytes that were carried."""
        for seat, stream in sorted(self.streams.items()):
            stream.advance(self.clock.now)
            served = stream.carried + (0.0 if stream.activity is None else stream.activity.served)
            yield (
                f"I/Os of {seat.group} on {seat.host} at {seat.datastore}",
                stream.counted,
                served / stream.pattern.block,
            )

    def used(self, name: str) -> float:
        """What guests have used of a resource up to now."""
        live = [
            stream.activity.served * share
            for _, stream in sorted(self.streams.items())
            if stream.activity is not None
            for resource, share in stream.activity.uses
            if resource.name == name
        ]
        return self._past.get(name, 0.0) + math.fsum(live)


def _queue(resource: Resource) -> float:
    """Seconds that whoever is limited by a full resource waits, and so all who queue there; 0 while it is not full."""
    if not resource.filled_by(resource.used):
        return 0.0
    level = max((one.rate / one.weight for one in resource.activities.values() if one.weight > 0), default=0.0)
    return 1.0 / level if level > 0 else 0.0
