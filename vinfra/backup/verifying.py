"""Verification: the newest restore point of every machine is read again, and one that cannot be is struck from the
catalog, so that the next run begins anew and nobody counts on it. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from vinfra.backup.site import Site
from vinfra.backup.store import Store
from vinfra.compute.streams import Failed


class Verifying:
    """Reads restore points at set times; `found` are those that could not be read: (when, machine, why)."""

    def __init__(self, site: Site, store: Store, times: Iterable[float]) -> None:
        self.site = site
        self.store = store
        self.read = 0.0
        self.checked = 0
        self.found: list[tuple[float, str, str]] = []
        site.clock.process(self._follow(times), source="verify")

    def _follow(self, times: Iterable[float]) -> Generator[Any, Any, None]:
        for time in times:
            if time > self.site.clock.now:
                yield self.site.clock.timeout(time - self.site.clock.now)
            self.site.recorder.enter("job/verify", "running", self.site.clock.now)
            for vm in sorted(self.store.jobs):
                yield from self._check(vm)
            self.site.recorder.enter("job/verify", "", self.site.clock.now)

    def _check(self, vm: str) -> Generator[Any, Any, None]:
        """The newest point of each job of a machine, all files it needs."""
        place, catalog = self.store.place, self.store.catalog
        for job, chain in self.store.chains(vm):
            newest = chain.newest
            if newest is None:
                continue
            size = chain.checks(newest)
            try:
                yield from self.site.streams.carry(f"verify/{vm}/{job.name}", size, place.read_way)
            except Failed as failure:
                self.found.append((self.site.clock.now, vm, str(failure)))
                continue
            self.read += size
            self.checked += 1
            trouble = chain.trouble(newest)
            if trouble is not None:
                self.found.append((self.site.clock.now, vm, trouble))
                if catalog is not None:
                    catalog.spoil(vm, job.name, newest.number, trouble, place.name)
