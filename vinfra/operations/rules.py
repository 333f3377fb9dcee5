"""Rules for where VMs may run: apart from each other, together on one host, on some hosts and not on others.

A question about a VM costs what its rules have members, and one look where it has none. VMs and hosts are indices; a VM
that runs nowhere (NOWHERE) is in nobody's way. Source: DRS affinity rules, vSphere Resource Management.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.operations.placement import NOWHERE

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
FEW = 4  # names that a sentence lists


@dataclass(frozen=True, slots=True)
class Violation:
    """VMs on a host where a rule does not want them, and the sentence that says so."""

    rule: str
    strict: bool
    host: int
    vms: tuple[int, ...]
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule over VMs (indices, each once, rising). One that is not strict is kept where there is room."""

    wants: ClassVar[str]

    name: str
    vms: Ints
    strict: bool

    def allows(self, going: Ints, at: Ints, hosts: int) -> Bools:
        """Which of so many hosts all VMs that are `going` may be on, when every other is on the host that `at` says,
        shape (hosts,)."""
        raise TypeError(f"{type(self).__name__} does not say what it allows")

    def wrong(self, at: Ints) -> Iterator[tuple[int, Ints]]:
        """Every host where it does not hold, and the VMs there that are concerned."""
        raise TypeError(f"{type(self).__name__} does not say where it does not hold")

    def others(self, going: Ints) -> Ints:
        """Its VMs without those that are going."""
        left: Ints = self.vms[self.vms != going[0]] if len(going) == 1 else np.setdiff1d(self.vms, going)
        return left


class Apart(Rule):
    """No two of its VMs on one host."""

    __slots__ = ()
    wants: ClassVar[str] = "kept apart"

    def allows(self, going: Ints, at: Ints, hosts: int) -> Bools:
        """Hosts without any of the others; none when two of them go together."""
        others = self.others(going)
        if len(self.vms) - len(others) > 1:
            return np.zeros(hosts, dtype=bool)
        free = np.ones(hosts, dtype=bool)
        there = at[others]
        free[there[there != NOWHERE]] = False
        return free

    def wrong(self, at: Ints) -> Iterator[tuple[int, Ints]]:
        """Hosts with two of them and more."""
        for host, vms in _by_host(self.vms, at):
            if len(vms) > 1:
                yield host, vms


class Together(Rule):
    """All of its VMs on one host."""

    __slots__ = ()
    wants: ClassVar[str] = "kept together"

    def allows(self, going: Ints, at: Ints, hosts: int) -> Bools:
        """The host of the others; any host where none of them runs."""
        there = at[self.others(going)]
        there = there[there != NOWHERE]
        if not len(there):
            return np.ones(hosts, dtype=bool)
        same = np.zeros(hosts, dtype=bool)
        same[there] = True
        return same

    def wrong(self, at: Ints) -> Iterator[tuple[int, Ints]]:
        """All hosts but that with most of them."""
        found = list(_by_host(self.vms, at))
        home = max(found, key=lambda one: len(one[1]), default=(NOWHERE, self.vms))[0]
        yield from ((host, vms) for host, vms in found if host != home)


@dataclass(frozen=True, slots=True, eq=False)
class Homes(Rule):
    """Its VMs on some hosts only (bool, shape (hosts,))."""

    wants: ClassVar[str] = "kept to its hosts"

    hosts: Bools

    def allows(self, going: Ints, at: Ints, hosts: int) -> Bools:
        """The hosts it names."""
        return self.hosts.copy()

    def wrong(self, at: Ints) -> Iterator[tuple[int, Ints]]:
        """Other hosts with some of them."""
        yield from ((host, vms) for host, vms in _by_host(self.vms, at) if not self.hosts[host])


def _by_host(vms: Ints, at: Ints) -> Iterator[tuple[int, Ints]]:
    """Hosts with some of these VMs, and which."""
    there = at[vms]
    order = np.argsort(there, kind="stable")
    hosts, first = np.unique(there[order], return_index=True)
    for host, some in zip(hosts.tolist(), np.split(vms[order], first[1:]), strict=True):
        if host != NOWHERE:
            yield host, some


