"""Backup on a target: what is read every night and for how long, what a repository must hold, and what limits it.

    read at night = changed blocks where the product remembers them, else all blocks; window = max over what is shared
    of bytes / bytes per second, but never less than what the largest machine takes alone
    repository = (full + (points - 1) * increment) / reduction          changed(1 day) = B (1 - exp(-w t / B))

The models are those of vinfra.backup: turnover of blocks, compression on the proxies' cores, what a management network
carries, the chain of a forever-incremental backup (tests/theory/test_backup_sizing.py holds the simulation to the same
sums). Not in it: disks of the repository, and snapshots that grow meanwhile. Units: bytes, seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.backup.reduction import Reduction
from vinfra.backup.transport import Transport
from vinfra.backup.transports.hot_add import HotAdd
from vinfra.backup.transports.nbd import Nbd
from vinfra.backup.transports.san import San
from vinfra.hypervisors.product import Product
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Machine
from vinfra.planning.plan import BackupPlan
from vinfra.planning.sizing.truths import bytes_of
from vinfra.planning.target import Target, carried
from vinfra.workloads.turnover import turnover

DAY = 86400.0
MOST = 1_000  # proxies more than there are that are asked about
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Means:
    """How a product is backed up: by which transport (None: by agents in the guests), whether it says what changed, and
    whether it forgets that at a power-off; in words too."""

    transport: Transport | None
    tracked: bool
    forgets: bool
    method: str
    why: str


def backup(machines: Sequence[Machine], target: Target, hosts: int, assumptions: Assumptions) -> BackupPlan | None:
    """What backup of these machines takes on so many hosts that carry them; None where the disks of none are known.
    Templates are left out."""
    protected = [machine for machine in machines if not machine.template]
    sizes = bytes_of(protected, assumptions.storage.truth)
    known = sizes[~np.isnan(sizes)]
    if not len(known):
        return None
    asked, means = assumptions.backup, means_of(target)
    full = float(known.sum())
    increment = float(sum(sum(turnover(size, asked.change).dirty(DAY)) for size in known.tolist() if size > 0))
    nightly = increment if means.tracked else full
    largest = float(known.max()) * (increment / full if means.tracked and full > 0 else 1.0)
    each = 0.0 if means.transport is None else means.transport.begin() + means.transport.end()

    def night(proxies: int, data: float, most: float) -> tuple[float, str]:
        so_many = assumptions.model_copy(update={"backup": asked.model_copy(update={"proxies": proxies})})
        rates = limits(means, hosts, so_many)
        return _window(data, most, len(known), rates, proxies * asked.proxy_cores, each)

    window, limited = night(asked.proxies, nightly, largest)
    first, _ = night(asked.proxies, full, float(known.max()))
    able = range(asked.proxies, asked.proxies + MOST)
    enough = bisect_left(able, True, key=lambda proxies: night(proxies, nightly, largest)[0] <= asked.window)
    return BackupPlan(
        method=means.method,
        full=full,
        nightly=nightly,
        window=window,
        allowed=asked.window,
        limited_by=limited,
        repository=(full + (asked.keep - 1) * increment) / asked.reduction,
        first_full=first,
        proxies=able[enough] if enough < len(able) else None,
        why=_why(means, len(protected) - len(known), assumptions, first),
    )


def means_of(target: Target) -> Means:
    """How the product of a target is backed up in its edition."""
    product: Product = facts.load("products", target.hypervisor, Product)
    features = carried(target)
    if "backup-api" not in features and "consolidated-backup" not in features:
        what = "an agent in every guest"
        why = f"{product.title} in this edition lets nobody read disks from outside: agents read what changed"
        return Means(None, True, False, what, why)
    if "backup-api" not in features:
        why = f"{product.title} has consolidated backup, which does not know what changed: every night reads all blocks"
        return Means(San(), False, False, "images through a proxy (consolidated backup), in full", why)
    how = next(iter(product.dirty_maps.values()), None)
    # A proxy in a VM attaches disks where the vendor's toolkit lets it; elsewhere the host sends what it reads.
    transport: Transport = HotAdd() if "vmdk" in product.dirty_maps else Nbd()
    if "changed-block-tracking" not in features or how is None:
        why = f"{product.title} in this edition does not remember changed blocks: every night all of them are read"
        return Means(transport, False, False, "images through its interface, all blocks read", why)
    forgets = how == "until-power-off"
    why = f"{product.title} remembers changed blocks" + (
        " until a machine is powered off: a night after patches that do so reads all of it" if forgets else ""
    )
    return Means(transport, True, forgets, "images through its interface, changed blocks read", why)


def limits(means: Means, hosts: int, assumptions: Assumptions) -> Mapping[str, float]:
    """Bytes of disks per second that each thing on the way carries at most, by what it is. The link of migration is
    that of each host and proxy."""
    asked, link = assumptions.backup, assumptions.waves.link
    reduction = Reduction()
    core = reduction.core / reduction.cycles_per_byte
    found = {
        f"compression on {asked.proxies} x {asked.proxy_cores} cores of the proxies": asked.proxies
        * asked.proxy_cores
        * core,
        f"links of {asked.proxies} proxies": asked.proxies * link,
    }
    if isinstance(means.transport, Nbd):
        found[f"management networks of {hosts} hosts"] = max(1, hosts) * means.transport.management(link)
    elif not isinstance(means.transport, San):  # whose bytes no host carries
        found[f"links of {hosts} hosts"] = max(1, hosts) * link
    return found


def _window(
    data: float, largest: float, machines: int, rates: Mapping[str, float], tasks: int, each: float
) -> tuple[float, str]:
    """Seconds of a night that moves so much data of so many machines, each of which begins and ends for `each` seconds,
    and what limits it."""
    way, rate = min(rates.items(), key=lambda item: (item[1], item[0]))
    # A disk is one task on one core.
    reduction = Reduction()
    core = reduction.core / reduction.cycles_per_byte
    found = {
        way: data / rate,
        f"beginning and ending {machines:,} machines, {tasks} at a time": -(-machines // tasks) * each,
        "the largest machine, one task on one core": largest / core + each,
    }
    limited = max(found, key=lambda name: (found[name], name))
    # Tasks wait for their begin and end while others move data, so the sum bounds the night from above.
    together = found[way] + -(-machines // tasks) * each
    return max(together, found["the largest machine, one task on one core"]), limited


def _why(means: Means, unknown: int, assumptions: Assumptions, first: float) -> str:
    """What it rests on, in sentences."""
    asked = assumptions.backup
    parts = [
        means.why,
        f"{asked.keep} daily points as one full and increments, {asked.change * DAY:.3g} of the data another after a "
        f"day (assumption backup.change), stored at 1/{asked.reduction:g}",
    ]
    if first > asked.window:
        parts.append(f"the first full takes {first / 3600:.3g} h, more than a night: it is spread over several")
    if unknown:
        parts.append(f"{unknown:,} machines without known disks are not in it")
    return "; ".join(parts)
