"""Which measured server stands for a host of today: by its model, else by its processor, else the nearest in size.

Where the sockets differ, watts are in proportion. Unit: watts. Source: facts/servers (SPECpower).
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

import numpy as np

from vinfra import facts
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.planning.inventory import Host
from vinfra.planning.records.processors import known

WORD = re.compile(r"[a-z0-9+.-]+")
MAKERS = {"acer", "amd", "dell", "fujitsu", "hp", "hpe", "huawei", "ibm", "intel", "siemens", "supermicro", "system"}


@dataclass(frozen=True, slots=True)
class Served:
    """A server's curve in the place of a host's, and how it was found: `by model`, `by processor`, `by the nearest`."""

    name: str
    curve: PowerCurve
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    name: str
    words: frozenset[str]
    processor: str
    sockets: int
    hertz: float
    watts: tuple[float, ...]


def served(host: Host) -> Served:
    """The curve that stands for a host."""
    return _served(
        f"{host.vendor} {host.model}", host.processor, host.sockets, host.cores_per_socket, host.core_hz or math.nan
    )


@functools.cache
def _served(model: str, processor: str, sockets: int, cores: int, hz: float) -> Served:
    said = _words(f"{model} {processor}")
    fitting = [one for one in _measured() if one.words <= said]
    if fitting:
        best = max(fitting, key=lambda one: (len(one.words), -abs(one.sockets - sockets), one.name))
        return _made(best, sockets, "by model")
    chip = known(processor) if processor else None
    if chip is not None:
        fitting = [one for one in _measured() if one.processor == chip.title]
        if fitting:
            return _made(min(fitting, key=lambda one: (abs(one.sockets - sockets), one.name)), sockets, "by processor")
    size = sockets * cores * (hz if math.isfinite(hz) else 0.0)
    best = min(_measured(), key=lambda one: (_apart(one, size, sockets * cores), one.name))
    return _made(best, best.sockets, f"by the nearest in size ({best.name})")


def _apart(one: _Measured, size: float, cores: int) -> float:
    """How unlike two servers are: by all their cycles, or by cores where the clock is not known."""
    if size > 0:
        return abs(math.log(one.hertz / size))
    return abs(math.log(one.sockets * facts.load("processors", _chip(one.name), Processor).cores / max(cores, 1)))


def _made(one: _Measured, sockets: int, how: str) -> Served:
    watts = np.array(one.watts) * (sockets / one.sockets)
    return Served(one.name, PowerCurve(watts.tolist()), how)


def _chip(server: str) -> str:
    found: Server = facts.load("servers", server, Server)
    return found.processor


@functools.cache
def _measured() -> tuple[_Measured, ...]:
    """Servers whose power was measured, sorted by name."""
    found = []
    for name in facts.names("servers"):
        server: Server = facts.load("servers", name, Server)
        if server.power is not None:
            chip = facts.load("processors", server.processor, Processor)
            words = _words(server.title) - MAKERS
            hertz = server.sockets * chip.cores * chip.frequency
            found.append(_Measured(name, words, chip.title, server.sockets, hertz, tuple(server.power)))
    return tuple(found)


def _words(text: str) -> frozenset[str]:
    plain = text.lower().replace("(r)", " ").replace("(tm)", " ").replace(",", " ")
    return frozenset(WORD.findall(plain))
