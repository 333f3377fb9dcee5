"""One simulation on several actors: which has which sites, and what is done when one of them dies.

The driver places sites, opens doors, says go and puts together what comes back; windows are the actors' own matter. A
run that loses an actor begins anew, with an actor in its place, a bounded number of times: the same sites, the same
seed, so the same answer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import ray
from ray import exceptions as broken

from actors.site import PROCESS, Door, Share
from vinfra.document import Document
from vinfra.errors import InputError, Place, Unfinished
from vinfra.scenario.federation import Outcome
from vinfra.scenario.identity import build
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.points import Spot
from vinfra.scenario.results import Point
from vinfra.scenario.simulate import complete, said

REPEATS = 3  # times a point is begun before it is given up
START = 300.0  # seconds until every actor has its sites: a cluster that grows on demand takes minutes
LISTEN = 1.0  # seconds of one wait
GRACE = 90.0  # seconds that others may take to notice that one is gone: longer than actors/channel.py's silence


class Lost(Exception):
    """An actor is gone, or cannot be heard by another; the message says what is known."""


def placed(sizes: Mapping[str, float], actors: int) -> list[list[str]]:
    """Which sites go to which of so many actors: the largest first, each to whoever has least (Graham, SIAM Journal on
    Applied Mathematics 1969). No actor is without a site."""
    shares: list[list[str]] = [[] for _ in range(min(actors, len(sizes)))]
    load = [0.0] * len(shares)
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        least = min(range(len(shares)), key=lambda index: (load[index], len(shares[index]), index))
        shares[least].append(name)
        load[least] += sizes[name]
    return [sorted(share) for share in shares]


def sizes(resolved: Resolved) -> dict[str, float]:
    """How much work a site may be: its VMs and hosts."""
    found = {}
    for name, part in resolved.sites.items():
        vms = sum(group.count for group in part.scenario.vms.values() if isinstance(group.count, int))
        found[name] = float(vms + sum(group.count for group in part.scenario.hosts.values()))
    return found


class Partition:
    """Actors that simulate the points of one scenario together, one point after the other."""

    def __init__(self, actors: int, document: Document, inputs: Inputs) -> None:
        self.actors = actors
        self.document = document
        self.cpu_s = 0.0
        self.shares: list[Share] = []
        self._inputs = inputs
        self._given = (ray.put(document), ray.put(inputs))
        self._crew: list[Any] = []

    def __enter__(self) -> Partition:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dismiss()

    def _dismiss(self) -> None:
        for actor in self._crew:
            ray.kill(actor)
        self._crew = []

    def simulate(self, spot: Spot) -> Point:
        """The point; one that is refused says why, one that raises or loses its actors again and again is kept with
        its error."""
        point = Point(spot.column.name, spot.row.at, spot.replication)
        try:
            resolved = resolve(spot.document(self.document))
        except Exception as wrong:  # as in one process
            point.error = said(wrong)
            return point
        sites = placed(sizes(resolved), self.actors)
        why = ""
        for _ in range(REPEATS):
            try:
                self._simulate(spot, sites, resolved, point)
                return point
            except Lost as lost:
                why = str(lost)
                self._dismiss()
        point.error = f"lost an actor {REPEATS} times: {why}"
        return point

    def _simulate(self, spot: Spot, sites: Sequence[Sequence[str]], resolved: Resolved, point: Point) -> None:
        while len(self._crew) < len(sites):
            self._crew.append(PROCESS.remote(*self._given))
        crew = self._crew[: len(sites)]
        doors: list[Door] = self._answers([a.open.remote(spot, s) for a, s in zip(crew, sites, strict=True)], sites)
        if any(door.build != build() for door in doors):
            sentence = "another vinfra than here is installed on a machine of the cluster"
            raise InputError.at(Place("--address"), f"{sentence}: install this one there (docs/cluster.md)")
        point.refused = min((door.refused for door in doors if door.refused), default=None)
        point.error = next((door.error for door in doors if door.error), None)
        if point.refused or point.error:
            return
        token, addresses = secrets.token_bytes(32), [door.address for door in doors]
        runs = [actor.run.remote(sites, mine, addresses, token) for mine, actor in enumerate(crew)]
        self.shares = self._answers(runs, sites, limit=None)
        self.cpu_s += sum(share.cpu_s for share in self.shares)
        point.error = next((share.error for share in self.shares if share.error), None)
        if point.error is not None:
            return
        if silent := next((share.silent for share in self.shares if share.silent), None):
            raise Lost(silent)
        outcomes: dict[str, Outcome] = {}
        for share in self.shares:
            outcomes |= share.outcomes
        complete(point, resolved, outcomes, self._inputs)

    def _answers(self, asked: Sequence[Any], sites: Sequence[Sequence[str]], limit: float | None = START) -> list[Any]:
        """What all of them answer. Lost where one is gone; Unfinished where one has not begun in time. Where one has
        raised its silence the others have their time to notice."""
        began, found = time.monotonic(), dict[int, Any]()
        waiting = {ref: index for index, ref in enumerate(asked)}
        ends = None if limit is None else began + limit
        while waiting:
            ready, _ = ray.wait(list(waiting), timeout=LISTEN)
            for ref in ready:
                index = waiting.pop(ref)
                try:
                    found[index] = ray.get(ref)
                except broken.RayError as reason:
                    words = next((line.strip() for line in str(reason).splitlines() if line.strip()), "")
                    raise Lost(f"the actor of {' and '.join(sites[index])} is gone: {words}") from None
                if isinstance(found[index], Share) and (found[index].silent or found[index].error):
                    ends = time.monotonic() + GRACE if ends is None else ends
            if waiting and ends is not None and time.monotonic() > ends:
                late = " and ".join(sites[min(waiting.values())])
                if limit is None:
                    raise Lost(f"the actor of {late} did not answer within {GRACE:.0f} s of another one's end")
                raise Unfinished(f"no actor for {late} could be started in {limit:.0f} s")
        return [found[index] for index in range(len(asked))]
