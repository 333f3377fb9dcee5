"""Clusters that are called alike in different datacenters or vCenters are different clusters: they are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vinfra.planning.inventory import Host
from vinfra.planning.records.rvtools.draft import Draft

Home = tuple[str, str]  # vCenter, datacenter


def told_apart(drafts: Sequence[Draft], hosts: Sequence[Host], servers: Sequence[str]) -> tuple[list[Host], int]:
    """The hosts with clusters of names of their own, and how many names were shared; drafts are changed in place."""
    homes: dict[str, set[Home]] = {}
    for draft in drafts:
        if draft.cluster:
            homes.setdefault(draft.cluster, set()).add((draft.server, draft.datacenter or ""))
    for host, server in zip(hosts, servers, strict=True):
        if host.cluster:
            homes.setdefault(host.cluster, set()).add((server, host.datacenter or ""))
    shared = {name: _named(name, where) for name, where in homes.items() if len(where) > 1 and _apart(where)}
    for draft in drafts:
        if draft.cluster in shared:
            draft.cluster = shared[draft.cluster][draft.server, draft.datacenter or ""]
    found = []
    for host, server in zip(hosts, servers, strict=True):
        name = shared.get(host.cluster or "", {}).get((server, host.datacenter or ""))
        found.append(replace(host, cluster=name) if name else host)
    return found, len(shared)


def _apart(where: set[Home]) -> bool:
    """Whether they are different places, not one that a sheet says less of than another."""
    servers, datacenters = {server for server, _ in where} - {""}, {datacenter for _, datacenter in where} - {""}
    return len(servers) > 1 or len(datacenters) > 1


def _named(name: str, where: set[Home]) -> dict[Home, str]:
    datacenters = [datacenter for _, datacenter in where]
    if len(set(datacenters)) == len(datacenters):
        return {home: f"{name} ({home[1] or home[0]})" for home in where}
    servers = [server for server, _ in where]
    if len(set(servers)) == len(servers):
        return {home: f"{name} ({home[0] or home[1]})" for home in where}
    return {home: f"{name} ({', '.join(part for part in home if part)})" for home in where}
