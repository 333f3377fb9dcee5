"""A link, a host bus adapter or a port of an array is lost: paths over it fail over, or there are none."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("link-down")
class LinkDown(Fault):
    """A link carries nothing any more"""

    named: ClassVar[dict[str, str]] = {"link": "link"}

    link: str = field(..., "the link, as network/endpoint: san/esx1")

    def happen(self, estate: Estate) -> None:
        """What is on its way stops."""
        estate.fail(f"link/{self.link}")

    def end(self, estate: Estate) -> None:
        """It carries again."""
        estate.repair(f"link/{self.link}")
