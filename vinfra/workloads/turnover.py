"""How fast the data of a disk changes, from what people know of it: which part is another after a day.

    changed(t) = B (1 - exp(-w t / B)),  changed(1 day) = part * size,  B = spread * part * size

Blocks that change are those of a working set B, written again and again, so a week changes less than seven days. Unit:
bytes. Source: the occupancy of uniform random writes (writable_set.py).
"""

from __future__ import annotations

import math

from vinfra.workloads.writable_set import WritableSet

DAY = 86400.0
# Working set over a day's changes: with 4, a week's changes are 3.5 days' worth. Assumed: no published increments of
# several ages for one machine; backups of a week are commonly several times those of a day, and less than seven times.
SPREAD = 4.0


def turnover(size: float, per_second: float) -> WritableSet:
    """The writable set of `size` bytes of which so large a part a second (units of a day) is another after a day."""
    part = per_second * DAY
    if part <= 0:
        return WritableSet((size,), (0.0,))
    working = min(size, SPREAD * part * size)
    filled = min(part * size / working, 0.999999)
    rate = -working * math.log1p(-filled) / DAY
    if working >= size:
        return WritableSet((size,), (rate,))
    return WritableSet((working, size - working), (rate, 0.0))
