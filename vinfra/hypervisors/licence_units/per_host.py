"""Per host: every server, whatever it has."""

from __future__ import annotations

from typing import ClassVar

from vinfra.hypervisors.licence_unit import HostShape, LicenceUnit, licence_units


@licence_units.register("per-host")
class PerHost(LicenceUnit):
    """Every host, whatever its processors."""

    source: ClassVar[str] = "Vates, pricing of Vates VMS; Microsoft, Hyper-V Server 2008"
    noun: ClassVar[str] = "host"
    plural: ClassVar[str] = "hosts"

    def there(self, host: HostShape, guests: int) -> float:
        """The host."""
        return 1.0
