"""Helper snapshots: new writes go into a second delta while the first is moved, and so on until little is left.

    d_0 = delta,  t_k = d_k / rate,  d_{k+1} = written in t_k;  until d_k <= threshold, then the guest stands still

Diverges where rounds gather as much as they move: after the last that is allowed the guest stands still for the rest.
A round in which the LUN is busy with others may gather more than it moved; the next is tried all the same.
"""

from __future__ import annotations

import math

from vinfra.spec import field
from vinfra.storage.commit import Commit, Ended, Rounds, Writes, commits
from vinfra.units import Bytes


@commits.register("helper-rounds")
class InRounds(Commit):
    """Rounds of helper snapshots until little is left"""

    source = (
        "Broadcom KB 337175, iterative redo log consolidation; bnj-gotanda knowledge base: a helper "
        "delta under 16 MB is committed at once"
    )

    threshold: Bytes = field(
        "16 MiB",
        "what may be left for the end",
        gt=0,
        source="bnj-gotanda knowledge base, snapshot consolidation",
        tag="specified",
    )
    rounds_at_most: int = field(
        10,
        "rounds after which the guest stands still for the rest",
        ge=1,
        source="VMware KB 2039754 as quoted by codenotary.com, snapshot consolidation: ever longer rounds up to the "
        "9th, a last one, then the VM is stunned and the rest is consolidated at once",
        tag="specified",
    )

    def rounds(self, grown: float, writes: Writes) -> Rounds:
        """Until little is left, or all rounds are done."""
        left = grown
        for _ in range(self.rounds_at_most):
            if left <= self.threshold:
                break
            seconds = yield left
            left = math.fsum(writes.dirty(seconds))
        return Ended(left, diverged=left > self.threshold)
