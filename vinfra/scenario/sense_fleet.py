"""Sense of consolidation and of hosts under management: VMs change hosts in arrays, so nothing may share those hosts
that is not in the arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vinfra.errors import Problem
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema_clusters import KEYS
from vinfra.units import show

NEVER = ("migrations", "backup", "restores", "scheduling", "replication", "failover")


def fleet(resolved: Resolved) -> Iterator[Problem]:
    """What cannot stand beside it."""
    scenario = resolved.scenario
    if resolved.consolidation is not None:
        passes = resolved.consolidation[0].every / scenario.epoch
        if passes < 1 - 1e-9 or abs(passes - round(passes)) > 1e-6 * passes:
            message = f"must be a multiple of the epoch of {show(scenario.epoch, 'time')}"
            yield Problem(resolved.place("consolidation", "every"), "consolidation.every", message)
        yield from _beside(resolved, "consolidation", (*KEYS, "rules", "admission", *NEVER, "faults"))
    for key in KEYS:
        if _said(resolved, key):
            yield from _beside(resolved, key, NEVER)
            return


def alone(part: Resolved) -> Iterator[Problem]:
    """What a site among others cannot have: its VMs would change hosts behind the back of the other sites."""
    for key in ("consolidation", *KEYS):
        if _said(part, key):
            yield Problem(part.place(key), key, "stands in a scenario of one site only: leave it out, or `sites`")


def _beside(resolved: Resolved, key: str, never: Sequence[str]) -> Iterator[Problem]:
    """What cannot stand beside a key."""
    scenario = resolved.scenario
    beside = [one for one in never if _said(resolved, one)]
    beside += [f"vms.{name}.datastore" for name, group in sorted(scenario.vms.items()) if group.datastore is not None]
    beside += [
        f"hosts.{name}.overcommit" for name, group in sorted(scenario.hosts.items()) if group.overcommit is not None
    ]
    beside += [f"vms.{name}.transfer" for name, group in sorted(scenario.vms.items()) if group.transfer is not None]
    for one in beside:
        yield Problem(resolved.place(key), key, f"cannot stand beside {one}: leave it out, or {one}")


def _said(resolved: Resolved, key: str) -> bool:
    return getattr(resolved.scenario, key) not in (None, "none", {})
