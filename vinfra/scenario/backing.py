"""From a scenario's backup to what its server needs: machines, proxies, jobs, drills, faults. Nothing of it moves
yet; protected.py sets it in motion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vinfra import facts
from vinfra.backup.drill import Drill
from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.job import Job, Rules
from vinfra.backup.place import Shelf
from vinfra.backup.recovery import Target
from vinfra.backup.retention import Retention
from vinfra.engine.names import Labels, Names
from vinfra.errors import InputError, suggest
from vinfra.hypervisors.product import Product
from vinfra.scenario import storing
from vinfra.scenario.expand import member
from vinfra.scenario.load import Resolved
from vinfra.scenario.moving import writable_set
from vinfra.scenario.population import SHARES_PER_VCPU, Estate
from vinfra.scenario.pricing import price
from vinfra.scenario.protecting import Asked, Protection
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.schema_backup import Elsewhere, Repository
from vinfra.scenario.schema_storage import spindles
from vinfra.storage.identity import Identity
from vinfra.storage.lun import Disk, Lun, Raid
from vinfra.workloads.turnover import turnover

Members = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Backing:
    """What protects the estate. `proxies` in the order of their names, `jobs` as the file has them."""

    protection: Protection
    machines: Mapping[str, Machine]
    proxies: Sequence[Proxy]
    jobs: Sequence[Job]
    rules: Rules
    drills: Sequence[Drill]
    shelf: Shelf
    offsite: Shelf | None
    tank: Lun
    io_cycles: Mapping[str, float]

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts on which backup happens beside VMs."""
        virtual = {proxy.host for proxy in self.proxies if proxy.virtual}
        return frozenset(virtual | {machine.host for job in self.jobs for machine in job.machines})


def machines(resolved: Resolved, names: Names, hosts: Sequence[str], homes: Labels[str | None]) -> dict[str, Machine]:
    """Every VM that has a disk on a datastore, by name; `hosts` and `homes` are those of the VMs."""
    groups = names.groups
    settings = resolved.scenario.vms
    kept = [settings[name].disk is not None and name not in resolved.standing for name in names.groups.values]
    stored = np.array([home is not None for home in homes.values])
    here = np.flatnonzero(np.array(kept, dtype=bool)[names.groups.code] & stored[homes.code])
    found: dict[str, Machine] = {}
    of_host = _host_groups(resolved) if len(here) else {}
    for index in sorted(here.tolist(), key=lambda index: (groups[index], names.number[index])):
        group, home = settings[groups[index]], homes[index]
        assert home is not None, "only VMs with a datastore are looked at"
        product = facts.load("products", resolved.scenario.hosts[of_host[hosts[index]]].hypervisor, Product)
        found[names[index]] = _machine(names[index], groups[index], hosts[index], home, group, product)
    return found


def _machine(name: str, group_name: str, host: str, home: str, group: VmGroup, product: Product) -> Machine:
    assert group.disk is not None
    used = group.disk * group.used
    writes = turnover(used, group.changes) if group.changes is not None else writable_set(used, group.disk_writes)
    kept = product.dirty_maps.get(group.format, None) if group.format else next(iter(product.dirty_maps.values()), None)
    return Machine(
        name=name,
        group=group_name,
        host=host,
        datastore=home,
        disk=group.disk,
        used=used,
        writes=writes,
        memory=group.memory,
        tracking=kept or "none",
        product=product.title,
        windows=group.os == "windows",
        physical=product.techniques[0] == "native",
    )


def backing(
    resolved: Resolved,
    estate: Estate,
    found: Mapping[str, Machine],
    members: Members,
) -> Backing | None:
    """What protects the estate; None where nothing does. InputError at the place of what cannot be."""
    protection = resolved.protection
    if protection is None:
        return None
    limits = protection.limits
    rules = Rules(
        limits.window,
        limits.concurrency,
        limits.per_host,
        limits.per_datastore,
        limits.retries,
        limits.retry_wait,
        limits.cut,
    )
    proxies = _proxies(resolved, estate, protection, members)
    return Backing(
        protection,
        found,
        proxies,
        _jobs(resolved, protection, found),
        rules,
        [_drill(resolved, name, asked, protection, found) for name, asked in sorted(protection.drills.items())],
        _shelf("repository", protection.backup.repository, protection, protection.retention),
        _offsite(protection),
        lun_of("tank", protection.backup.proxy.tank, "raid0"),
        _io_cycles(resolved, estate, proxies),
    )


def _io_cycles(resolved: Resolved, estate: Estate, proxies: Sequence[Proxy]) -> dict[str, float]:
    """Cycles that one I/O of a proxy in a VM costs its host: what it costs any guest there whose kernel is as it is.
    Refused where such a VM cannot run."""
    kinds = dict(zip(estate.hosts.names, estate.kind.tolist(), strict=True))
    return {
        proxy.host: price(
            resolved, VmGroup(vcpus=proxy.cores, kernel="fixed"), estate.kinds[kinds[proxy.host]]
        ).io_cycles
        for proxy in proxies
        if proxy.virtual
    }


def _shelf(name: str, said: Repository, protection: Protection, retention: Retention | None) -> Shelf:
    return Shelf(name, said.host, lun_of(name, said.disks, said.raid), said.size, protection.reduction, retention)


def _offsite(protection: Protection) -> Shelf | None:
    said = protection.backup.offsite
    if said is None or isinstance(said, str) or said.site is not None:
        return None
    return _shelf("offsite", said, protection, protection.offsite_retention)


