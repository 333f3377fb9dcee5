"""A storage array: ports that hosts queue at, and a cache before its disks.

A write is answered once it is in the cache (and in that of the other controller); disks do it later, a few at a time on
each disk. A read that the cache holds takes `hit` seconds and the transfer over the port. A port takes `port_queue`
commands and refuses what comes beyond (QUEUE FULL). Units: bytes, bytes per second, seconds. Source: facts/arrays.
"""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.storage.disk import Direction
from vinfra.units import Bytes, BytesPerSecond, Fraction, Seconds


class ArrayModel(Spec):
    """A model of array (fact kind `arrays`)."""

    title: str = field(..., "what it is")
    ports: int = field(..., "front-end ports of both controllers", ge=1)
    port_speed: BytesPerSecond = field(..., "data that a port carries", gt=0)
    port_queue: int = field(
        2000,
        "commands that a port takes at once",
        source="VMware, Scalable Storage Performance, 2008: 2,000 to 4,000 on each port",
        tag="specified",
        ge=1,
    )
    cache: Bytes = field(..., "cache of both controllers; 0 where writes wait for the disks", ge=0)
    writes: Fraction = field(
        0.4,
        "part of the cache that holds writes: it holds them twice, and the rest reads",
        source="usual split of a mirrored cache",
        tag="assumed",
        ge=0,
        le=1,
    )
    command: Seconds = field(
        "10 us",
        "time that an I/O takes of the controller that owns the LUN",
        source="100,000 I/Os a second from the cache of one controller of its class",
        tag="assumed",
        ge=0,
    )
    fetch: Seconds = field("0 s", "time that a read takes of it besides, to get what it asks for ahead of it", ge=0)
    mirror: BytesPerSecond | None = field(
        None, "writes that go to the other controller's cache; as fast as need be when unsaid", gt=0
    )
    hit: Seconds = field(
        "300 us",
        "time until an I/O that ends in the cache is answered, without its transfer",
        source="usual for the cache of an array of disks; a tenth of it for all-flash arrays",
        tag="assumed",
        ge=0,
    )
    destage: int = field(
        1,
        "writes from the cache that are under way for each disk at most, so that reads come between",
        source="arrays flush in the background",
        tag="assumed",
        ge=1,
    )

    def controlling(self, block: float, direction: Direction) -> float:
        """Seconds that an I/O keeps its controller busy."""
        if direction == "read":
            return self.command + self.fetch
        return self.command + (block / self.mirror if self.mirror else 0.0)

    @property
    def dirty(self) -> float:
        """Bytes of writes that the cache can hold: each is in both controllers."""
        return self.cache * self.writes / 2
