"""Estates for tests: hosts of known models, machines with recordings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from vinfra.planning.inventory import Host, Inventory, Machine
from vinfra.planning.utilisation import Utilisation

GIB = 2.0**30
HZ = 2.5e9


def host(name: str, **changes: Any) -> Host:
    given: dict[str, Any] = {
        "name": name, "sockets": 2, "cores_per_socket": 28, "memory": 512 * GIB, "vendor": "Dell Inc.",
        "model": "PowerEdge R640", "processor": "Intel(R) Xeon(R) Platinum 8180 CPU @ 2.50GHz", "core_hz": HZ,
    }  # fmt: skip
    return Host(**(given | changes))


def estate(machines: int, hosts: int = 2, **changes: Any) -> Inventory:
    """Machines of 4 vCPUs and 16 GiB, round on hosts that are alike."""
    given: dict[str, Any] = {"kind": "vm", "vcpus": 4, "memory": 16 * GIB, "core_hz": HZ, "os": "Ubuntu Linux (64-bit)"}
    vms = [Machine(**(given | {"name": f"vm{n}", "host": f"esx{n % hosts}"} | changes)) for n in range(machines)]
    return Inventory("test", "test", machines=vms, hosts=[host(f"esx{n}") for n in range(hosts)])


def days(machines: int, night: float, day: float, count: int = 30) -> Utilisation:
    """Five minutes each, from Monday midnight on: `day` percent from 8 to 18 h, else `night`."""
    hour = np.arange(count * 288) / 12 % 24
    cpu = np.where((hour >= 8) & (hour < 18), day, night).astype(np.float32)
    names = [f"vm{n}" for n in range(machines)]
    memory = np.full((len(cpu), machines), 4 * GIB, dtype=np.float32)
    return Utilisation(300.0, names, np.repeat(cpu[:, None], machines, axis=1), memory, begins=datetime(2026, 11, 2))
