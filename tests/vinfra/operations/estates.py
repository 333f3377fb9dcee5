"""Small estates for tests of what decides about them: hosts of 100 Hz and 100 bytes, VMs with a want each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.fleet import Hosts, Vms
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.power_policy import power_policies
from vinfra.operations.clusters.estate import Estate, Members
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Guests, Places
from vinfra.operations.rules import Rules


def estate(
    hosts: int,
    at: Sequence[int],
    memory: Sequence[float] | None = None,
    cluster: Sequence[int] | None = None,
) -> Estate:
    """Hosts h0, h1 ... and VMs v0, v1 ... on them; a VM has a byte of memory when unsaid."""
    count = len(at)
    places = Places(
        names=[f"h{number}" for number in range(hosts)],
        capacity=np.full(hosts, 100.0),
        core=np.full(hosts, 100.0),
        memory=np.full(hosts, 100.0),
        kind=np.zeros(hosts, dtype=np.int64),
        curve=np.zeros(hosts, dtype=np.int64),
        curves=[PowerCurve([100.0, 200.0])],
    )
    guests = Guests(
        names=[f"v{number}" for number in range(count)],
        memory=np.array(memory if memory is not None else [1.0] * count),
        speed=np.zeros(count),
        movable=np.ones(count, dtype=bool),
        full=np.full((count, 1), 100.0),
        factor=np.ones((count, 1)),
        ceiling=np.full((count, 1), 100.0),
        possible=np.ones((count, 1), dtype=bool),
    )
    members = Members(
        guests=guests,
        shares=np.ones(count),
        reservation=np.zeros(count),
        active=np.zeros(count),
        restart=np.zeros(count, dtype=np.int64),
    )
    which = np.zeros(hosts, dtype=np.int64) if cluster is None else np.array(cluster)
    return Estate(places, members, which, np.array(at), Rules([], guests.names, places.names))


def view(hosts: int, at: Sequence[int], want: Sequence[float], memory: Sequence[float] | None = None) -> View:
    """One cluster of them on paper."""
    return View(estate(hosts, at, memory), np.array(want))


class Said:
    """Hears what happens, and keeps it."""

    def __init__(self) -> None:
        self.hosts: list[tuple[int, str, float]] = []
        self.vms: list[tuple[int, str, float]] = []

    def host(self, host: int, state: str, time: float) -> None:
        """A host is in this state from now on."""
        self.hosts.append((host, state, time))

    def vm(self, vm: int, state: str, time: float) -> None:
        """A VM is."""
        self.vms.append((vm, state, time))


TERMS = Terms(
    bandwidth=1.0,
    at_once=1,
    cycles_per_byte=2.0,
    boot=30.0,
    stop=10.0,
    boot_load=0.5,
    standby=10.0,
    vm_boot=5.0,
    vm_boots_at_once=1,
)


def fleet(of: Estate, empty_hosts: str = "idle", terms: Terms = TERMS, warmup: float = 0.0) -> Fleet:
    """A fleet on an estate, with nobody who decides."""
    places, count = of.places, len(of.host)
    hosts = Hosts(places.names, places.capacity, places.core, places.memory, places.curve, places.curves)
    full, ones = of.full.copy(), np.ones(count)
    column = np.full(count, -1, dtype=np.int64)
    vms = Vms(of.members.names, of.host, full, ones, full, ones, np.zeros(count), column, ones)
    power = power_policies["follows-load"](**{"empty_hosts": empty_hosts})
    return Fleet(of, Cluster(hosts, vms, power), terms, Said(), warmup)
