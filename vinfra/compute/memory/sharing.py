"""Page sharing by content: pages that are alike are found by scanning, kept once, and copied when somebody writes.

    ds/dt = (c - s) / scan - s / lifetime

for s bytes shared of c that are alike (pages are picked at random, each once in `scan` on average). A host keeps one
page of zeros, half of what a guest holds twice, and of the pages of an operating system or an application those of the
VM that holds most of them: the pages of n VMs take the room of one. Pages that only one VM on the host could share
stay private. Large pages are not shared until they are broken up. Unit: bytes. Source: Waldspurger, OSDI 2002, section
4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinfra.compute.memory.content import Content
from vinfra.compute.memory.machines import Bools, Floats, Guests, Ints, per_host
from vinfra.compute.memory.policy import PAGE, Policy

FOREVER = 1e30  # seconds; the lifetime of a page that cannot be shared


class Sharing:
    """What can be shared, and how much of it is; `arrange` says which VMs are together."""

    def __init__(self, guests: Guests, contents: Sequence[Content], policy: Policy) -> None:
        self.policy = policy
        self.touched = guests.touched
        classes = [*contents, Content(title="all pages unique")]  # what index -1 means

        def of(values: Sequence[float]) -> Floats:
            return np.array(values)[guests.content] * guests.touched

        self.zero = of([one.zero for one in classes])
        self.repeated = of([one.repeated for one in classes])
        self.lifetime = np.array([one.lifetime for one in classes[:-1]] + [FOREVER])[guests.content]
        named = ([one.system for one in classes], [one.application for one in classes])
        sizes = (of([one.system_pages for one in classes]), of([one.application_pages for one in classes]))
        known = [sorted({name for name in names if name is not None}) for names in named]
        pools = [_index(names, those)[guests.content] for names, those in zip(named, known, strict=True)]
        self._pools = list(zip(pools, sizes, [max(1, len(those)) for those in known], strict=True))
        self._common: list[tuple[Ints, Floats, int]] = []

    def arrange(self, host: Ints, hosts: int) -> None:
        """Say on which host each VM is, shape (vms,); `hosts` is how many there are."""
        self._host, self._hosts = host, hosts
        self._common = []
        self.alike = self.zero + self.repeated
        for pool, size, count in self._pools:
            place = np.where(pool >= 0, host * count + pool, hosts * count)
            members = np.bincount(place, weights=size > 0, minlength=hosts * count + 1)
            common = np.where((pool >= 0) & (members[place] > 1), size, 0.0)
            self._common.append((place, common, hosts * count + 1))
            self.alike = self.alike + common

    def scan(self, shared: Floats, there: Floats, scanning: Bools, cycles: Floats, seconds: float) -> Floats:
        """Bytes of each VM that are shared `seconds` later; `there` is the part of each VM's memory that was not taken,
        `scanning` whose pages are compared, `cycles` those of each host per second."""
        total = per_host(self._host, self.touched, self._hosts)
        every = np.maximum(self.policy.scan_time, total / (self.policy.scan_rate * cycles / 1e9))[self._host]
        alike = self.alike * there
        found = np.where(scanning & (alike > shared), 1.0 / every, 0.0)
        written = 1.0 / self.lifetime
        settled = alike * found / (found + written)
        return np.asarray(settled + (shared - settled) * np.exp(-(found + written) * seconds))

    def copies(self, shared: Floats) -> Floats:
        """Machine memory that shared pages take on each host, shape (hosts,)."""
        found = np.divide(shared, self.alike, out=np.zeros_like(shared), where=self.alike > 0)
        taken = per_host(self._host, found * self.repeated / 2, self._hosts)
        zeros = np.zeros(self._hosts)
        np.maximum.at(zeros, self._host, np.minimum(found * self.zero, PAGE))
        taken += zeros
        for place, common, places in self._common:
            most = np.zeros(places)
            np.maximum.at(most, place, found * common)
            taken += most[:-1].reshape(self._hosts, -1).sum(axis=1)
        return taken


def _index(names: Sequence[str | None], known: Sequence[str]) -> Ints:
    """Which of the known names each is; -1 for none."""
    return np.array([-1 if name is None else known.index(name) for name in names], dtype=np.int64)
