"""A machine while the sheets are read: what each says of it, until all have spoken."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vinfra.planning.inventory import Disk, Machine, Power

MIB = float(1 << 20)
MHZ = 1e6


@dataclass(slots=True)
class Draft:
    """One row of vInfo and what joined it. Bytes and hertz; None where nothing is said."""

    name: str
    server: str
    power: Power
    template: bool
    host: str | None
    cluster: str | None
    datacenter: str | None
    os: str
    vcpus: int | None
    memory: float | None
    provisioned: float | None
    in_use: float | None
    ready: float | None
    tracking: bool | None
    active: float | None
    blockers: list[str]
    chores: list[str]
    capacity: float | None = None
    disk_count: int | None = None
    disks: list[Disk] = field(default_factory=list)
    disk_keys: dict[str, int] = field(default_factory=dict)
    guest_used: float | None = None
    core_hz: float | None = None
    cpu_used: float | None = None
    consumed: float | None = None
    cpu_reservation: float = 0.0
    cpu_limit: float = math.inf
    memory_reservation: float = 0.0
    memory_limit: float = math.inf

    @property
    def runs(self) -> bool:
        """Whether what was seen of its use is use: a machine that is off used nothing, which says nothing."""
        return self.power == "on" and not self.template

    def block(self, why: str) -> None:
        """Something that hinders moving it, said once."""
        if why not in self.blockers:
            self.blockers.append(why)

    def ask(self, chore: str) -> None:
        """Something to be done before it moves, said once."""
        if chore not in self.chores:
            self.chores.append(chore)

    def machine(self, name: str) -> Machine:
        """The machine under its own name; vCPUs and memory are known by now."""
        runs = self.runs
        return Machine(
            name=name,
            kind="vm",
            vcpus=self.vcpus or 0,
            memory=self.memory or 0.0,
            power=self.power,
            template=self.template,
            host=self.host,
            cluster=self.cluster,
            datacenter=self.datacenter,
            os=self.os,
            core_hz=self.core_hz,
            disks=tuple(self.disks),
            provisioned=self.provisioned,
            in_use=self.in_use,
            guest_used=self.guest_used,
            cpu_used=self.cpu_used if runs else None,
            memory_active=self.active if runs else None,
            memory_consumed=self.consumed if runs else None,
            ready=self.ready if runs else None,
            cpu_reservation=self.cpu_reservation,
            cpu_limit=self.cpu_limit,
            memory_reservation=self.memory_reservation,
            memory_limit=self.memory_limit,
            tracking=self.tracking,
            blockers=tuple(self.blockers),
            chores=tuple(self.chores),
        )
