"""NBD: the host that runs the VM reads the disk and sends it over the LAN, through its management network.

bytes/s of a host <= what its hypervisor lets its management network carry;  connections of a host are limited
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.kind import Reading
from vinfra.backup.site import Site
from vinfra.backup.transport import Transport, transports
from vinfra.compute.streams import Way
from vinfra.spec import field

GIGABIT = 125e6  # bytes per second
CARRIES = (  # of a management network: (its speed, what backups get of it), bytes per second
    (GIGABIT, 15e6),
    (10 * GIGABIT, 450e6),
)  # Veeam best practice guide, network_mode.md: 10 to 20 and 400 to 500 MB/s for each host; the middles


@transports.register("nbd")
class Nbd(Transport):
    """The VM's host reads the disk and sends it over the LAN"""

    source = "Veeam best practice guide, network_mode.md; VDDK guide, NFC Session Connection Limits"

    connections: int = field(
        9,
        "disks of one host that are read at once",
        ge=1,
        source="VDDK guide, NFC Session Connection Limits: 9 to an ESX 3.5 or 4 host",
        tag="specified",
    )
    cycles_per_byte: float = field(
        8.0,
        "cycles that sending a byte takes on the host, and receiving it on the proxy",
        ge=0,
        source="one hertz for each bit per second, to send and to receive: Foong et al., TCP Performance Re-visited, "
        "ISPASS 2003",
        tag="measured",
    )

    def refuses(self, proxy: Proxy, machine: Machine, site: Site) -> str | None:
        """Nobody: whatever runs on a host can be sent by it."""
        return None

    def limits(self, machine: Machine) -> Sequence[tuple[str, int]]:
        """Connections of the VM's host."""
        return ((f"nfc/{machine.host}", self.connections),)

    def begin(self) -> float:
        """Opening a connection takes no time that anybody would see beside a backup."""
        return 0.0

    def way(self, proxy: Proxy, machine: Machine, site: Site, reading: Reading) -> Way:
        """The LUN and the links of the VM's host, its management network, and the LAN to the proxy."""
        disk = site.read(machine.datastore, reading).then(site.to_disk(machine.host, machine))
        lan = site.between(machine.host, proxy.host)
        if not lan.uses:
            return disk
        sent = lan.then(site.management(machine.host, lan.uses, self.management))
        received = Way({proxy.resource: self.cycles_per_byte})
        return disk.then(sent).then(site.cpu(machine.host, self.cycles_per_byte)).then(received)

    def management(self, speed: float) -> float:
        """Bytes per second that backups get of a management network of that speed: between the two that were measured
        by their ratio, beyond them as a part of the speed."""
        (slow, low), (fast, high) = CARRIES
        if speed <= slow:
            return low * speed / slow
        if speed >= fast:
            return high * speed / fast
        return low * math.exp(math.log(high / low) * math.log(speed / slow) / math.log(fast / slow))
