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
Ints = NDArray[np.int64]


class Detector(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]
    quick: ClassVar[bool] = True  # whether its limits are known before the load is

    enough: ClassVar[int] = 1  # samples after which its limits are the same however many there are

    def remembered(self, history: Floats) -> Floats:
        """What the rule makes of the last passes, shape (VMs, any number), from what each VM wanted at them, newest
        first, shape (VMs, SAMPLES), zero where there was none yet. A host's is the sum over its VMs, each by its part
        of the host, so it is kept and never gone through again. Nothing, where only the present counts."""
        return history[:, :0]

    def overloaded(self, load: Floats, past: Floats, seen: Ints) -> Bools:
        """Which hosts are, shape (hosts,).

        `load` is what their VMs want now, shape (hosts,), `past` what is remembered of the same VMs, this pass
        included, shape (hosts, as `remembered`), `seen` for how many samples they are known, shape (hosts,).
        """
        most, most_past = self.limits(seen)
        result: Bools = load > most
        if past.shape[1]:
            result |= past[:, 0] > most_past
        return result

    def limits(self, seen: Ints) -> tuple[Floats, Floats]:
        """The most load a host may have that is known for so many samples, and the most that what is remembered may be,
        both of shape (hosts,). A rule that is not `quick` says when a host is overloaded instead."""
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


def seen(history: Floats) -> Ints:
    """For how many samples each row is known, shape (rows,): up to the oldest that is not zero, 1 at least."""
    known = history[:, ::-1] != 0
    counts: Ints = np.where(known.any(axis=1), history.shape[1] - known.argmax(axis=1), 1)
    return counts


def above(
    load: Floats, history: Floats, seen: Ints, limit: Callable[[Floats], Floats], least: int, threshold: float
) -> Bools:
    """Hosts whose load is above what `limit` makes of their history, shape (hosts, samples) to (hosts,), or above the
    threshold where fewer samples than `least` are known."""
    counts = set(seen.tolist())
    if len(counts) == 1 and min(counts) >= least:
        alike: Bools = load > limit(history[:, : min(counts)])
        return alike
    limits = np.full(len(load), threshold)
    for count in sorted(counts):
        if count >= least:
            rows = seen == count
            limits[rows] = limit(history[rows, :count])
    result: Bools = load > limits
    return result
