"""Patch: packages are installed on the running, empty host, which then reboots into them.

Unit: seconds. A quick boot restarts the hypervisor alone and leaves out POST and firmware. Source: VMware vSphere 6.7,
Update Manager: hosts enter maintenance mode, are patched and rebooted; Quick Boot skips the hardware reboot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.work import IDLE, Step, Work, boot, stop, works
from vinfra.spec import field
from vinfra.units import Seconds


@works.register("patch")
class Patch(Work):
    """Install patches of the hypervisor and reboot."""

    source: ClassVar[str] = "VMware vSphere 6.7, Update Manager Administration Guide"

    install: Seconds = field(
        "4 min", "time to check and install the packages", source="no measurement at hand", tag="assumed"
    )
    quick_boot: bool = field(False, "restart the hypervisor alone, without POST and firmware")
    post: Seconds = field(
        "3 min",
        "part of a boot that POST and firmware take, which a quick boot leaves out",
        source="more than half of the boot of a server; no measurement at hand",
        tag="assumed",
    )

    def steps(self, terms: Terms, asleep: bool) -> Sequence[Step]:
        """Boots first where it was on standby."""
        again = boot(terms)
        if self.quick_boot:
            again = Step("boots quickly", max(0.0, terms.boot - self.post), terms.boot_load)
        first = [boot(terms)] if asleep else []
        return [*first, Step("installs patches", self.install, IDLE), stop(terms), again]
