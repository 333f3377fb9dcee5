"""Several clocks as one: conservative windows, so that no clock ever hears of something that has passed.

    H_i = min over j of (P_j + D_ji),   D_ji the shortest way from j to i, D_ii the shortest way there and back

P_j is the promise of clock j: nothing that it sends is anywhere before P_j and the way there, unless something arrives
that makes it answer; and a message says how early it can be answered. Everybody knows all promises, so everybody works
out the same horizons H and runs up to its own. As every way takes time, the clock with the earliest promise always gets
past it: windows never stall. Unit: seconds. Source: Chandy and Misra, Distributed Simulation (IEEE TSE 1979); windows
as in Nicol, The Cost of Conservative Synchronization (JACM 1993).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vinfra.engine.clock import Clock

Ways = Mapping[tuple[str, str], float]
EARLY = 1e-9  # seconds by which rounding may be early
ROUNDING = 64  # units in the last place that sums of delays may differ by


@dataclass(frozen=True, slots=True)
class Message:
    """Something that one site tells another. `number` counts what the sender has sent, `port` is who hears it;
    `answered` is the earliest moment at which it could bring about another message."""

    sender: str
    target: str
    number: int
    arrives: float
    answered: float
    port: str
    body: Any


@dataclass(slots=True)
class Frame:
    """What a site has to tell at the end of a window: the promise it makes, and its messages in their order."""

    promise: float
    messages: list[Message] = field(default_factory=list)


class BrokenPromise(RuntimeError):
    """A message came earlier than its sender had promised: what others have simulated may be wrong."""


class Gate:
    """The door of a site: what goes out, what comes in, and how early something could go out.

    `delays` is the least time a message takes to each site there is a link to. Whoever sends says under a name how
    early he might (`promises`), as a function that is asked at the end of each window.
    """

    def __init__(self, clock: Clock, site: str, delays: Mapping[str, float]) -> None:
        self.clock = clock
        self.site = site
        self.delays = delays
        self.promises: dict[str, Callable[[], float]] = {}
        self._opens = -math.inf
        self._ports: dict[str, Callable[[str, Any], None]] = {}
        self._sent = 0
        self._out: list[Message] = []
        self._coming: dict[tuple[str, int], float] = {}
        self._promised = 0.0

    @property
    def shut(self) -> bool:
        """Whether the site is lost: it hears and says nothing."""
        return self.clock.now < self._opens

    def close(self, until: float) -> None:
        """Nothing goes through before that moment."""
        self._opens = until

    def listen(self, port: str, heard: Callable[[str, Any], None]) -> None:
        """Call `heard(sender, body)` for every message to a port."""
        self._ports[port] = heard

    def send(
        self, target: str, port: str, body: Any, arrives: float | None = None, answered: float | None = None
    ) -> None:
        """Tell another site something; it is there after the delay of the link, or at `arrives`, no earlier, and is
        answered no earlier than `answered`. Nothing goes through a gate that is shut. BrokenPromise where none was to
        be expected."""
        if self.shut:
            return
        delay = self.delays[target]
        when = max(self.clock.now + delay, -math.inf if arrives is None else arrives)
        if when - delay < self._promised - EARLY:
            promised = f"it had promised that nothing would come before {self._promised + delay:g} s"
            raise BrokenPromise(f"'{port}' of {self.site} is at {target} at {when:g} s; {promised}")
        self._sent += 1
        then = when if answered is None else max(when, answered)
        self._out.append(Message(self.site, target, self._sent, when, then, port, body))

    def frame(self) -> Frame:
        """What has been sent since this was asked last, and the promise from now on."""
        out, self._out = self._out, []
        soonest = min((promise() for promise in self.promises.values()), default=math.inf)
        # What has been delivered and not yet heard may be answered.
        self._promised = max(self.clock.now, self._opens, min([soonest, *self._coming.values()]))
        return Frame(self._promised, out)

    def deliver(self, messages: Sequence[Message]) -> None:
        """Have messages heard when they arrive."""
        for message in messages:
            self._promised = min(self._promised, message.answered)
            self._coming[message.sender, message.number] = message.answered
            self.clock.deliver(message.arrives, message.sender, message.number, self._hear, message)

    def _hear(self, message: Message) -> None:
        del self._coming[message.sender, message.number]
        if not self.shut:
            self._ports[message.port](message.sender, message.body)


class Site(Protocol):
    """What windows need of a site."""

    @property
    def gate(self) -> Gate:
        """Its door."""

    def advance(self, until: float) -> None:
        """Simulate everything before `until`."""


Frames = dict[str, Frame]
Exchange = Callable[[Frames], Frames]


def alone(frames: Frames) -> Frames:
    """The exchange of a process that holds all sites."""
    return frames


def distances(sites: Sequence[str], delays: Ways) -> dict[tuple[str, str], float]:
    """The shortest way between any two sites, and from each back to itself (Floyd, Communications of the ACM 1962)."""
    found = {(one, other): delays.get((one, other), math.inf) for one in sites for other in sites}
    for middle in sites:
        for one in sites:
            for other in sites:
                found[one, other] = min(found[one, other], found[one, middle] + found[middle, other])
    return found


def horizons(frames: Mapping[str, Frame], ways: Ways) -> dict[str, float]:
    """How far each site may run: strictly before its horizon nothing more can arrive."""
    soonest = {site: frame.promise for site, frame in frames.items()}
    for frame in frames.values():
        for message in frame.messages:
            soonest[message.target] = min(soonest[message.target], message.answered)
    return {site: _before(min(soonest[other] + ways[other, site] for other in soonest)) for site in sorted(soonest)}


def _before(time: float) -> float:
    """A little before: a message that is passed on adds up its delays in another order than the ways do."""
    return time - ROUNDING * math.ulp(time) if time < math.inf else time


def run(sites: Mapping[str, Site], ways: Ways, until: float, exchange: Exchange = alone) -> int:
    """Run the sites that are here, window after window, up to `until`; how many windows it took.

    `exchange` gives the frames of the sites that are here and gets those of all sites; ValueError where `ways` takes no
    time, for then no site could get ahead of another.
    """
    if not all(way > 0 for way in ways.values()):
        raise ValueError("a message between sites must take time")
    windows, end = 0, -math.inf
    while end < until:
        frames = exchange({name: site.gate.frame() for name, site in sorted(sites.items())})
        for name, site in sorted(sites.items()):
            for sender in sorted(frames):
                site.gate.deliver([message for message in frames[sender].messages if message.target == name])
        limits = horizons(frames, ways)
        for name, site in sorted(sites.items()):
            site.advance(min(limits[name], until))
        windows, end = windows + 1, min(limits.values())
    return windows
