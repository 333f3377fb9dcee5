"""A site that is lost, and the one that takes over: heartbeats, and replicas that are started when they stay away.

    given up at  last heartbeat + misses * interval        RTO = that + boots before it + boot, since the loss
    RPO = the loss - the start of the last cycle whose data were there

Source: the usual rule of cluster software; no split brain: a site that comes back asks before it starts what it had.
Units: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.windows import Gate


@dataclass(frozen=True, slots=True)
class Terms:
    """Who takes over a site, and how: seconds between heartbeats, how many may be missing, seconds to boot a VM, and
    how many boot together."""

    target: str
    heartbeat: float
    misses: int
    boot: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Beat:
    """I am alive; `asks` after having been lost: who runs my VMs?"""

    asks: bool = False


class Heart:
    """The site that could be lost. `answered` is called with the VMs that run elsewhere when it has come back."""

    def __init__(self, clock: Clock, gate: Gate, terms: Terms, answered: Callable[[Sequence[str]], None]) -> None:
        self.clock = clock
        self.gate = gate
        self.terms = terms
        self.back = False
        self._next = 0.0
        gate.listen("taken", lambda sender, vms: self._heard(vms, answered))
        gate.promises["heartbeat"] = lambda: self._next
        clock.process(self._beat(), source="heartbeat")

    def _beat(self) -> Generator[Any, Any, None]:
        while True:
            asks = self.back
            self.gate.send(self.terms.target, "beat", Beat(asks), answered=None if asks else math.inf)
            self._next = self.clock.now + self.terms.heartbeat
            yield self.clock.timeout(self.terms.heartbeat)

    def _heard(self, vms: Sequence[str], answered: Callable[[Sequence[str]], None]) -> None:
        if self.back:
            self.back = False
            answered(vms)


class Watch:
    """The site that takes over another one, `home`. `vms` are called as they are here; `taken` says when each ran here,
    `lost` when the home was given up."""

    def __init__(
        self,
        clock: Clock,
        gate: Gate,
        recorder: Recorder,
        home: str,
        terms: Terms,
        held: Callable[[str], bool],
        vms: Sequence[str],
        start: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        self.clock = clock
        self.gate = gate
        self.recorder = recorder
        self.home = home
        self.terms = terms
        self.held = held
        self.vms = vms
        self.start = start
        self.forget = forget
        self.taken: dict[str, float] = {}
        self.without: list[str] = []
        self.lost: float | None = None
        self._heard = clock.now
        clock.call_at(clock.now + self._patience, self._missed, source=f"watch/{home}")

    @property
    def _patience(self) -> float:
        return self.terms.misses * self.terms.heartbeat

    def heard(self, beat: Beat) -> None:
        """A heartbeat is here."""
        self._heard = self.clock.now
        if beat.asks:
            going = [] if self.lost is None else [vm for vm in self.vms if self.held(vm)]
            self.gate.send(self.home, "taken", going, answered=math.inf)

    def _missed(self) -> None:
        """Look whether it is time to give the home up."""
        due = self._heard + self._patience
        if self.clock.now < due - 1e-9:
            self.clock.call_at(due, self._missed, source=f"watch/{self.home}")
            return
        if self.gate.shut:
            return
        self.lost = self.clock.now
        self.forget(self.home)
        self.without = [vm for vm in self.vms if not self.held(vm)]
        following = iter([vm for vm in self.vms if self.held(vm)])
        for number in range(self.terms.at_once):
            self.clock.process(self._boot(following), source=f"failover/{self.home}/{number + 1}")

    def _boot(self, following: Iterator[str]) -> Generator[Any, Any, None]:
        """One VM after the other."""
        for vm in following:
            self.recorder.enter(vm, f"boots for {self.home}", self.clock.now)
            yield self.clock.timeout(self.terms.boot)
            self.start(vm)
            self.taken[vm] = self.clock.now
            self.recorder.enter(vm, f"runs for {self.home}", self.clock.now)
