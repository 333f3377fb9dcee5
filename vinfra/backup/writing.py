"""What one order reads and writes: find the LUN, mount, read, store, and enter what came of it.

    direct:  disk -> transport -> proxy (reduction) -> LAN -> repository, as one stream
    tank:    disk -> transport -> disks of the proxy;  then those -> proxy -> LAN -> repository, as another

Bytes read are kept or only looked at; of those kept a part is stored, and reduction took the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vinfra.backup.estate import Proxy
from vinfra.backup.kind import Reading
from vinfra.compute.streams import Failed, Phases, Way
from vinfra.storage.identity import NotFound

if TYPE_CHECKING:
    from vinfra.backup.order import Order
    from vinfra.backup.store import Entry


class Writing:
    """The way of one machine's data on one night; `taken` is the moment its snapshot holds."""

    def __init__(self, order: Order, proxy: Proxy, taken: float) -> None:
        self.order = order
        self.server = order.server
        self.site = order.site
        self.machine = order.machine
        self.proxy = proxy
        self.taken = taken
        self.entry: Entry | None = None
        self.reading: Reading | None = None

    @property
    def name(self) -> str:
        """What its streams are called."""
        return f"{self.order.job.name}/{self.machine.name}"

    def read(self) -> Phases:
        """From the LUN to the proxy, and on to the repository where nothing lies between."""
        order, transport = self.order, self.server.transport
        self._find()
        yield self.site.clock.timeout(transport.begin())
        self.entry, self.reading = self.server.store.prepare(self.machine, order.job, self.taken)
        order.enter("reading")
        stream = self._to_tank if order.job.tank else self._to_repository
        yield from self.site.streams.carry(f"read/{self.name}", self.reading.size, stream)
        order.result.read += self.reading.size
        yield self.site.clock.timeout(transport.end())

    def store(self) -> Phases:
        """What is left when the snapshot is gone: from the tank to the repository."""
        assert self.reading is not None
        if self.order.job.tank:
            self.order.enter("through the tank")
            yield from self.site.streams.carry(f"tank/{self.name}", self.reading.size, self._from_tank)

    def finish(self) -> Phases:
        """Work of the repository on its chain; then there is a restore point."""
        assert self.entry is not None and self.reading is not None
        result = self.order.result
        self.entry.wrong = result.wrong
        yield from self.server.store.finish(self.entry, self.name)
        result.kept, result.stored = self.reading.data, self.entry.stored
        result.taken, result.whole = self.taken, self.entry.whole

    def give_up(self) -> None:
        """Nothing came of it."""
        if self.entry is not None:
            self.server.store.abort(self.entry)

    def _find(self) -> None:
        """The proxy looks for the LUN among those it sees; it may find another than was meant and never know."""
        if not self.server.transport.resolves_lun:
            return
        site, wanted = self.site, self.machine.datastore
        seen = site.seen_by(self.proxy.host)
        copies = [name for name in seen if name in site.copies]
        visible = [site.identities[name] for name in seen] + [site.copies[name] for name in copies]
        found = self.server.identity.find(site.known[wanted], visible)
        if isinstance(found, NotFound):
            raise Failed(f"LUN not recognised: {found.reason}")
        self.order.result.wrong = found.index >= len(seen) or seen[found.index] != wanted

    def _disk(self) -> Way:
        assert self.reading is not None
        return self.server.transport.way(self.proxy, self.machine, self.site, self.reading)

    def _work(self) -> Way:
        """Compressing and sending: cycles of the proxy, and of its host where that is shared."""
        assert self.reading is not None
        share = self.reading.data / self.reading.size if self.reading.size > 0 else 0.0
        cycles = share * self.server.store.cycles_per_byte()
        own = Way({self.proxy.resource: cycles} if cycles > 0 else {})
        return own.then(self.site.cpu(self.proxy.host, cycles)) if self.proxy.virtual else own

    def _out(self) -> Way:
        """Over the LAN into the repository: what is left of a byte."""
        assert self.reading is not None and self.entry is not None
        lan = self.site.between(self.proxy.host, self.server.store.host)
        share = self.entry.stored / self.reading.size if self.reading.size > 0 else 0.0
        return self._work().then(lan.then(self.server.store.place.write_way()), share)

    def _to_repository(self) -> Way:
        return self._disk().then(self._out())

    def _to_tank(self) -> Way:
        return self._disk().then(self.server.tank_way(self.proxy, "write"))

    def _from_tank(self) -> Way:
        return self.server.tank_way(self.proxy, "read").then(self._out())
