"""A whole site stops: all hosts and what runs on them, and its links to other sites."""

from __future__ import annotations

from vinfra.faults.fault import Estate, Fault, faults


@faults.register("site-down")
class SiteDown(Fault):
    """A whole site stops, and nobody hears of it"""

    def happen(self, estate: Estate) -> None:
        """Power is gone in an instant."""
        estate.fail_site(self.lasts)

    def end(self, estate: Estate) -> None:
        """It is there again; what runs elsewhere by then stays there."""
        estate.repair_site()
