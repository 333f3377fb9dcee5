"""Where VMs start. A placement is one file in placements/: it sees what each host has left and names a host for each
VM.

VMs come in batches that are alike, so that a placement works on arrays over hosts, not VM by VM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as part
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import Place
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.power_policy import PowerPolicy
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import show

NOWHERE = -1


@dataclass(slots=True)
class Power:
    """What hosts draw: cycles per second of each, which of the curves it follows, the power policy; and what is changed
    as VMs are placed: the part of it that its VMs are expected to want, and whether it has any. Arrays of shape
    (hosts,)."""

    capacity: NDArray[np.float64]
    curve: NDArray[np.int64]
    curves: Sequence[PowerCurve]
    policy: PowerPolicy
    load: NDArray[np.float64]
    occupied: NDArray[np.bool_]


@dataclass(slots=True)
class Room:
    """What the hosts have left, in canonical host order, arrays of shape (hosts,), changed as VMs are placed; and what
    they draw, where a placement asks for it; `index` finds a host by its name."""

    memory: NDArray[np.float64]
    cpu: NDArray[np.float64]
    core: NDArray[np.float64]
    power: Power | None = None
    index: Mapping[str, int] = part(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """VMs that are alike: how many, the memory one needs (bytes), the CPU its reservation and its vCPUs at full speed
    take on each host (hertz, shape (hosts,)), how fast a core it needs (hertz) and which hosts it may use (bool, shape
    (hosts,)); how many of them each host may take at the most (shape (hosts,), no bound when None), and the part of its
    vCPUs that one wants all the time (None where that is not known). They are those with these `numbers` (from 1, shape
    (count,)) of a group of `size` VMs that is called `name`, where a placement must tell them apart."""

    name: str
    count: int
    memory: float
    reserved: NDArray[np.float64]
    configured: NDArray[np.float64]
    speed: float
    allowed: NDArray[np.bool_]
    most: NDArray[np.int64] | None = None
    demand: float | None = None
    numbers: NDArray[np.int64] | None = None
    size: int = 0


class Placement(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]
    weighs_power: ClassVar[bool] = False

    cpu: Literal["reserved", "configured"] = field(
        "reserved", "CPU a host must have left for a VM: what is reserved for it, or all its vCPUs at full speed"
    )

    def cpu_of(self, batch: Batch) -> NDArray[np.float64]:
        """What one VM of the batch takes of each host's CPU, hertz, shape (hosts,)."""
        return batch.reserved if self.cpu == "reserved" else batch.configured

    def open(self, where: Place) -> None:
        """Read the file it names, which stands beside the one it is named in, there; InputError for what is wrong."""

    def contents(self) -> Mapping[str, str]:
        """Path of each file it reads, as written -> digest of its content."""
        return {}

    def first(self, group: str, count: int) -> NDArray[np.bool_] | None:
        """Which VMs of a group have their turn before all others, shape (count,); None where that is nobody."""
        return None

    def notes(self, vms: Sequence[str], host: NDArray[np.int64], hosts: Sequence[str]) -> Sequence[str]:
        """What a reader must know of how these VMs (host: index in `hosts`) were placed, in sentences."""
        return ()

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Host of each VM of the batch, shape (count,), NOWHERE where no host has room; takes the room it gives
        away."""
        raise TypeError(f"{type(self).__name__} does not say how it places")


placements: Registry[Placement] = Registry("placement", "vinfra.operations.placements", Placement)


def fits(batch: Batch, cpu: NDArray[np.float64], room: Room) -> NDArray[np.int64]:
    """How many VMs of the batch, each taking `cpu`, every host can still take, shape (hosts,).

    A host takes a VM when it has its memory left, its CPU left, and a core as fast as the VM's vCPU.
    """
    count = np.where(batch.allowed & (room.core >= batch.speed), float(batch.count), 0.0)
    if batch.most is not None:
        count = np.minimum(count, batch.most)
    for left, need in ((room.memory, np.full(len(count), batch.memory)), (room.cpu, cpu)):
        # A part in 10^12 of slack: what fits exactly in decimal must not fail by the last bit.
        could = np.floor(np.maximum(left, 0.0) / np.where(need > 0, need, 1.0) + 1e-12)
        count = np.where(need > 0, np.minimum(count, could), count)
    return count.astype(np.int64)


def take(batch: Batch, cpu: NDArray[np.float64], room: Room, counts: NDArray[np.int64]) -> None:
    """Take the room of `counts` VMs on each host."""
    room.memory -= counts * batch.memory
    room.cpu -= counts * cpu


def why_nowhere(batch: Batch, cpu: NDArray[np.float64], room: Room) -> str:
    """The sentence that says what was missing for a VM that no host could take."""
    hosts = np.flatnonzero(batch.allowed)
    if len(hosts) == 0:
        return "it may run on no host"
    fast = hosts[room.core[hosts] >= batch.speed]
    if len(fast) == 0:
        return f"no core is as fast as its vCPU ({show(batch.speed, 'frequency')})"
    roomy = fast[room.memory[fast] >= batch.memory]
    if len(roomy) == 0:
        return f"no host had {show(batch.memory, 'size')} of memory left"
    return f"no host with memory left had {show(float(cpu[roomy].min()), 'frequency')} left"
