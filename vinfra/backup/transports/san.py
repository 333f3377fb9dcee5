"""SAN: the proxy reads the LUN itself, over its own host bus adapter; production hosts carry none of it.

bytes/s <= outstanding * block / response time of the LUN;  links: proxy to array
"""

from __future__ import annotations

from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.kind import Reading
from vinfra.backup.site import Site
from vinfra.backup.transport import Transport, transports
from vinfra.compute.streams import Way
from vinfra.spec import field
from vinfra.units import Seconds


@transports.register("san")
class San(Transport):
    """The proxy reads the LUN over the storage network"""

    source = "VMware, Virtual Machine Backup Guide (Consolidated Backup 1.1, 2007), SAN mode; recalled"
    resolves_lun = True

    mount: Seconds = field(
        "10 s", "to open the disks of a VM and to close them again", source="no measurement", tag="assumed"
    )

    def refuses(self, proxy: Proxy, machine: Machine, site: Site) -> str | None:
        """A proxy in a VM has no adapter of its own; masking and zones decide for the others."""
        if machine.physical:
            return f"{machine.name} is a server: its disks lie on no LUN that {proxy.name} could read"
        if proxy.virtual:
            return f"{proxy.name} is a VM and does not reach the storage network; take hot-add or nbd"
        return site.fabric.sees(proxy.host, machine.datastore)

    def begin(self) -> float:
        """Half of it."""
        return self.mount / 2

    def end(self) -> float:
        """The other half."""
        return self.mount / 2

    def way(self, proxy: Proxy, machine: Machine, site: Site, reading: Reading) -> Way:
        """The LUN and the links from the proxy's adapter to the array's port."""
        return site.read(machine.datastore, reading).then(Way(site.fabric.to_lun(proxy.host, machine.datastore)))
