"""Machines as groups of VMs of a scenario: few machines under their own names, many by what they are alike in.

    c4-m16-linux: {count: 812, vcpus: 4, memory: 16 GiB}      its 17th VM is c4-m16-linux-17

A file of twenty thousand groups could be neither read nor run, and says no more than one of fifty classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vinfra.planning.inventory import Machine
from vinfra.planning.plan import Suggestion

ALONE = 100  # machines up to which each is a group of its own
MIB, GIB = 2.0**20, 2.0**30
RESERVED = {"all", "host", "none", "null", "true", "false", "yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True, slots=True)
class Group:
    """VMs that are alike, with memory in bytes and the part of it that they touch on average, None where nobody knows;
    `members` are positions in the inventory of the machines, in the order of their numbers."""

    name: str
    vcpus: int
    memory: float
    family: str
    active: float | None
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Groups by name, and what each machine is called as a VM, in the order of the machines."""

    groups: Mapping[str, Group]
    names: Sequence[str]

    def only(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Roster:
        """The same without the machines that are not kept, shape (machines,); those that are left are numbered anew."""
        place = np.cumsum(keep) - 1
        groups = {}
        for name, group in self.groups.items():
            members = tuple(int(place[position]) for position in group.members if keep[position])
            if members:
                groups[name] = replace(group, members=members)
        return Roster(groups, _names(groups, int(keep.sum())))

    @property
    def vcpus(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """vCPUs of each machine, shape (machines,)."""
        found = np.zeros(len(self.names))
        for group in self.groups.values():
            found[list(group.members)] = group.vcpus
        return found


def roster(machines: Sequence[Machine], suggestions: Mapping[str, Suggestion]) -> Roster:
    """The groups of these machines, each as it is suggested, or as it is where nothing is."""
    classes: dict[str, list[int]] = {}
    shapes = [_shape(machine, suggestions.get(machine.name)) for machine in machines]
    taken: set[str] = set()
    for position, (machine, shape) in enumerate(zip(machines, shapes, strict=True)):
        if len(machines) <= ALONE:
            name = kebab(machine.name, "vm", taken)
            taken.add(name)
        else:
            name = _class(shape)
        classes.setdefault(name, []).append(position)
    groups = {}
    for name, members in sorted(classes.items()):
        vcpus, memory, family, _ = shapes[members[0]]
        touched = [part for position in members if (part := shapes[position][3]) is not None]
        active = float(np.mean(touched)) if touched else None
        groups[name] = Group(name, vcpus, memory, family, active, tuple(members))
    return Roster(groups, _names(groups, len(machines)))


def _names(groups: Mapping[str, Group], count: int) -> list[str]:
    """What each of so many machines is called."""
    names = [""] * count
    for name, group in groups.items():
        for number, position in enumerate(group.members, 1):
            names[position] = name if len(group.members) == 1 else f"{name}-{number}"
    return names


def kebab(text: str, word: str, taken: set[str]) -> str:
    """A name as the language wants one: small letters, digits and hyphens, none that is taken or reads as something
    else; `word` stands before one that does."""
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not found or not found[0].isalpha() or found in RESERVED:
        found = f"{word}-{found}".strip("-")
    number, candidate = 1, found
    while candidate in taken:
        number += 1
        candidate = f"{found}-{number}"
    return candidate


def size(memory: float) -> str:
    """Bytes as a scenario writes them, exact in MiB."""
    mib = round(memory / MIB)
    return f"{mib // 1024} GiB" if mib % 1024 == 0 else f"{mib} MiB"


def _shape(machine: Machine, suggested: Suggestion | None) -> tuple[int, float, str, float | None]:
    """vCPUs, memory in whole MiB, family, part of the memory that it works with where that is known."""
    vcpus = machine.vcpus if suggested is None else suggested.vcpus
    memory = machine.memory if suggested is None else suggested.memory
    working = machine.memory_active if suggested is None else suggested.working
    memory = max(1.0, -(-memory // MIB)) * MIB
    active = None if working is None else min(max(working / memory, 0.0), 1.0)
    return vcpus, memory, machine.family, active


def _class(shape: tuple[int, float, str, float | None]) -> str:
    vcpus, memory, family, _ = shape
    mib = round(memory / MIB)
    amount = f"m{mib // 1024}" if mib % 1024 == 0 else f"m{mib}mib"
    return f"c{vcpus}-{amount}-{family}"
