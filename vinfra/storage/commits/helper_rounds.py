"""Helper snapshots: new writes go into a second delta while the first is moved, and so on until little is left.

    d_0 = delta,  t_k = d_k / rate,  d_{k+1} = written in t_k;  until d_k <= threshold, then the guest stands still

Diverges where a round gathers as much as it moves; the last one is then moved while the guest stands still.
"""

from __future__ import annotations

import math

from vinfra.spec import field
from vinfra.storage.commit import Commit, Ended, Rounds, Writes, commits
from vinfra.units import Bytes


@commits.register("helper-rounds")
class InRounds(Commit):
    """Rounds of helper snapshots until little is left"""

    source = "bnj-gotanda knowledge base, snapshot consolidation: a helper delta under 16 MB is committed at once"

    threshold: Bytes = field(
        "16 MiB",
        "what may be left for the end",
        gt=0,
        source="bnj-gotanda knowledge base, snapshot consolidation",
        tag="specified",
    )
    rounds_at_most: int = field(
        10, "rounds after which the guest stands still for the rest", ge=1, source="no measurement", tag="assumed"
    )

    def rounds(self, grown: float, writes: Writes) -> Rounds:
        """While it gets less from round to round."""
        left = grown
        for _ in range(self.rounds_at_most):
            if left <= self.threshold:
                return Ended(left)
            seconds = yield left
            gathered = math.fsum(writes.dirty(seconds))
            if gathered >= left:
                return Ended(gathered, diverged=True)
            left = gathered
        return Ended(left, diverged=left > self.threshold)
