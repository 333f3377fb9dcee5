"""Where backup happens: time, what is shared, the fabric, the snapshots, and what is down, as scenario builds them.

Backup meets production and operations here and nowhere else: on the hosts, LUNs and links that all of them share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vinfra.backup.estate import Machine
from vinfra.backup.kind import Reading
from vinfra.compute.outages import Outages
from vinfra.compute.snapshots import Snapshots
from vinfra.compute.streams import Streams, Way
from vinfra.engine.calendar import Calendar
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.storage.fabric import Fabric
from vinfra.storage.identity import Identity
from vinfra.storage.lun import Lun


@dataclass(slots=True)
class Site:
    """One site.

    `luns` by datastore; `identities` is what each datastore's LUN says of itself now, `known` what the backup software
    wrote down when it was set up, `copies` what arrays present besides, by datastore. `io_cycles` is what one I/O of a
    guest costs each host, `cpus` the hosts whose processors are shared with activities.
    """

    clock: Clock
    calendar: Calendar
    recorder: Recorder
    fabric: Fabric
    snapshots: Snapshots
    outages: Outages
    streams: Streams
    luns: Mapping[str, Lun]
    identities: dict[str, Identity]
    known: dict[str, Identity]
    io_cycles: Mapping[str, float]
    cpus: frozenset[str]
    copies: dict[str, Identity] = field(default_factory=dict)
    _seen: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fabric.watch(lambda lost: self._seen.clear())

    def seen_by(self, host: str) -> list[str]:
        """The datastores whose LUNs a host sees now, by name."""
        if host not in self._seen:
            self._seen[host] = [name for name in sorted(self.identities) if self.fabric.sees(host, name) is None]
        return self._seen[host]

    def read(self, datastore: str, reading: Reading) -> Way:
        """What reading a byte of a datastore takes of its disks, and how fast one reader is that waits for them."""
        lun = self.luns[datastore]
        uses = {f"lun/{datastore}": lun.per_byte(reading.block, "read", reading.sequential)}
        response = lun.alone(reading.block, "read", reading.sequential, float(reading.outstanding))
        bound = reading.outstanding * reading.block / response if response > 0 else math.inf
        return Way(uses, bound, reading.outstanding * reading.block)

    def write(self, datastore: str, block: float) -> Way:
        """What writing a byte to a datastore takes, in order."""
        return Way({f"lun/{datastore}": self.luns[datastore].per_byte(block, "write", True)}, weight=block)

    def to_disk(self, host: str, machine: Machine) -> Way:
        """Between a host and the LUN of a machine; none for a server, whose disks are its own."""
        return Way({} if machine.physical else self.fabric.to_lun(host, machine.datastore))

    def between(self, one: str, other: str) -> Way:
        """Over the LAN."""
        return Way({}) if one == other else Way(self.fabric.between(one, other), lan=1.0)

    def guest_io(self, host: str, block: float) -> Way:
        """Cycles that the I/Os of a guest cost its host."""
        cycles = self.io_cycles.get(host, 0.0)
        return self.cpu(host, cycles / block)

    def cpu(self, host: str, cycles: float) -> Way:
        """Cycles of a host for each byte; nothing where nobody else wants its processor."""
        return Way({f"cpu/{host}": cycles} if cycles > 0 and host in self.cpus else {})

    def management(self, host: str, lan: Mapping[str, float], carries: Callable[[float], float]) -> Way:
        """What backups get of a host's management network, which is as fast as the slowest link of the way."""
        if not lan:
            return Way({})
        name = f"management/{host}"
        if name not in self.streams.resources:
            speed = min(self.streams.resources[link].capacity for link in lan)
            self.streams.add(name, carries(speed))
        return Way({name: 1.0})
