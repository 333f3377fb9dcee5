"""Per socket: every processor that is plugged in, however many cores it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vinfra.hypervisors.licence_unit import HostShape, LicenceUnit, licence_units
from vinfra.spec import field


@licence_units.register("per-socket")
class PerSocket(LicenceUnit):
    """Every processor; one of many cores may count as several."""

    source: ClassVar[str] = "Proxmox, subscription agreement (per occupied socket); VMware, vSphere 4 and 7 licensing"
    noun: ClassVar[str] = "socket"
    plural: ClassVar[str] = "sockets"

    most_cores: int | None = field(None, "cores one licence covers; any number when unsaid", ge=1)

    def there(self, host: HostShape, guests: int) -> float:
        """Its processors."""
        return float(host.sockets)

    def paid(self, host: HostShape, guests: int) -> int:
        """Licences of all its processors."""
        return host.sockets * (1 if self.most_cores is None else math.ceil(host.cores_per_socket / self.most_cores))

    def reason(self, hosts: Sequence[HostShape]) -> str:
        """Processors larger than one licence."""
        return f"a licence covers {self.most_cores} cores of a CPU"
