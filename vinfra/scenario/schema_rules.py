"""Rules in the language: which VMs run apart or together, and on which hosts."""

from __future__ import annotations

from vinfra.scenario.keys import Name
from vinfra.spec import Spec, field


class RuleEntry(Spec):
    """One rule: VMs that run `apart`, VMs that run `together`, or `vms` and the `hosts` they run on or `avoid`."""

    apart: list[Name] | None = field(
        None, "groups of VMs, or single ones, of which no two run on one host", min_length=1
    )
    together: list[Name] | None = field(None, "groups of VMs, or single ones, that all run on one host", min_length=1)
    vms: list[Name] | None = field(None, "groups of VMs, or single ones; `hosts` or `avoid` says where", min_length=1)
    hosts: list[Name] | None = field(None, "hosts and host groups that those `vms` run on", min_length=1)
    avoid: list[Name] | None = field(None, "hosts and host groups that those `vms` never run on", min_length=1)
    strict: bool = field(True, "kept whatever happens; false: where there is room")