class Rules:
    """All rules of a fleet with so many VMs; `vms` and `hosts` are their names. False where there is none."""

    def __init__(self, rules: Sequence[Rule], vms: Sequence[str], hosts: Sequence[str]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.name))
        self.vms, self.hosts = vms, hosts
        members = np.concatenate([np.zeros(0, dtype=np.int64), *(rule.vms for rule in self.rules)])
        which = np.repeat(np.arange(len(self.rules)), [len(rule.vms) for rule in self.rules])
        order = np.argsort(members, kind="stable")
        self._which: list[int] = which[order].tolist()
        self._first = np.searchsorted(members[order], np.arange(len(vms) + 1)) if self.rules else None
        self._bundles = _bundles([rule for rule in self.rules if rule.strict and isinstance(rule, Together)])

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of(self, vm: int) -> list[Rule]:
        """The rules of a VM, by name."""
        if self._first is None:
            return []
        return [self.rules[one] for one in self._which[self._first[vm] : self._first[vm + 1]]]

    def concerned(self) -> Bools:
        """Which VMs have any, shape (VMs,)."""
        if self._first is None:
            return np.zeros(len(self.vms), dtype=bool)
        found: Bools = np.diff(self._first) > 0
        return found

    def alike(self, vms: Ints) -> list[tuple[list[Rule], Ints]]:
        """These VMs by the rules they have, in the order of the first of each kind."""
        if self._first is None:
            return [([], vms)]
        bounds, found = self._first.tolist(), dict[tuple[int, ...], list[int]]()
        for vm in vms.tolist():
            found.setdefault(tuple(self._which[bounds[vm] : bounds[vm + 1]]), []).append(vm)
        return [([self.rules[one] for one in which], np.array(some)) for which, some in found.items()]

    def bundle(self, vm: int) -> Ints:
        """All VMs that must be where it is, itself among them: they go together, or none of them goes."""
        return self._bundles.get(vm, np.array([vm]))

    def may(self, vms: int | Ints, at: Ints) -> Bools:
        """Which hosts may take a VM, or several that go together, given the host of every VM, shape (hosts,). Where
        they are now is in nobody's way."""
        going = np.atleast_1d(np.asarray(vms, dtype=np.int64))
        fine = np.ones(len(self.hosts), dtype=bool)
        for rule in self.of_all(going):
            if rule.strict:
                fine &= rule.allows(going, at, len(fine))
        return fine

    def disliked(self, vms: int | Ints, at: Ints) -> Ints:
        """How many rules that are not strict each host would break by taking them, shape (hosts,)."""
        going = np.atleast_1d(np.asarray(vms, dtype=np.int64))
        count = np.zeros(len(self.hosts), dtype=np.int64)
        for rule in self.of_all(going):
            if not rule.strict:
                count += ~rule.allows(going, at, len(count))
        return count

    def why_not(self, vms: int | Ints, at: Ints, able: Bools) -> str:
        """Which rules keep VMs from all of the hosts that are able to take them; empty where they do not."""
        going = np.atleast_1d(np.asarray(vms, dtype=np.int64))
        strict = [rule for rule in self.of_all(going) if rule.strict]
        left = [(rule, able & rule.allows(going, at, len(able))) for rule in strict]
        if not strict or np.logical_and.reduce([allowed for _, allowed in left]).any():
            return ""
        alone = [rule for rule, allowed in left if not allowed.any()]
        names = [rule.name for rule in alone[:1] or strict]
        return f"no host that had room keeps the rule{'s' if len(names) > 1 else ''} {listed(names)}"

    def violations(self, at: Ints, host: int | None = None) -> list[Violation]:
        """Where rules do not hold, given the host of every VM: everywhere, or on one host."""
        return [
            Violation(rule.name, rule.strict, place, tuple(vms.tolist()), self._said(rule, place, vms, at))
            for rule in self.rules
            for place, vms in rule.wrong(at)
            if host is None or place == host
        ]

    def of_all(self, going: Ints) -> list[Rule]:
        """The rules that any of these VMs has, by name."""
        if self._first is None:
            return []
        if len(going) == 1:
            return self.of(int(going[0]))
        found = {one for vm in going.tolist() for one in self._which[self._first[vm] : self._first[vm + 1]]}
        return [self.rules[one] for one in sorted(found)]

    def _said(self, rule: Rule, host: int, vms: Ints, at: Ints) -> str:
        names = listed([self.vms[vm] for vm in vms.tolist()])
        where = f"{names} {'run' if len(vms) > 1 else 'runs'} on {self.hosts[host]}"
        if isinstance(rule, Homes):
            able = listed([self.hosts[one] for one in np.flatnonzero(rule.hosts).tolist()], "or")
            return f"{rule.name}: {where}, not on {able}"
        if isinstance(rule, Together):
            elsewhere = sorted({int(one) for one in at[rule.vms]} - {NOWHERE, host})
            return f"{rule.name}: {where}, others on {listed([self.hosts[one] for one in elsewhere])}"
        return f"{rule.name}: {where}, where one may"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names as a sentence lists them; of many the first few."""
    if len(names) > FEW:
        names = [*names[: FEW - 1], f"{len(names) - FEW + 1} more"]
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _bundles(rules: Sequence[Rule]) -> dict[int, Ints]:
    """VMs that rules bind together, each with all that it is bound to by any chain of rules."""
    found: dict[int, set[int]] = {}
    for rule in rules:
        whole = set(rule.vms.tolist())
        for vm in rule.vms.tolist():
            whole |= found.get(vm, set())
        for vm in whole:
            found[vm] = whole
    made = {id(whole): np.array(sorted(whole), dtype=np.int64) for whole in found.values()}
    return {vm: made[id(whole)] for vm, whole in found.items()}
