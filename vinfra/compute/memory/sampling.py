"""How large a working set is, as the hypervisor sees it: a few pages are watched, and the share that is touched
counts.

A sample of n pages of a VM of which a part a is active has mean a and variance a (1 - a) / n. Two moving averages run
over the samples, x <- (1 - g) x + g s, one slow and one fast; the larger one counts, so that growth is seen at once
and shrinking is believed late. Several samples are taken in one step: an average of m more is (exactly) normal with

    mean a + (x - a) (1 - g)^m,    variance g^2 s^2 (1 - (1 - g)^(2 m)) / (1 - (1 - g)^2)

where samples are taken as normal. Unit: part of the touched memory. Source: Waldspurger, OSDI 2002, section 5.3.
"""

from __future__ import annotations

import numpy as np

from vinfra.compute.memory.machines import Bools, Floats
from vinfra.compute.memory.policy import Policy
from vinfra.engine.streams import Keys, normal

SETTLED = 1e6  # samples after which nothing is left of where an average began


class WorkingSets:
    """Estimates for all VMs; `keys` are the VMs' streams, `active` the true parts (0..1), shape (vms,)."""

    def __init__(self, policy: Policy, keys: Keys, active: Floats) -> None:
        self.policy = policy
        self.keys = keys
        self.active = active
        self._slow = active.copy()
        self._fast = active.copy()
        self._since = np.full(len(active), SETTLED)
        self._draws = 0

    def wait(self, seconds: float) -> None:
        """So much time has passed; samples were taken, and nobody has looked at them yet."""
        self._since += seconds / self.policy.sample_period

    def look(self, watched: Bools) -> Floats:
        """What is known now, shape (vms,), 0..1; brought up to date for those that are watched."""
        whole = np.floor(self._since) * watched
        if whole.any():
            one, other = normal(self.keys, self._draws), normal(self.keys, self._draws + 1)
            variance = self.active * (1.0 - self.active) / self.policy.sample_pages
            slow, fast = 1.0 - self.policy.slow, 1.0 - self.policy.fast
            of_slow, of_fast = (_spread(variance, kept, kept, whole) for kept in (slow, fast))
            both = of_slow * of_fast
            common = _spread(variance, slow, fast, whole)
            alike = np.divide(common, np.sqrt(both), out=np.ones_like(both), where=both > 0)
            apart = np.sqrt(np.maximum(1.0 - alike**2, 0.0))
            self._slow = self._moved(self._slow, slow, whole) + np.sqrt(of_slow) * one
            self._fast = self._moved(self._fast, fast, whole) + np.sqrt(of_fast) * (alike * one + apart * other)
            self._since -= whole
        self._draws += 2
        return np.clip(np.maximum(self._slow, self._fast), 0.0, 1.0)

    def _moved(self, average: Floats, kept: float, samples: Floats) -> Floats:
        """Where an average comes to after so many samples without error."""
        return np.asarray(self.active + (average - self.active) * kept**samples)


def _spread(variance: Floats, one: float, other: float, samples: Floats) -> Floats:
    """Covariance that samples give two averages which keep these parts of themselves with each."""
    together = one * other
    return np.asarray((1.0 - one) * (1.0 - other) * variance * (1.0 - together**samples) / (1.0 - together))
