"""Sense of consolidation: VMs change hosts in arrays, so nothing may share those hosts that is not in the arrays."""

from __future__ import annotations

from collections.abc import Iterator

from vinfra.errors import Problem
from vinfra.scenario.load import Resolved
from vinfra.units import show


def consolidation(resolved: Resolved) -> Iterator[Problem]:
    """What cannot stand beside it."""
    if resolved.consolidation is None:
        return
    scenario, (asked, _, _) = resolved.scenario, resolved.consolidation
    passes = asked.every / scenario.epoch
    if passes < 1 - 1e-9 or abs(passes - round(passes)) > 1e-6 * passes:
        message = f"must be a multiple of the epoch of {show(scenario.epoch, 'time')}"
        yield Problem(resolved.place("consolidation", "every"), "consolidation.every", message)
    beside = [
        key
        for key in ("migrations", "backup", "restores", "faults", "scheduling", "replication", "failover")
        if _said(resolved, key)
    ]
    beside += [f"vms.{name}.datastore" for name, group in sorted(scenario.vms.items()) if group.datastore is not None]
    beside += [
        f"hosts.{name}.overcommit" for name, group in sorted(scenario.hosts.items()) if group.overcommit is not None
    ]
    for key in beside:
        message = f"cannot stand beside {key}: leave it out, or {key}"
        yield Problem(resolved.place("consolidation"), "consolidation", message)


def _said(resolved: Resolved, key: str) -> bool:
    return bool(getattr(resolved.scenario, key))
