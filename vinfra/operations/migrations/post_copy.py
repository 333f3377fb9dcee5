"""Post-copy: stop the VM, send what its processors hold, start it on the target, and push its memory behind it. What it
touches before that has come is fetched over the network, and it waits. No byte is sent twice.

    faults of a class = B / page * (1 - (1 - exp(-g)) / g)        g = v w T / B
    v T + faults(v) * wait / vCPUs = T        v: pace of the guest while its memory comes, which takes T seconds

A page of a class of B bytes, touched at w bytes per second at full pace, is fetched if it is touched before its turn in
the push, which is anywhere in T alike. Units: bytes, seconds. Source: Hines, Deshpande and Gopalan, Post-Copy Live
Migration of Virtual Machines, ACM SIGOPS OSR 43(3), 2009 (active pushing and demand paging).
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.operations.migration import Journey, Migration, Phases, migrations
from vinfra.spec import field
from vinfra.units import Bytes, Seconds
from vinfra.workloads.writable_set import WritableSet

HALVINGS = 60  # of the interval that holds the pace: the last bit of a float


@migrations.register("post-copy")
class PostCopy(Migration):
    """The VM moves at once and its memory follows, pushed and fetched on demand."""

    source: ClassVar[str] = "Hines et al., Post-Copy Live Migration of Virtual Machines, ACM SIGOPS OSR 43(3), 2009"

    state: Bytes = field(
        "1 MiB",
        "what must be there before the VM can run: registers, devices, pages that cannot be fetched",
        source="a few hundred kilobytes of device state and page-table roots; a size that never decides",
        tag="assumed",
    )
    switch: Seconds = field(
        "9 ms",
        "from the last byte until the VM runs on the target and its address is announced there",
        source="as for pre-copy: Clark et al., NSDI 2005, section 6.3",
        tag="measured",
    )
    page: Bytes = field("4 KiB", "what one fault fetches", gt=0, source="page of x86", tag="specified")
    fault_wait: Seconds = field(
        "0.2 ms",
        "how long a virtual processor waits for a page from the source",
        source="one round trip over Gigabit Ethernet (about 0.1 ms), a page at line rate (33 us), two world switches",
        tag="assumed",
    )

    def move(self, journey: Journey) -> Phases:
        """Stop, switch, push."""
        writes, plan = journey.plan.writes, journey.plan
        first = min(self.state, plan.size)
        part = first / plan.size
        journey.rounds = 1
        journey.stop()
        yield from journey.send([size * part for size in writes.sizes], writes.sizes)
        yield journey.clock.timeout(self.switch)
        journey.arrive()
        rest = tuple(size * (1 - part) for size in writes.sizes)
        journey.enter("post-copy")
        journey.go(self.pace(writes, math.fsum(rest) / journey.line_rate(), plan.vcpus))
        yield from journey.send(rest, rest)
        journey.go()

    def pace(self, writes: WritableSet, seconds: float, vcpus: int = 1) -> float:
        """The part of its speed (0..1) at which a guest runs while its memory takes so many seconds to come."""
        if seconds <= 0:
            return 1.0
        low, high = 0.0, 1.0
        for _ in range(HALVINGS):
            pace = (low + high) / 2
            waits = self.faults(writes, pace, seconds) * self.fault_wait / vcpus
            low, high = (low, pace) if pace * seconds + waits > seconds else (pace, high)
        return low

    def faults(self, writes: WritableSet, pace: float, seconds: float) -> float:
        """Pages fetched over the network."""
        total = 0.0
        for size, rate in zip(writes.sizes, writes.rates, strict=True):
            touches = pace * rate * seconds / size
            if touches > 0:
                total += size / self.page * (1 + math.expm1(-touches) / touches)
        return total
