"""Bulk data on its way from site to site: chunks that are read here, stored and forwarded over the link, written there.

    left_k = max(beat(read_k), left_{k-1}) + size_k / bandwidth,     arrives_k = left_k + latency

A direction of a link sends one chunk behind the other, so when a chunk arrives is known as soon as it has been read: no
event for the link, and the other site hears of it early. A stream has so many chunks under way; the receipt of a chunk
that is written lets the next one go. So a slow disk there holds up who sends here, and what is lost with a site is no
more than that. Chunks and receipts go on the beat, which is the time that the link needs for a whole chunk: sites need
not look at each other in between, and a stream is later by a beat or two. What is urgent (a VM stands still for it)
waits for no beat and goes before the others, who make up for it. Units: bytes, bytes per second, seconds.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from simpy.events import Event

from vinfra.compute.streams import Failed, Phases, Streams, Way
from vinfra.engine.clock import Clock
from vinfra.engine.windows import Gate
from vinfra.storage.fabric import Unreachable

EARLY = 1e-12  # part of a moment that the end of a stream may be foretold too late by


@dataclass(slots=True)
class Pipe:
    """One direction of a link; `beat` is the time from one moment at which chunks and receipts go to the next. `free`
    is when its last chunk has left, `urgent` the same of what goes before the others; `sent` are bytes so far."""

    bandwidth: float
    latency: float
    beat: float
    window: int
    free: float = 0.0
    urgent: float = 0.0
    sent: float = 0.0

    @property
    def chunk(self) -> float:
        """Bytes that are sent as one: what the link carries in a beat."""
        return self.beat * self.bandwidth

    def next_beat(self, time: float) -> float:
        """The first such moment from a time on."""
        beats = math.ceil(time / self.beat) if time < math.inf else math.inf
        # Rounding must not put it before the time.
        return max(time, beats * self.beat)

    def push(self, size: float, now: float, urgent: bool) -> float:
        """When a chunk that is ready now arrives."""
        took = size / self.bandwidth
        self.sent += size
        if urgent:
            self.urgent = max(now, self.urgent) + took
            self.free = max(now, self.free) + took
            return self.urgent + self.latency
        self.free = max(self.next_beat(now), self.free) + took
        return self.free + self.latency


class Sink(Protocol):
    """Who receives streams of one kind; `header` is what the sender says of the stream."""

    def open(self, sender: str, header: Any) -> None:
        """A stream begins; Failed where it cannot be taken."""

    def way(self, sender: str, header: Any) -> Callable[[], Way] | None:
        """What writing a byte uses, asked anew whenever the fabric has changed; None where nothing is written."""

    def close(self, sender: str, header: Any) -> None:
        """All of it is there."""

    def abort(self, sender: str, header: Any) -> None:
        """It broke off."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a stream on the link."""

    stream: int
    name: str
    kind: str
    header: Any
    size: float
    last: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a chunk: written, or why not."""

    stream: int
    size: float
    failure: str | None = None


@dataclass(slots=True)
class _Sending:
    name: str
    target: str
    urgent: bool
    under_way: int = 0
    failure: str | None = None
    turn: Event | None = None
    patient: float = math.inf


@dataclass(slots=True)
class _Arriving:
    chunk: Chunk
    waiting: deque[Chunk] = field(default_factory=deque)
    failed: bool = False


class Transit:
    """The streams of one site to others and from them. `arrived` are bytes written here, `sent` bytes acknowledged.

    `patience` is how long a stream waits for the next receipt, after all that was before it has left, before it gives
    up.
    """

    def __init__(self, clock: Clock, gate: Gate, streams: Streams, pipes: Mapping[str, Pipe], patience: float) -> None:
        self.clock = clock
        self.gate = gate
        self.streams = streams
        self.pipes = pipes
        self.patience = patience
        self.sinks: dict[str, Sink] = {}
        self.arrived = self.sent = 0.0
        self._count = 0
        self._sending: dict[int, _Sending] = {}
        self._receipts: dict[str, list[Receipt]] = {}
        self._arriving: dict[tuple[str, int], _Arriving] = {}
        gate.listen("chunk", self._came)
        gate.listen("receipts", self._acknowledged)
        gate.promises["transit"] = self.soonest

    def soonest(self) -> float:
        """The earliest moment a chunk or a receipt could leave."""
        found = [self.pipes[sender].next_beat(self.clock.now) for sender in self._receipts]
        for one in self._sending.values():
            read, pipe = min(_early(self.streams.soonest(one.name)), one.patient), self.pipes[one.target]
            found.append(read if one.urgent else max(pipe.next_beat(read), pipe.free))
        for (sender, _), arriving in self._arriving.items():
            written = _early(self.streams.soonest(_inward(sender, arriving.chunk)))
            found.append(written if arriving.chunk.urgent else self.pipes[sender].next_beat(written))
        return min(found, default=math.inf)

    def carry(
        self,
        name: str,
        target: str,
        amount: float,
        way: Callable[[], Way] | None,
        kind: str,
        header: Any = None,
        urgent: bool = False,
    ) -> Phases:
        """Move so many bytes to another site, read as `way` says, if they are read at all; returns when all of it is
        written there. Failed where it cannot be read or written, or where nobody answers."""
        self._count += 1
        number, pipe = self._count, self.pipes[target]
        stream = self._sending[number] = _Sending(name, target, urgent)
        left = amount
        try:
            while True:
                yield from self._until_fewer(pipe.window, number, stream)
                if stream.failure is not None:
                    break
                size = min(pipe.chunk, left)
                if size > 0 and way is not None:
                    yield from self.streams.carry(name, size, self._open(way))
                left -= size
                last = left <= 0
                stream.under_way += 1
                chunk = Chunk(number, name, kind, header, size, last, urgent)
                arrives = pipe.push(size, self.clock.now, urgent)
                self.gate.send(target, "chunk", chunk, arrives, arrives if urgent else pipe.next_beat(arrives))
                if last:
                    break
            yield from self._until_fewer(1, number, stream)
        finally:
            del self._sending[number]
        if stream.failure is not None:
            raise Failed(stream.failure)

    def _open(self, way: Callable[[], Way]) -> Callable[[], Way]:
        """The same way, which nothing goes while the site is lost."""

        def found() -> Way:
            if self.gate.shut:
                raise Unreachable("the site is down")
            return way()

        return found

    def _until_fewer(self, chunks: int, number: int, stream: _Sending) -> Phases:
        """Wait until fewer chunks are under way, or until something is wrong."""
        while stream.under_way >= chunks and stream.failure is None:
            # What is under way may be behind others on the link; from when it has left on somebody should answer.
            left = max(self.clock.now, self.pipes[stream.target].free)
            stream.turn, stream.patient = Event(self.clock), left + self.patience
            self.clock.call_at(stream.patient, self._impatient, number, stream.turn)
            yield stream.turn
            stream.patient = math.inf

    def _impatient(self, number: int, turn: Event) -> None:
        stream = self._sending.get(number)
        if stream is not None and stream.turn is turn and not turn.triggered:
            stream.failure = f"{stream.target} does not answer"
            turn.succeed()

    def _acknowledged(self, sender: str, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            stream = self._sending.get(receipt.stream)
            if stream is None:
                continue
            stream.under_way -= 1
            self.sent += receipt.size
            stream.failure = stream.failure or receipt.failure
            if stream.turn is not None and not stream.turn.triggered:
                stream.turn.succeed()

    def _receipt(self, sender: str, receipt: Receipt, urgent: bool) -> None:
        """Have a receipt sent at the next beat, or now."""
        if urgent:
            self.gate.send(sender, "receipts", (receipt,))
            return
        if sender not in self._receipts:
            self._receipts[sender] = []
            self.clock.call_at(self.pipes[sender].next_beat(self.clock.now), self._send_receipts, sender)
        self._receipts[sender].append(receipt)

    def _send_receipts(self, sender: str) -> None:
        pipe = self.pipes[sender]
        answered = pipe.next_beat(self.clock.now + pipe.latency)
        self.gate.send(sender, "receipts", tuple(self._receipts.pop(sender)), answered=answered)

    def _came(self, sender: str, chunk: Chunk) -> None:
        """A chunk is here: it is written when those before it are."""
        key = sender, chunk.stream
        one = self._arriving.get(key)
        if one is None:
            one = self._arriving[key] = _Arriving(chunk)
            try:
                self.sinks[chunk.kind].open(sender, chunk.header)
            except Failed as failure:
                one.failed = True
                self._receipt(sender, Receipt(chunk.stream, 0.0, str(failure)), chunk.urgent)
        if one.failed:
            if chunk.last:
                del self._arriving[key]
            return
        one.waiting.append(chunk)
        if len(one.waiting) == 1:
            self.clock.process(self._write(sender, one), source=f"arriving/{sender}/{chunk.name}")

    def _write(self, sender: str, one: _Arriving) -> Phases:
        while one.waiting:
            chunk = one.waiting[0]
            sink = self.sinks[chunk.kind]
            try:
                way = sink.way(sender, chunk.header)
                if chunk.size > 0 and way is not None:
                    yield from self.streams.carry(_inward(sender, chunk), chunk.size, self._open(way))
            except Failed as failure:
                self._break_off(sender, one, str(failure))
                return
            if one.failed:
                return
            one.waiting.popleft()
            self.arrived += chunk.size
            self._receipt(sender, Receipt(chunk.stream, chunk.size), chunk.urgent)
            if chunk.last:
                sink.close(sender, chunk.header)
                del self._arriving[sender, chunk.stream]

    def _drop(self, sender: str, one: _Arriving) -> None:
        one.failed = True
        one.waiting.clear()
        self.sinks[one.chunk.kind].abort(sender, one.chunk.header)

    def _break_off(self, sender: str, one: _Arriving, why: str) -> None:
        self._drop(sender, one)
        self._receipt(sender, Receipt(one.chunk.stream, 0.0, why), one.chunk.urgent)

    def forget(self, sender: str) -> None:
        """A site is lost: what was on its way from there breaks off, and nobody is told, as nobody is there."""
        for (site, _), one in sorted(self._arriving.items(), key=lambda pair: pair[0]):
            if site == sender and not one.failed:
                self._drop(site, one)


def _early(time: float) -> float:
    """A moment less what rounding may be late by: a beat must not be missed because of it."""
    return time - EARLY * max(1.0, time) if time < math.inf else time


def _inward(sender: str, chunk: Chunk) -> str:
    """The name of what a stream writes here."""
    return f"from/{sender}/{chunk.stream}/{chunk.name}"
