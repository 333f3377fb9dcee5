"""What a scenario uses of a hypervisor, read off what it asks for: each feature with the key that asks for it.

A balancer is DRS and moves VMs; failover is HA; more than one vCPU is virtual SMP; a datastore that several
hypervisors see wants a file system for clusters; a backup goes through the product's own interface. Source: the
features of products (hypervisors/product.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vinfra import facts
from vinfra.hypervisors.product import Product
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup

BACKUP = ("backup-api", "consolidated-backup")  # the first one that the product has
FULLS = ("full",)  # methods that read everything every time


def used(resolved: Resolved) -> dict[str, dict[str, str]]:
    """Features that a site uses of the hypervisors of each of its host groups, with the key that asks for each; in one
    pass over VMs, of which there may be many."""
    hosts = hypervisors(resolved)
    found: dict[str, dict[str, str]] = {}
    for name, group in hosts.items():
        found[name] = {}
        for feature, key in _asked(resolved, facts.load("products", group.hypervisor, Product)):
            found[name].setdefault(feature, key)
    for feature, key, names in (*_machines(resolved, hosts), *_storage(resolved, hosts)):
        for name in names:
            found[name].setdefault(feature, key)
    return found


def _asked(resolved: Resolved, product: Product) -> Iterator[tuple[str, str]]:
    """What is asked of all hosts of a site."""
    scenario = resolved.scenario
    for feature in () if scenario.costs is None else scenario.costs.uses:
        yield feature, "costs.uses"
    for key, feature in (("balancer", "drs"), ("dpm", "dpm"), ("ha", "ha"), ("replication", "replication")):
        if _said(resolved, key):
            yield feature, key
    if any(not asked.work.builds for asked in resolved.maintenance.values()):
        yield "live-migration", "maintenance"
    for key in ("balancer", "dpm", "consolidation"):
        if _said(resolved, key):
            yield "live-migration", key
    for name, (_, method) in sorted({**resolved.migrations, **resolved.leaving}.items()):
        yield ("live-migration" if method.moves == "memory" else "storage-migration"), f"migrations.{name}"
    if resolved.protection is not None:
        if way := next((feature for feature in BACKUP if product.has(feature)), None):
            yield way, "backup"
        changed = any(method.name not in FULLS for _, _, method in resolved.protection.jobs.values())
        if changed and product.has("changed-block-tracking"):
            yield "changed-block-tracking", "backup.jobs"


def _machines(resolved: Resolved, hosts: Mapping[str, HostGroup]) -> Iterator[tuple[str, str, list[str]]]:
    """VMs of more than one vCPU, and where they may run; done when that is everywhere."""
    left = set(hosts)
    for name, vms in sorted(resolved.scenario.vms.items()):
        if vms.vcpus > 1 and (there := left.intersection(eligible(hosts, vms))):
            left -= there
            yield "virtual-smp", f"vms.{name}.vcpus", sorted(there)
        if not left:
            return


def _storage(resolved: Resolved, hosts: Mapping[str, HostGroup]) -> Iterator[tuple[str, str, list[str]]]:
    """Datastores that several hypervisors see, and the groups of those."""
    for name, datastore in sorted(resolved.scenario.datastores.items()):
        seen = datastore.presented_to
        members = {
            one: group.count if seen is None else _presented(one, group.count, seen) for one, group in hosts.items()
        }
        if sum(members.values()) > 1:
            yield "cluster-file-system", f"datastores.{name}", [one for one, count in members.items() if count]


def _presented(group: str, count: int, seen: list[str]) -> int:
    """Hosts of a group that are among those named."""
    return count if group in seen else sum(one.rpartition("-")[0] == group for one in seen)


def hypervisors(resolved: Resolved) -> dict[str, HostGroup]:
    """Host groups that run VMs, by name."""
    return {name: group for name, group in sorted(resolved.scenario.hosts.items()) if group.hypervisor != "none"}


def eligible(hosts: Mapping[str, HostGroup], vms: VmGroup) -> list[str]:
    """Which of these host groups VMs of a group may run on, sorted."""
    named = [vms.host] if vms.host is not None else vms.hosts
    if named is None:
        return list(hosts)
    return sorted({group for one in named for group in (one, one.rpartition("-")[0]) if group in hosts})


def _said(resolved: Resolved, key: str) -> bool:
    return getattr(resolved.scenario, key) not in (None, "none", {})
