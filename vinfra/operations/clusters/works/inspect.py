"""Inspect: the host is empty and on for a while: somebody looks at it, or changes what can be changed while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.work import IDLE, Step, Work, boot, works
from vinfra.spec import field
from vinfra.units import Seconds


@works.register("inspect")
class Inspect(Work):
    """Keep the host in maintenance mode for a while."""

    source: ClassVar[str] = "VMware vSphere Resource Management: maintenance mode"

    lasts: Seconds = field("30 min", "how long", source="no measurement at hand", tag="assumed")

    def steps(self, terms: Terms, asleep: bool) -> Sequence[Step]:
        """Boots first where it was on standby."""
        return [*([boot(terms)] if asleep else []), Step("is inspected", self.lasts, IDLE)]
