"""Which rack a host stands in: racks are filled one after the other, hosts in the order of their numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.plan import Fleet


def of_hosts(fleet: Fleet) -> NDArray[np.int64]:
    """Rack of each host, from 0, shape (hosts,); -1 for hosts that no rack is planned for."""
    racks = np.repeat(np.arange(len(fleet.racks)), [rack.hosts for rack in fleet.racks])
    missing = max(0, fleet.hosts - len(racks))
    return np.concatenate([racks[: fleet.hosts], np.full(missing, -1)]).astype(np.int64)
