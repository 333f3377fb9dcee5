"""The memory of all hosts over time: pages are found alike, working sets are sampled, targets set, memory taken and
given.

    memory of a host = private + compressed pages + copies of shared pages + overhead + free

One pass over all VMs for a step of any length. The run begins when all have booted: what does not fit was taken by
then, and nothing is shared yet. A host that has less free memory than it must have takes from those above their target
until enough is free; one that has more gives it back. Unit: bytes, seconds. Source: Waldspurger, Memory Resource
Management in VMware ESX Server, OSDI 2002.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from vinfra.compute.memory.allocation import targets
from vinfra.compute.memory.faults import of_cache, of_guest, of_host, usable, working
from vinfra.compute.memory.holdings import Holdings
from vinfra.compute.memory.machines import Bools, Floats, Ints, Plan, per_host
from vinfra.compute.memory.policy import PAGE
from vinfra.compute.memory.reclaim import bounds, give, take
from vinfra.compute.memory.sampling import WorkingSets
from vinfra.compute.memory.sharing import Sharing
from vinfra.compute.memory.stall import Faults, Pace, pace
from vinfra.compute.memory.states import STATES, following, goal
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.units import show

HIGH, HARD = STATES.index("high"), STATES.index("hard")
ROUNDING = 1e-9
LONG = 1e9  # seconds; stands for all the time before the run, in which bytes are still finite


class Memory:
    """Hosts and VMs of a plan; `host` says where each VM is, shape (vms,), `state` in which state each host's free
    memory was when it was looked at last (index into STATES), and `crowded` which hosts have less than their VMs want.
    """

    def __init__(self, plan: Plan, host: Ints, streams: Streams) -> None:
        """Refused when a host cannot hold its VMs with the means it has."""
        self.plan, self.policy = plan, plan.policy
        guests, machines = plan.guests, plan.machines
        self.holdings = Holdings.of(guests.touched)
        self.sharing = Sharing(guests, plan.contents, self.policy)
        part = np.divide(guests.active, guests.touched, out=np.zeros(len(host)), where=guests.touched > 0)
        self.working_sets = WorkingSets(self.policy, streams.keys("working set", guests.names), part)
        self.overhead = guests.overhead(self.policy)
        self._frames = machines.have("sharing") * machines.memory * (self.policy.frame / PAGE)
        self.state: Ints = np.zeros(len(machines.names), dtype=np.int64)
        self.crowded: Bools = np.zeros(len(machines.names), dtype=bool)
        self._whole = ~guests.large
        self._arrange(host)
        self._take_and_give(np.inf)

    def _arrange(self, host: Ints) -> None:
        """Say where each VM is, shape (vms,)."""
        self.host = host.copy()
        self.sharing.arrange(self.host, len(self.state))
        self._bounds = bounds(self.plan.guests, self.plan.machines, self.host, self.policy)
        self._overheads = self._frames + per_host(self.host, self.overhead, len(self.state))

    def advance(self, seconds: float, host: Ints) -> None:
        """So much time has passed; `host` says where VMs are now. What a VM shared stays behind when it moves."""
        machines, held = self.plan.machines, self.holdings
        self.working_sets.wait(seconds)
        if (moved := host != self.host).any():
            self._arrange(host)
            # Who is left alone with a page has it for itself again.
            held.shared = np.where(moved, 0.0, np.minimum(held.shared, self.sharing.alike))
        there = np.divide(held.touched - held.out, held.touched, out=np.zeros(len(host)), where=held.touched > 0)
        scanning = machines.have("sharing")[self.host] & self._whole
        held.shared = self.sharing.scan(held.shared, there, scanning, machines.cycles, seconds)
        self._take_and_give(seconds)

    def free(self) -> Floats:
        """Machine memory of each host that nobody has, shape (hosts,); below 0 where it was promised twice."""
        used = per_host(self.host, self.holdings.footprint(self.policy.compressed_to), len(self.state))
        return self.plan.machines.memory - self._overheads - self.sharing.copies(self.holdings.shared) - used

    def _take_and_give(self, seconds: float) -> None:
        """Bring every VM nearer to its target, as far as the state of its host and the time allow."""
        policy, held, memory = self.policy, self.holdings, self.plan.machines.memory
        self.state = following(self.state, self.free() / memory, policy)
        self._whole |= (self.state > HIGH)[self.host]
        target, has = self._targets(), held.footprint(policy.compressed_to)
        above, below = np.maximum(has - target, 0.0), np.maximum(target - has, 0.0)
        short = per_host(self.host, below, len(memory)) > self._spare() + ROUNDING * memory
        above = np.where((short | (self.state > HIGH))[self.host], above, np.maximum(has - self._most(), 0.0))
        if (above > 0).any():
            take(held, above, (self.state >= HARD)[self.host], self._bounds, policy, seconds)
        if (held.out > 0).any():
            wanted, spare = per_host(self.host, below, len(memory)), self._spare()
            part = np.divide(spare, wanted, out=np.ones(len(memory)), where=wanted > spare)
            _, swapped, cached = self._missed()
            give(held, below * part[self.host], (swapped + cached) * min(seconds, LONG), policy, seconds)
        self._must_fit()

    def _spare(self) -> Floats:
        """What each host can give away and still have as much free as it should, shape (hosts,)."""
        return np.maximum(self.free() - goal(self.policy) * self.plan.machines.memory, 0.0)

    def _most(self) -> Floats:
        """Machine memory that each VM's limit leaves it beside what it shares."""
        return np.maximum(self.plan.guests.limit - self.holdings.shared, 0.0)

    def _targets(self) -> Floats:
        """Machine memory each VM should have, beside what it shares."""
        guests, held, machines = self.plan.guests, self.holdings, self.plan.machines
        alone = held.alone
        want = np.minimum(alone, self._most())
        ballooned = np.minimum(self._bounds.ballooned, alone)
        compressed = np.minimum(self._bounds.compressed, alone - ballooned)
        least = alone - ballooned - (1.0 - self.policy.compressed_to) * compressed - self._bounds.swapped
        floor = np.clip(np.maximum(guests.reservation - held.shared, least), 0.0, want)
        room = machines.memory * (1.0 - goal(self.policy)) - self._overheads - self.sharing.copies(held.shared)
        self.crowded = per_host(self.host, want, len(room)) > room
        active = self.working_sets.look(self.crowded[self.host]) * alone
        return targets(self.host, want, floor, active, guests.shares, self.policy.tax, room)

    def _must_fit(self) -> None:
        """Refused when a host has given away more than it has."""
        free, memory = self.free(), self.plan.machines.memory
        worst = int(np.argmin(free / memory))
        if free[worst] < -ROUNDING * memory[worst]:
            name, means = self.plan.machines.names[worst], sorted(self.plan.machines.means[worst])
            lacking, there = show(_round(-free[worst]), "size"), show(_round(memory[worst]), "size")
            how = f"with {', '.join(means)} alone" if means else "without a means of reclaim"
            raise Refused(f"{name} lacks {lacking} beside its {there} of memory: it cannot take back as much {how}")

    def _missed(self) -> tuple[Floats, Floats, Floats]:
        """Bytes per second of pages that guests read again because of balloons, that hosts bring back from disk, and
        from the compression cache."""
        guests, held, policy = self.plan.guests, self.holdings, self.policy
        part = np.divide(held.alone, guests.touched, out=np.zeros_like(held.shared), where=guests.touched > 0)
        kernel = guests.configured - usable(guests.configured, np.zeros_like(part), policy)
        work = working(np.maximum(guests.active - kernel, 0.0) * part, (guests.touched - guests.active) * part, policy)
        missed, still = of_guest(work, held.ballooned, policy)
        there = still.active + still.idle - held.compressed - held.swapped
        touched, lost = of_host(still, np.maximum(there, 0.0), policy)
        cached = np.minimum(of_cache(still, held.compressed, lost, policy), touched)
        return missed, touched - cached, cached

    def pace(self, computing: Floats) -> Pace:
        """How fast VMs are which compute so much of their vCPUs' time (0..1), shape (vms,)."""
        missed, swapped, cached = self._missed()
        faults = Faults((missed + swapped) / PAGE, cached / PAGE)
        vcpus = self.plan.guests.vcpus
        return pace(self.host, faults, computing, vcpus, self.plan.machines, self.policy.decompression)

    def totals(self) -> Mapping[str, float]:
        """Bytes of all VMs and hosts now, how many hosts are crowded, and the worst state of any."""
        held, copies = self.holdings, float(self.sharing.copies(self.holdings.shared).sum())
        return {
            "memory_shared": float(held.shared.sum()),
            "memory_saved": float(held.shared.sum()) - copies,
            "memory_ballooned": float(held.ballooned.sum()),
            "memory_compressed": float(held.compressed.sum()),
            "memory_swapped": float(held.swapped.sum()),
            "memory_overhead": float(self._overheads.sum()),
            "memory_free": float(self.free().sum()),
            "memory_crowded": float(self.crowded.sum()),
            "memory_state": float(self.state.max()),
        }

    def balance(self) -> Iterator[tuple[str, float, float]]:
        """For every host: its name, the memory its VMs were configured with, and where all of it is."""
        guests, held = self.plan.guests, self.holdings
        accounted = guests.configured - guests.touched + held.private + held.shared + held.out
        sums = (per_host(self.host, values, len(self.state)).tolist() for values in (guests.configured, accounted))
        for name, configured, found in zip(self.plan.machines.names, *sums, strict=True):
            yield f"bytes of VMs on {name} configured and found", configured, found


def _round(size: float) -> float:
    """A size in whole MiB, as people want to read it."""
    return float(np.ceil(size / 2**20)) * 2.0**20
