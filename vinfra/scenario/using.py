"""What a scenario uses of a hypervisor, read off what it asks for: each feature with the key that asks for it.

A balancer is DRS and moves VMs; failover is HA; more than one vCPU is virtual SMP; a datastore that several
hypervisors see wants a file system for clusters; a backup goes through the product's own interface. Source: the
features of products (hypervisors/product.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from vinfra import facts
from vinfra.hypervisors.product import Product
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup

BACKUP = ("backup-api", "consolidated-backup")  # the first one that the product has
FULLS = ("full",)  # methods that read everything every time


def used(resolved: Resolved, group: str) -> dict[str, str]:
    """Features that the scenario uses of the hypervisor of a host group, and the key that asks for each."""
    found: dict[str, str] = {}
    product: Product = facts.load("products", resolved.scenario.hosts[group].hypervisor, Product)
    for feature, key in (*_asked(resolved, product), *_machines(resolved, group), *_storage(resolved, group)):
        found.setdefault(feature, key)
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


def _machines(resolved: Resolved, group: str) -> Iterator[tuple[str, str]]:
    for name, vms in sorted(resolved.scenario.vms.items()):
        if vms.vcpus > 1 and group in eligible(resolved, vms):
            yield "virtual-smp", f"vms.{name}.vcpus"


def _storage(resolved: Resolved, group: str) -> Iterator[tuple[str, str]]:
    """A datastore that this group sees and other hypervisors too."""
    hosts = hypervisors(resolved)
    for name, datastore in sorted(resolved.scenario.datastores.items()):
        seen = datastore.presented_to
        members = {one: settings.count for one, settings in hosts.items()}
        if seen is not None:
            members = {one: _presented(one, count, seen) for one, count in members.items()}
        if members.get(group) and sum(members.values()) > 1:
            yield "cluster-file-system", f"datastores.{name}"


def _presented(group: str, count: int, seen: list[str]) -> int:
    """Hosts of a group that are among those named."""
    return count if group in seen else sum(one.rpartition("-")[0] == group for one in seen)


def hypervisors(resolved: Resolved) -> dict[str, HostGroup]:
    """Host groups that run VMs, by name."""
    return {name: group for name, group in sorted(resolved.scenario.hosts.items()) if group.hypervisor != "none"}


def eligible(resolved: Resolved, vms: VmGroup) -> list[str]:
    """Host groups that VMs of a group may run on, sorted."""
    hosts = hypervisors(resolved)
    named = [vms.host] if vms.host is not None else vms.hosts
    if named is None:
        return list(hosts)
    return sorted({group for one in named for group in (one, one.rpartition("-")[0]) if group in hosts})


def _said(resolved: Resolved, key: str) -> bool:
    return getattr(resolved.scenario, key) not in (None, "none", {})