def vault(protection: Protection, name: str) -> tuple[str, Shelf] | None:
    """The other site that copies go to, and the shelf they lie on there; None where there is none."""
    said = protection.backup.offsite
    if said is None or isinstance(said, str) or said.site is None:
        return None
    return said.site, _shelf(name, said, protection, protection.offsite_retention)


def lun_of(name: str, disks: str, raid: str) -> Lun:
    """Disks of a server as one LUN."""
    count, kind = spindles(disks)
    return Lun(name, facts.load("disks", kind, Disk), count, facts.load("raid", raid, Raid))


def _proxies(resolved: Resolved, estate: Estate, protection: Protection, members: Members) -> list[Proxy]:
    said, at = protection.backup.proxy, ("backup", "proxy")
    if (said.host is None) == (said.vm is None):
        raise InputError.at(resolved.place(*at), "needs a `host` or a `vm`, and not both", "backup.proxy")
    named = said.host if said.vm is None else said.vm.host
    hosts = list(members.get(str(named), [str(named)]))
    known = dict(zip(estate.hosts.names, estate.kind.tolist(), strict=True))
    if hosts[0] not in known:
        path = (*at, "host") if said.vm is None else (*at, "vm", "host")
        raise InputError.at(resolved.place(*path), f"no host '{named}'{suggest(str(named), known)}", ".".join(path))
    count = len(hosts) if said.vm is None else said.count
    found = []
    for number in range(1, count + 1):
        host = hosts[(number - 1) % len(hosts)]
        kind = estate.kinds[known[host]]
        cores = kind.cores if said.vm is None else said.vm.vcpus
        name = host if said.vm is None else member("proxy", count, number)
        shares = SHARES_PER_VCPU * cores if said.vm is None or said.vm.shares is None else said.vm.shares
        streams = said.streams or cores
        found.append(Proxy(name, host, said.vm is not None, cores, kind.frequency, said.mounts, streams, float(shares)))
    return found


def _jobs(resolved: Resolved, protection: Protection, found: Mapping[str, Machine]) -> list[Job]:
    jobs = []
    for name, (job, kind, method) in protection.jobs.items():
        chosen: dict[str, Machine] = {}
        for index, named in enumerate(job.vms):
            of = stands_for(named, found)
            if not of:
                at = ("backup", "jobs", name, "vms", index)
                known = {"all", *found, *(machine.group for machine in found.values())}
                cure = suggest(named, known)
                message = f"no VM '{named}' with a `datastore` and a `disk`{cure}"
                raise InputError.at(resolved.place(*at), message, f"backup.jobs.{name}.vms[{index}]")
            chosen |= {machine.name: machine for machine in of}
        jobs.append(Job(name, list(chosen.values()), kind, method, job.through == "holding-tank"))
    return jobs


def _drill(resolved: Resolved, name: str, asked: Asked, protection: Protection, found: Mapping[str, Machine]) -> Drill:
    drill = asked.drill
    protected = {machine.name for job in _jobs(resolved, protection, found) for machine in job.machines}
    chosen = [machine for machine in stands_for(drill.vm, found) if drill.vm != "all" or machine.name in protected]
    if not chosen:
        message = f"no VM '{drill.vm}' with a `datastore` and a `disk`{suggest(drill.vm, found)}"
        raise InputError.at(resolved.place("restores", name, "vm"), message, f"restores.{name}.vm")
    return Drill(
        name,
        asked.at,
        chosen,
        asked.restorer,
        [_target(drill.to, machine, protection) for machine in chosen],
        asked.wanted,
        _refused(asked, protection),
    )


def _refused(asked: Asked, protection: Protection) -> str:
    """Why the product has no such way back."""
    if not protection.ways:
        return "there is no restore: whoever wants something back finds and copies it by hand"
    if asked.restorer.name not in protection.ways:
        return f"there is no way back of kind {asked.restorer.name}; there is {', '.join(sorted(protection.ways))}"
    to = asked.drill.to
    if isinstance(to, Elsewhere) and (to.through == "converter" or to.product) and protection.converter is None:
        return "there is no converter to put it on another hypervisor"
    return ""


def _target(to: str | Elsewhere | None, machine: Machine, protection: Protection) -> Target:
    if to is None or isinstance(to, str):
        return Target(to or machine.host, machine.datastore)
    converter = protection.converter if to.through == "converter" else None
    return Target(to.host or machine.host, to.datastore or machine.datastore, to.product, converter)


def stands_for(named: str, found: Mapping[str, Machine]) -> list[Machine]:
    """The machines a name stands for: all, those of a group, or one."""
    return [machine for machine in found.values() if named in ("all", machine.group, machine.name)]


def _host_groups(resolved: Resolved) -> dict[str, str]:
    return {
        member(name, group.count, number): name
        for name, group in resolved.scenario.hosts.items()
        for number in range(1, group.count + 1)
    }


def identities(resolved: Resolved) -> dict[str, Identity]:
    """What every LUN says of itself when the run begins: its number, its array's serial and name, and the signature
    that its file system wrote into its metadata."""
    found = {}
    for name, number in storing.lun_numbers(resolved).items():
        array = resolved.scenario.datastores[storing.group_of(resolved, name)].array
        found[name] = Identity(number, f"{array}:{name}", f"naa.{array}.{name}", f"vmfs:{name}")
    return found
