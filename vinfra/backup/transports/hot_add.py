"""Hot-add: a proxy in a VM attaches the disks it protects and reads them through the host it runs on.

bytes/s <= outstanding * block / response time of the LUN;  cycles of its host for each I/O, as any guest's
"""

from __future__ import annotations

from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.kind import Reading
from vinfra.backup.site import Site
from vinfra.backup.transport import Transport, transports
from vinfra.compute.streams import Way
from vinfra.spec import field
from vinfra.units import Seconds


@transports.register("hot-add")
class HotAdd(Transport):
    """A proxy in a VM attaches the disks and reads them through its host"""

    source = "Veeam best practice guide, virtual_appliance_mode.md"

    attach: Seconds = field(
        "45 s",
        "to attach the disks of a VM to the proxy",
        source="Veeam best practice guide, virtual_appliance_mode.md: 60 to 120 s to attach and detach; half of the "
        "middle",
        tag="measured",
    )
    detach: Seconds = field(
        "45 s",
        "to detach them",
        source="Veeam best practice guide, virtual_appliance_mode.md: 60 to 120 s to attach and detach; half of the "
        "middle",
        tag="measured",
    )

    def refuses(self, proxy: Proxy, machine: Machine, site: Site) -> str | None:
        """A server of its own cannot attach virtual disks."""
        if machine.physical:
            return f"{machine.name} is a server: it has no virtual disks to attach"
        if not proxy.virtual:
            return f"hot-add needs a proxy in a VM; {proxy.name} is a server"
        return site.fabric.sees(proxy.host, machine.datastore)

    def begin(self) -> float:
        """Attaching."""
        return self.attach

    def end(self) -> float:
        """Detaching."""
        return self.detach

    def way(self, proxy: Proxy, machine: Machine, site: Site, reading: Reading) -> Way:
        """The LUN, the links of the proxy's host, and what an I/O of a guest costs there."""
        links = Way(site.fabric.to_lun(proxy.host, machine.datastore))
        return site.read(machine.datastore, reading).then(links).then(site.guest_io(proxy.host, reading.block))
