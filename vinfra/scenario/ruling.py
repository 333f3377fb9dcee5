"""The rules of a scenario over its VMs and hosts as arrays, and rules that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from vinfra.engine.names import ALONE, Labels, Names
from vinfra.errors import InputError, Problem
from vinfra.operations.placement import NOWHERE, Batch
from vinfra.operations.rules import Apart, Bools, Homes, Ints, Rule, Rules, Together, listed
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema_rules import RuleEntry

EVERYBODY = "all"  # as in jobs of a backup
NOBODY: Ints = np.zeros(0, dtype=np.int64)


def rules_of(resolved: Resolved, vms: Names, hosts: Sequence[str], kinds: Sequence[str]) -> Rules:
    """The rules over these VMs and hosts; `kinds` are the groups of the hosts."""
    written = {name: rule for name, rule in resolved.scenario.rules.items() if isinstance(rule, RuleEntry)}
    return Rules([_rule(name, rule, vms, (hosts, kinds)) for name, rule in sorted(written.items())], vms, hosts)


def rules_at_start(
    resolved: Resolved, batches: Mapping[str, Batch], hosts: Sequence[str], kinds: Sequence[str]
) -> Rules:
    """The rules over all VMs that are asked for, by group and number; InputError where they contradict each other."""
    counts = [batch.count for batch in batches.values()]
    group = np.repeat(np.arange(len(counts)), counts if resolved.scenario.rules else 0)
    numbers = [np.full(1, ALONE) if count == 1 else np.arange(1, count + 1) for count in counts]
    number = np.concatenate([NOBODY, *(numbers if resolved.scenario.rules else [])])
    rules = rules_of(resolved, Names(Labels(list(batches), group), number), hosts, kinds)
    contradictions(resolved, rules, [batch.allowed for batch in batches.values()], group)
    return rules


def _rule(name: str, rule: RuleEntry, vms: Names, hosts: tuple[Sequence[str], Sequence[str]]) -> Rule:
    if rule.apart is not None:
        return Apart(name, _members(rule.apart, vms), rule.strict)
    if rule.together is not None:
        return Together(name, _members(rule.together, vms), rule.strict)
    named = {*(rule.hosts or rule.avoid or ())}
    on = np.array([host in named or kind in named for host, kind in zip(*hosts, strict=True)], dtype=bool)
    return Homes(name, _members(rule.vms or (), vms), rule.strict, on if rule.hosts is not None else ~on)


def _members(wanted: Iterable[str], vms: Names) -> Ints:
    """VMs that are meant by groups, names of their own, or all; each once, rising. One that found no host is not among
    them."""
    groups, code = list(vms.groups.values), vms.groups.code
    found = np.zeros(len(vms), dtype=bool)
    for name in wanted:
        group, _, number = name.rpartition("-")
        if name in groups:
            found |= code == groups.index(name)
        elif group in groups:
            found |= (code == groups.index(group)) & (vms.number == int(number))
        elif name == EVERYBODY:
            found[:] = True
    return np.flatnonzero(found)


def contradictions(resolved: Resolved, rules: Rules, allowed: Sequence[Bools], group: Ints) -> None:
    """InputError for rules that cannot all be kept by any estate: VMs that are kept apart and together, VMs that may
    run on no host. `allowed` are the hosts that each group may use, `group` the one of each VM, shape (VMs,)."""
    problems = [*_both(resolved, rules), *_nowhere(resolved, rules, allowed, group)]
    if problems:
        raise InputError(problems)


def _both(resolved: Resolved, rules: Rules) -> Iterator[Problem]:
    for rule in rules.rules:
        if not (rule.strict and isinstance(rule, Apart)):
            continue
        for vm in rule.vms.tolist():
            bundle = rules.bundle(vm)
            same = np.intersect1d(bundle, rule.vms) if len(bundle) > 1 else bundle
            if len(same) > 1:
                names = listed([rules.vms[one] for one in same.tolist()])
                binding = [one.name for one in rules.of(vm) if one.strict and isinstance(one, Together)]
                yield _problem(resolved, rule.name, f"keeps {names} apart, and {listed(binding)} keeps them together")
                break


def _nowhere(resolved: Resolved, rules: Rules, allowed: Sequence[Bools], group: Ints) -> Iterator[Problem]:
    told = set[tuple[str, ...]]()
    nobody = np.full(len(rules.vms), NOWHERE)
    for bundle in _kinds(rules, group):
        able = np.logical_and.reduce([allowed[one] for one in np.unique(group[bundle]).tolist()])
        homes = tuple(one.name for one in rules.of_all(bundle) if one.strict and isinstance(one, Homes))
        if homes and homes not in told and able.any() and not (able & rules.may(bundle, nobody)).any():
            told.add(homes)
            beside = f"beside {listed(homes[:-1])}" if len(homes) > 1 else "among those it may use"
            message = f"leaves {listed([rules.vms[one] for one in bundle.tolist()])} no host {beside}"
            yield _problem(resolved, homes[-1], message)


def _kinds(rules: Rules, group: Ints) -> Iterator[Ints]:
    """VMs that are bound together, and of each group one of those that have the same rules and are not."""
    seen = set[int]()
    for which, vms in rules.alike(np.flatnonzero(rules.concerned())):
        if any(isinstance(one, Together) and one.strict for one in which):
            for vm in vms.tolist():
                if vm not in seen:
                    bundle = rules.bundle(vm)
                    seen.update(bundle.tolist())
                    yield bundle
        else:
            yield from vms[np.unique(group[vms], return_index=True)[1]][:, None]


def _problem(resolved: Resolved, name: str, message: str) -> Problem:
    return Problem(resolved.place("rules", name), f"rules.{name}", message)
