"""When a host is overloaded. A detector is one file in detectors/; it judges hosts by what their VMs want, now and
before.

Load is what the VMs of a host want over its capacity, no unit; 1 is a full host. Source: Beloglazov and Buyya,
CCPE 24(13), 2012, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.registry import Registry
from vinfra.spec import Spec, field

SAMPLES = 30  # that are remembered of each VM; Beloglazov and Buyya's implementation, CloudSim 3.0.3
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Detector(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]
    looks_back: ClassVar[bool] = True  # whether it judges by more than the present

    def overloaded(self, load: Floats, history: Floats) -> Bools:
        """Which hosts are, shape (hosts,).

        `load` is what their VMs want now, shape (hosts,); `history` what the same VMs wanted at the last passes, newest
        first, this one included, shape (hosts, SAMPLES), zero where there was none yet.
        """
        raise TypeError(f"{type(self).__name__} does not say when a host is overloaded")

    def as_in_cloudsim(self) -> Detector:
        """The same rule with what CloudSim 3.0.3 makes of it (docs/cloudsim.md)."""
        return self


class Learning(Detector):
    """A rule that needs to have seen a host for a while, and a fixed threshold until then."""

    threshold: float = field(
        0.7,
        "load above which a host is overloaded that was not seen for long enough",
        gt=0,
        source="Beloglazov and Buyya's implementation, CloudSim 3.0.3",
        tag="assumed",
    )


detectors: Registry[Detector] = Registry("overload detector", "vinfra.operations.consolidation.detectors", Detector)


def seen(history: Floats) -> NDArray[np.int64]:
    """For how many samples each host's VMs are known, shape (hosts,): up to the oldest that is not zero, 1 at least."""
    known = history[:, ::-1] != 0
    counts: NDArray[np.int64] = np.where(known.any(axis=1), history.shape[1] - known.argmax(axis=1), 1)
    return counts


def above(load: Floats, history: Floats, limit: Callable[[Floats], Floats], least: int, threshold: float) -> Bools:
    """Hosts whose load is above what `limit` makes of their history, shape (hosts, samples) to (hosts,), or above the
    threshold where fewer samples than `least` are known."""
    known = seen(history)
    limits = np.full(len(load), threshold)
    for count in np.flatnonzero(np.bincount(known, minlength=1)).tolist():
        if count >= least:
            rows = known == count
            limits[rows] = limit(history[rows, :count])
    result: Bools = load > limits
    return result
