"""What a fleet costs to run: how VMs move between its hosts, how long a host takes to start and stop, what it draws
meanwhile. Units: bytes per second, cycles, seconds, watts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """`bandwidth` of one migration and how many a host has `at_once`, cycles a byte takes on each of both hosts;
    seconds a host takes to `boot` and to `stop`, the load (0..1) it draws for meanwhile, watts on standby; seconds a VM
    takes to boot, and how many VMs boot at once on a host."""

    bandwidth: float
    at_once: int
    cycles_per_byte: float
    boot: float
    stop: float
    boot_load: float
    standby: float
    vm_boot: float
    vm_boots_at_once: int
