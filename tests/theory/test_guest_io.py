"""Sharing a full LUN by what everybody has outstanding, against a queue that is served first come, first served."""

from __future__ import annotations

import heapq
from collections import deque
from typing import Any

import numpy as np
import pytest

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.storage.fabric import Fabric, Presented
from vinfra.storage.guest_io import GuestIo
from vinfra.storage.guest_stream import Pattern, Seat
from vinfra.topology.graph import build

SERVICE = 0.005  # seconds, exponential
DISKS = 4
IOS = 60_000


class PlainLun:
    """Disks that take as long for every I/O."""

    def per_byte(self, block: float, direction: str, sequential: bool) -> float:
        return SERVICE / block

    def response(self, block: float, direction: str, sequential: bool, utilisation: float, outstanding: float) -> float:
        return SERVICE


def queued(outstanding: tuple[int, int]) -> list[tuple[float, float]]:
    """(I/Os per second, mean latency) of two hosts that send the next I/O when one is answered, each served by the
    first of all disks that is free, in the order in which they came."""
    services = np.random.default_rng(7).exponential(SERVICE, IOS + sum(outstanding))
    waiting = deque((0.0, host) for host, count in enumerate(outstanding) for _ in range(count))
    np.random.default_rng(8).shuffle(waiting)  # type: ignore[arg-type]
    busy: list[tuple[float, float, int]] = []
    done, spent, now = [0, 0], [0.0, 0.0], 0.0
    for service in services:
        if len(busy) == DISKS:
            now, since, host = heapq.heappop(busy)
            done[host] += 1
            spent[host] += now - since
            waiting.append((now, host))
        since, host = waiting.popleft()
        heapq.heappush(busy, (now + service, since, host))
    return [(done[host] / now, spent[host] / done[host]) for host in (0, 1)]


def shared(outstanding: tuple[int, int]) -> list[tuple[float, float]]:
    """The same in fluid form, for 100 s."""
    clock = Clock()
    resources = {"lun/vmfs": Resource("lun/vmfs", float(DISKS))}
    fabric = Fabric(build({}, {}), {"vmfs": Presented("array1")})
    luns: dict[str, Any] = {"vmfs": PlainLun()}
    patterns = {f"host-{n}": Pattern(8192.0, 1.0, 0.0, float(count)) for n, count in enumerate(outstanding)}
    io = GuestIo(clock, Sharing(clock), fabric, luns, patterns, resources, Recorder())
    seats = [Seat(group, group, "vmfs") for group in patterns]
    io.want(dict.fromkeys(seats, (1, 1e9)))
    clock.run(until=100.0)
    found = io.span()
    return [(found[seat][0] / 100.0, found[seat][1] / found[seat][0]) for seat in seats]


@pytest.mark.parametrize("outstanding", [(8, 8), (24, 8), (60, 4)])
def test_a_full_lun_is_shared_as_a_queue_serves_it(outstanding: tuple[int, int]) -> None:
    for exact, fluid in zip(queued(outstanding), shared(outstanding), strict=True):
        assert fluid[0] == pytest.approx(exact[0], rel=0.03)
        assert fluid[1] == pytest.approx(exact[1], rel=0.03)
