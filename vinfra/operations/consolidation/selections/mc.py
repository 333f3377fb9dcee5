"""Maximum correlation: the VM whose demand follows most closely that of the others, which peak together.

R^2 of VM i on all others is 1 - 1 / (C^-1)_ii, C the matrix of correlations of their demands. Source: Abdi, Multiple
correlation coefficient, Encyclopedia of Measurement and Statistics, 2007.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.consolidation.selection import Candidates, Selection, selections

SINGULAR = 1e-9  # of the largest eigenvalue; below it some demands are sums of others and R^2 says nothing


@selections.register("mc")
class MaximumCorrelation(Selection):
    """The VM whose demand correlates most with the other VMs of its host (MC)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: MC, section 4.2.3"

    def pick(self, candidates: Candidates) -> int:
        """The first with the largest coefficient; the one with least memory where there is none."""
        history = candidates.history
        spread = history.std(axis=1)
        if len(history) < 2 or len(history) >= history.shape[1] or (spread == 0).any():
            return int(candidates.memory.argmin())
        correlations = np.corrcoef(history)
        values = np.linalg.eigvalsh(correlations)
        if values[0] < SINGULAR * values[-1]:
            return int(candidates.memory.argmin())
        coefficients = 1 - 1 / np.diag(np.linalg.inv(correlations))
        return int(np.round(coefficients, 9).argmax())
