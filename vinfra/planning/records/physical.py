"""A physical server of a record: one machine to be moved, and one host of today.

What the record leaves out is taken from the fact of its processor where that is known by name, and counted as guessed.
Units: bytes, hertz, watts; use of CPU in percent as recorded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from vinfra.planning.inventory import Disk, Host, Machine
from vinfra.planning.records.processors import known

CLOCK = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?) ?ghz", re.IGNORECASE | re.ASCII)
OFF = {"off", "powered off", "poweredoff", "down", "retired", "decommissioned", "spare"}


@dataclass(frozen=True, slots=True)
class Server:
    """What a record says of one server; None and empty where it says nothing."""

    name: str
    memory: float
    vendor: str = ""
    model: str = ""
    processor: str = ""
    sockets: int | None = None
    cores: int | None = None
    per_socket: int | None = None
    clock: float | None = None
    disk: float | None = None
    disk_used: float | None = None
    os: str = ""
    cpu_mean: float | None = None
    cpu_p95: float | None = None
    cpu_peak: float | None = None
    memory_used: float | None = None
    memory_part: float | None = None
    watts: float | None = None
    rack: str = ""
    role: str = ""
    cluster: str = ""
    datacenter: str = ""
    state: str = ""

    @property
    def in_use(self) -> float | None:
        """Bytes of memory in use, from bytes or from percent."""
        if self.memory_used is not None or self.memory_part is None:
            return self.memory_used
        return self.memory * self.memory_part / 100


@dataclass(frozen=True, slots=True)
class Chips:
    """Sockets, cores of one, their clock, and what of it was not in the record."""

    sockets: int
    cores: int
    clock: float | None
    guessed: tuple[str, ...]


def chips(server: Server) -> Chips:
    """How many cores a server has, and how fast they are; ValueError when the record has neither sockets nor cores."""
    if server.sockets is None and server.cores is None:
        raise ValueError("neither sockets nor cores are said")
    fact = known(server.processor) if server.processor else None
    sockets, each, guessed = server.sockets, server.per_socket, []
    if each is None and sockets and server.cores:
        each = max(1, server.cores // sockets)
    if each is None and fact:
        each = min(fact.cores, server.cores) if server.cores else fact.cores
        guessed.append("cores of a processor, from its name")
    if each is None:
        each = server.cores or 1
        guessed.append("one core for each socket" if server.cores is None else "all cores in one socket")
    if sockets is None:
        sockets = max(1, (server.cores or 1) // each)
    clock = server.clock
    if clock is None and (written := CLOCK.search(server.processor)):
        clock = float(written[1].replace(",", ".")) * 1e9
    if clock is None and fact:
        clock = fact.frequency
        guessed.append("clock of a processor, from its name")
    return Chips(sockets, each, clock, tuple(guessed))


def counted(servers: list[Server]) -> Counter[str]:
    """How often each kind of value was guessed."""
    return Counter(guess for server in servers for guess in chips(server).guessed)


def machine(server: Server, name: str) -> Machine:
    """The server as a machine to be moved; use of CPU is in hertz where the clock is known."""
    found = chips(server)
    vcpus = found.sockets * found.cores

    def hertz(percent: float | None) -> float | None:
        return None if percent is None or found.clock is None else percent / 100 * vcpus * found.clock

    disks = (Disk("disks together", server.disk, server.disk_used),) if server.disk else ()
    return Machine(
        name=name,
        kind="physical",
        vcpus=vcpus,
        memory=server.memory,
        power="off" if server.state.lower() in OFF else "on",
        host=name,
        cluster=server.cluster or None,
        datacenter=server.datacenter or None,
        os=server.os,
        core_hz=found.clock,
        disks=disks,
        provisioned=server.disk,
        in_use=server.disk,
        guest_used=server.disk_used,
        cpu_used=hertz(server.cpu_mean),
        cpu_p95=hertz(server.cpu_p95),
        cpu_peak=hertz(server.cpu_peak),
        memory_consumed=server.in_use,
        hardware=f"{server.vendor} {server.model}".strip(),
        watts=server.watts,
        rack=server.rack or None,
        role=server.role,
    )


def host(server: Server, name: str) -> Host:
    """The server as a host of today."""
    found, used = chips(server), server.in_use
    return Host(
        name=name,
        sockets=found.sockets,
        cores_per_socket=found.cores,
        memory=server.memory,
        cluster=server.cluster or None,
        datacenter=server.datacenter or None,
        vendor=server.vendor,
        model=server.model,
        processor=server.processor,
        core_hz=found.clock,
        cpu_used=None if server.cpu_mean is None else server.cpu_mean / 100,
        memory_used=None if used is None else used / server.memory,
        rack=server.rack or None,
    )
