"""Finds hosts for groups of VMs, one after the other: by the placement, within the rules, as far as admission goes.

VMs that are alike and have the same rules are placed as one batch. VMs that must be together are placed as one large VM
when the first group with some of them has its turn. Rules that are not strict are kept where there is room with them;
where there is not, the last one by name is left first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vinfra.operations.admission import Admission, Bools, Load, Pool
from vinfra.operations.placement import NOWHERE, Batch, Placement, Room, fits, why_nowhere
from vinfra.operations.rules import Apart, Ints, Rule, Rules, Together
from vinfra.scenario.unplaced import Unplaced


class Placing:
    """The state of it. `batches` are all groups in their order, `homes` the hosts that the VMs of a group take in turn
    where it names some; VMs are numbered over all groups in that order, and `at` is the host of each."""

    def __init__(
        self,
        placement: Placement,
        room: Room,
        batches: Mapping[str, Batch],
        homes: Mapping[str, Sequence[int]],
        rules: Rules,
        admission: Admission | None,
        pool: Pool,
    ) -> None:
        self.placement, self.room, self.batches, self.homes = placement, room, batches, homes
        self.rules, self.admission, self.pool = rules, admission, pool
        counts = [batch.count for batch in batches.values()]
        ends = np.cumsum(counts).tolist()
        self.first = {name: end - batch.count for (name, batch), end in zip(batches.items(), ends, strict=True)}
        self.group: Ints = np.repeat(np.arange(len(counts)), counts)
        self.at: Ints = np.full(sum(counts), NOWHERE, dtype=np.int64)
        self.load = Load.none(pool.clusters)
        self._names = list(batches)
        self._reasons: dict[str, int] = {}
        self._why: Ints = np.full(len(self.at), NOWHERE, dtype=np.int64)
        self._tried = set[str]()
        self._kept: Bools = np.zeros(len(pool.cluster), dtype=bool) if admission is None else admission.closed(pool)

    def first_turns(self) -> None:
        """Find hosts for the VMs that the placement has a say about before all others."""
        for name, batch in self.batches.items():
            if (first := self.placement.first(name, batch.count)) is not None:
                self._place(name, self.first[name] + np.flatnonzero(first))

    def place(self, name: str) -> Ints:
        """The host of each VM of a group, shape (count,), NOWHERE where none takes it."""
        vms = np.arange(self.first[name], self.first[name] + self.batches[name].count)
        self._place(name, vms)
        return self.at[vms]

    def _place(self, name: str, vms: Ints) -> None:
        """Decide about these VMs of a group."""
        ruled = bool(self.rules) and bool(self.rules.concerned()[vms].any())
        if ruled:
            self._try_together(vms)
        for batch, some in self._in_turn(name, vms):
            for rules, alike in self.rules.alike(some) if ruled else [([], some)]:
                left = alike[self._open(alike)]
                if any(rule.strict and isinstance(rule, Together) for rule in rules):
                    for vm in left.tolist():
                        if self._open(vm):
                            self._bind(self.rules.bundle(vm))
                elif len(left):
                    self._ruled(batch, left, rules)

    def unplaced(self, name: str) -> Iterator[Unplaced]:
        """VMs of a group without a host, by reason."""
        first, count = self.first[name], self.batches[name].count
        why, reasons = self._why[first : first + count], list(self._reasons)
        for reason in np.unique(why[why != NOWHERE]).tolist():
            yield Unplaced(name, count, np.flatnonzero(why == reason) + 1, reasons[reason])

    def _open(self, vms: int | Ints) -> Bools:
        """Whether nothing is decided about them yet."""
        undecided: Bools = (self.at[vms] == NOWHERE) & (self._why[vms] == NOWHERE)
        return undecided

    def _in_turn(self, name: str, vms: Ints) -> Iterator[tuple[Batch, Ints]]:
        """The VMs of a group by the hosts it names, in turn; all of them where it names none."""
        batch, homes = self.batches[name], self.homes.get(name)
        if homes is None:
            yield batch, vms
            return
        for turn, host in enumerate(homes):
            allowed = np.zeros_like(batch.allowed)
            allowed[host] = batch.allowed[host]
            yield replace(batch, allowed=allowed), vms[(vms - self.first[name]) % len(homes) == turn]

    def _ruled(self, batch: Batch, vms: Ints, rules: Sequence[Rule]) -> None:
        """Place VMs that are alike and have these rules, none of which binds them together."""
        strict = [rule for rule in rules if rule.strict]
        soft = [rule for rule in rules if not rule.strict and not isinstance(rule, Together)]
        reason = ""
        for kept in range(len(soft), -1, -1):
            vms, reason = self._put(self._within(batch, [*strict, *soft[:kept]], vms), vms)
            if not len(vms):
                return
        self._leave(vms, reason or self._why_nowhere(replace(batch, count=len(vms)), vms[:1]))

    def _within(self, batch: Batch, rules: Sequence[Rule], vms: Ints) -> Batch:
        """The same VMs where rules let them, one a host where they are apart."""
        allowed, most = batch.allowed, batch.most
        for rule in rules:
            allowed = allowed & rule.allows(vms[:1], self.at, len(allowed))
            if isinstance(rule, Apart):
                most = np.ones(len(allowed), dtype=np.int64)
        return replace(batch, allowed=allowed, most=most)

    def _put(self, batch: Batch, vms: Ints) -> tuple[Ints, str]:
        """Place VMs that are alike as far as admission goes; those that are left, and why where it was admission."""
        cpu = float(batch.reserved.max())
        while len(vms):
            count, admitted = self._admitted(batch, len(vms), cpu)
            if count == 0:
                return vms, self._refusal(len(vms), cpu, batch.memory)
            allowed = batch.allowed & admitted
            some = replace(batch, count=count, allowed=allowed & ~self._kept, **self._which(vms[:count]))
            found = self.placement.place(some, self.room)
            there = found != NOWHERE
            self.at[vms[:count][there]] = found[there]
            self._add(found[there], cpu, batch.memory)
            if batch.most is not None:
                counts = np.bincount(found[there], minlength=len(batch.most))
                batch = replace(batch, most=batch.most - counts)
            vms = np.concatenate((vms[:count][~there], vms[count:]))
            if not there.all():
                closed = (batch.allowed & ~admitted).any()
                return vms, self._refusal(len(vms), cpu, batch.memory) if closed else ""
        return vms, ""

    def _admitted(self, batch: Batch, count: int, cpu: float) -> tuple[int, Bools]:
        """How many of the VMs may start wherever they go, and on which hosts, shape (hosts,)."""
        if self.admission is None:
            return count, np.ones_like(batch.allowed)
        most = self.admission.most(self.pool, self.load, cpu, batch.memory)
        admitted: Bools = most[self.pool.cluster] > 0
        concerned = self.pool.cluster[batch.allowed & admitted]
        if not batch.allowed.any():
            return count, admitted
        return (min(count, int(most[concerned].min())) if len(concerned) else 0), admitted

    def _which(self, vms: Ints) -> dict[str, Any]:
        """Which VMs of their group these are."""
        name = self._names[self.group[vms[0]]]
        return {"numbers": vms - self.first[name] + 1, "size": self.batches[name].count}

    def _add(self, hosts: Ints, cpu: float, memory: float) -> None:
        counts = np.bincount(self.pool.cluster[hosts], minlength=self.pool.clusters)
        self.load = self.load.plus(counts, cpu, memory)

    def _refusal(self, count: int, cpu: float, memory: float) -> str:
        """Why admission leaves so many VMs out."""
        assert self.admission is not None
        return self.admission.why(
            self.pool, self.load.plus(np.full(self.pool.clusters, count, dtype=np.int64), cpu, memory)
        )

    def _why_nowhere(self, batch: Batch, vms: Ints) -> str:
        """Why no host takes VMs that admission lets start."""
        free = replace(batch, allowed=batch.allowed & ~self._kept)
        cpu = self.placement.cpu_of(batch)
        able = fits(replace(free, most=None), cpu, self.room) > 0
        if able.any():
            return self.rules.why_not(vms, self.at, able) or why_nowhere(free, cpu, self.room)
        kept = self.admission.why(self.pool, self.load) if self.admission and self._kept.any() else ""
        if kept and batch.allowed.any() and not free.allowed.any():
            return kept
        return why_nowhere(free, cpu, self.room) + (f"; {kept}" if kept else "")

    def _leave(self, vms: Ints, reason: str) -> None:
        self._why[vms] = self._reasons.setdefault(reason, len(self._reasons))

    def _try_together(self, vms: Ints) -> None:
        """VMs that should be together start so where a host takes all of them."""
        for rule in self.rules.of_all(vms):
            if isinstance(rule, Together) and not rule.strict and rule.name not in self._tried:
                self._tried.add(rule.name)
                whole = np.unique(np.concatenate([self.rules.bundle(vm) for vm in rule.vms.tolist()]))
                if self._open(whole).all():
                    self._together(whole)

    def _bind(self, vms: Ints) -> None:
        """VMs that must be together start so, or none of them does."""
        if self._together(vms):
            return
        batch = self._joined(vms)
        able = fits(replace(batch, allowed=batch.allowed & ~self._kept), self.placement.cpu_of(batch), self.room) > 0
        reason = f"{self._why_nowhere(batch, vms)} for all {len(vms)} VMs that run together"
        if able.any():
            refused = self.admission.why(self.pool, self._with(vms)) if self.admission else ""
            reason = self.rules.why_not(vms, self.at, able) or refused
        self._leave(vms, reason)

    def _together(self, vms: Ints) -> bool:
        """Whether a host takes all of these VMs, and they are on it."""
        batch = self._joined(vms)
        allowed = batch.allowed & ~self._kept & self.rules.may(vms, self.at)
        if self.admission is not None:
            allowed &= self.admission.keeps(self.pool, self._with(vms))[self.pool.cluster]
        soft = [rule for rule in self.rules.of_all(vms) if not rule.strict]
        for kept in range(len(soft), -1, -1):
            liked = allowed.copy()
            for rule in soft[:kept]:
                liked &= rule.allows(vms, self.at, len(liked))
            host = int(self.placement.place(replace(batch, allowed=liked), self.room)[0])
            if host != NOWHERE:
                self.at[vms] = host
                cluster = np.arange(self.pool.clusters) == self.pool.cluster[host]
                self.load = self._with(vms, cluster.astype(np.int64))
                return True
        return False

    def _parts(self, vms: Ints) -> Iterator[tuple[str, Batch, Ints]]:
        """VMs by their groups."""
        for index in np.unique(self.group[vms]).tolist():
            name = self._names[index]
            yield name, self.batches[name], vms[self.group[vms] == index]

    def _joined(self, vms: Ints) -> Batch:
        """VMs that go together as one large VM."""
        parts = list(self._parts(vms))
        allowed = np.logical_and.reduce([batch.allowed for _, batch, _ in parts])
        for name, _, some in parts:
            if (homes := self.homes.get(name)) is not None:
                turns = np.array(homes)[(some - self.first[name]) % len(homes)]
                allowed &= np.bincount(turns, minlength=len(allowed)) == len(some)
        configured = np.sum([len(some) * batch.configured for _, batch, some in parts], axis=0)
        demands = [batch.demand for _, batch, _ in parts]
        return Batch(
            name=parts[0][0],
            count=1,
            memory=sum(len(some) * batch.memory for _, batch, some in parts),
            reserved=np.sum([len(some) * batch.reserved for _, batch, some in parts], axis=0),
            configured=configured,
            speed=max(batch.speed for _, batch, _ in parts),
            allowed=allowed,
            # What they want together is known where all of them want the same part.
            demand=demands[0] if len(set(demands)) == 1 else None,
            **self._which(vms[:1]),
        )

    def _with(self, vms: Ints, clusters: Ints | None = None) -> Load:
        """The load with these VMs too, on every cluster by itself or on some."""
        load, on = self.load, np.ones(self.pool.clusters, dtype=np.int64) if clusters is None else clusters
        for _, batch, some in self._parts(vms):
            load = load.plus(on * len(some), float(batch.reserved.max()), batch.memory)
        return load
