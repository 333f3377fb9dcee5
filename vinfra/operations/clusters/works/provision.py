"""Provision: bare metal becomes a host. The baseboard controller powers it on, it asks the network for a boot image,
writes the hypervisor's image to its disk, boots it for the first time and is configured.

    seconds of the image = size / bandwidth

Units: seconds, bytes, bytes per second. Source: OpenStack Ironic, deploy steps of a PXE boot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.work import IDLE, Step, Work, boot, works
from vinfra.spec import field
from vinfra.units import Bytes, BytesPerSecond, Seconds

UNKNOWN = "no measurement at hand"


@works.register("provision")
class Provision(Work):
    """Make hosts of bare metal; they are not there before."""

    source: ClassVar[str] = "OpenStack Ironic documentation: power interface, PXE boot, direct deploy"
    builds: ClassVar[bool] = True

    post: Seconds = field("3 min", "time from power-on to the end of POST", source=UNKNOWN, tag="assumed")
    pxe: Seconds = field("1 min", "DHCP, boot loader and boot image by PXE", source=UNKNOWN, tag="assumed")
    image: Bytes = field("8 GiB", "size of what is written to disk", source=UNKNOWN, tag="assumed")
    bandwidth: BytesPerSecond = field(
        "1 Gbit/s", "what one host gets of the deployment network", gt=0, source="one port", tag="assumed"
    )
    configure: Seconds = field("5 min", "joins the cluster: network, storage, licence", source=UNKNOWN, tag="assumed")

    def steps(self, terms: Terms, asleep: bool) -> Sequence[Step]:
        """From power-on to a host that takes VMs."""
        return [
            Step("is powered on, POST", self.post, terms.boot_load),
            Step("boots by PXE", self.pxe, terms.boot_load),
            Step("writes its image", self.image / self.bandwidth, terms.boot_load),
            boot(terms),
            Step("is configured", self.configure, IDLE),
        ]
