"""A plan as a scenario: hosts as they would be bought, VMs as they are suggested, each where the plan puts it.

Export writes it down for people; the trial runs it. Both use the same words, so that what was tried is what can be
argued with.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.hypervisors.edition import edition
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.hosting.demand import worths
from vinfra.planning.hosting.generations import work_of
from vinfra.planning.inventory import Inventory
from vinfra.planning.plan import Fleet, Suggestion, TargetPlan
from vinfra.planning.sizing.seen import Seen, seen
from vinfra.planning.target import Target
from vinfra.planning.trying.load import Load, load
from vinfra.planning.trying.roster import Roster, roster, size
from vinfra.planning.utilisation import Utilisation

HOST = "host"  # the group of all hosts, whatever the target: so variants change its values and no names
LOAD = "utilisation.csv"
WIDTH = 130


def processor(target: Target, assumptions: Assumptions) -> Processor:
    """The processor of the hosts of a target; KeyError where a fact is not there."""
    server: Server = facts.load("servers", assumptions.hosts.server or target.server, Server)
    found: Processor = facts.load("processors", server.processor, Processor)
    return found


def clock(targets: Sequence[Target], assumptions: Assumptions) -> float:
    """Hertz of the core that does least among the hosts of some targets: what one vCPU may want on all of them."""
    return _least(targets, assumptions)[0].frequency


def _least(targets: Sequence[Target], assumptions: Assumptions) -> tuple[Processor, float | None, float]:
    """The processor whose cores do least, the work of one of its cycles, and the most that a cycle of any of them does;
    None, and by hertz alone, where that is not known of all."""
    chips = [processor(target, assumptions) for target in targets]
    worth = {chip.microarchitecture: work_of(chip.microarchitecture) for chip in chips}
    if None in worth.values():
        return min(chips, key=lambda chip: chip.frequency), None, 1.0
    known = {name: one for name, one in worth.items() if one is not None}
    least = min(chips, key=lambda chip: chip.frequency * known[chip.microarchitecture])
    return least, known[least.microarchitecture], max(known.values())


def speed(load: Load, server: str) -> float:
    """Hertz that 100 % of one vCPU of a load is on a server: fewer where a cycle does more."""
    if load.worth is None:
        return load.clock
    chip: Processor = facts.load("processors", facts.load("servers", server, Server).processor, Processor)
    return load.clock * load.worth / (work_of(chip.microarchitecture) or load.worth)


def prepared(
    inventory: Inventory,
    suggestions: Sequence[Suggestion],
    utilisation: Utilisation | None,
    assumptions: Assumptions,
    targets: Sequence[Target],
    known: Seen | None = None,
) -> tuple[Roster, Load]:
    """The running machines of an inventory as VMs, sized as the plan sizes them, and what they want on the slowest of
    some targets; `known` is what seen() says of the inventory, where it has been asked already."""
    machines = list(inventory.running())
    found = {one.machine: one for one in suggestions} if assumptions.sizing.apply else {}
    known = known or seen(inventory, utilisation, assumptions)
    least, worth, most = _least(targets, assumptions)
    here = worths(machines, inventory)[1]
    # Of a cycle nobody knows the worth of, that of the best target: on no target it then counts as less than one there.
    factor = np.ones(len(machines)) if worth is None else np.where(np.isnan(here), most, here) / worth
    wanted = load(machines, found, utilisation, least.frequency, known, factor, worth)
    return roster(machines, found), wanted


def standing(load: Load, fleet: Fleet) -> NDArray[np.bool_]:
    """Which machines of a load have a host in a fleet, shape (machines,)."""
    there = {name for name, at in zip(fleet.machines, fleet.chosen.at.tolist(), strict=True) if at >= 0}
    return np.array([name in there and name not in fleet.unplaced for name in load.names], dtype=bool)


def hosts(target: Target, fleet: Fleet, assumptions: Assumptions) -> dict[str, Any]:
    """The hosts of a target as the language writes them."""
    entry: dict[str, Any] = {
        "count": max(1, fleet.hosts),
        "server": assumptions.hosts.server or target.server,
        "memory": size(assumptions.hosts.memory or target.memory),
        "hypervisor": target.hypervisor,
    }
    if assumptions.hosts.overcommit > 1:
        entry |= {
            "overcommit": assumptions.hosts.overcommit,
            "swap_disk": target.swap_disk,
            "swap_disks": target.swap_disks,
        }
    if assumptions.hosts.sockets is not None:
        entry["sockets"] = assumptions.hosts.sockets
        entry["cores"] = assumptions.hosts.sockets * processor(target, assumptions).cores
    return entry


def priced(one: TargetPlan, assumptions: Assumptions, windows: bool) -> dict[str, str]:
    """The editions that its plan bills, of its hosts and of Windows guests where there are any: the target's own where
    nothing was billed; none that is sold in a currency for which there is no rate."""
    target = one.target
    billed: list[str | None] = [bill.edition for bill in one.bills]
    billed = billed or [target.edition, target.windows_edition]
    found = {"edition": billed[0], "guest_edition": billed[1] if windows and len(billed) > 1 else None}
    costs = assumptions.costs
    known = {key: name for key, name in found.items() if name is not None and name in facts.names("editions")}
    return {key: name for key, name in known.items() if edition(name).terms.currency in (costs.currency, *costs.rates)}


def host_name(number: int, count: int) -> str:
    """What the host of a number from 0 is called among so many."""
    return HOST if count == 1 else f"{HOST}-{number + 1}"


def vms(listed: Roster, load: Load, server: str) -> dict[str, Any]:
    """The VMs as the language writes them, for hosts of that server model."""
    found, hertz = {}, spoken(speed(load, server))
    for name, group in listed.groups.items():
        entry: dict[str, Any] = {} if len(group.members) == 1 else {"count": len(group.members)}
        entry |= {"vcpus": group.vcpus, "speed": hertz, "memory": size(group.memory)}
        if group.family != "windows":  # the language knows two: what is no Windows needs no licence of one
            entry["os"] = "linux"
        if group.family == "windows":
            entry["kernel"] = "fixed"
        found[name] = entry
    return found


def scene(
    name: str, question: str, listed: Roster, load: Load, host_entry: Mapping[str, Any], placement: str
) -> dict[str, Any]:
    """The scenario of one target, without comparison and claims; `placement` is the path of who stands where."""
    return {
        "scenario": name,
        "question": question,
        "start": moment(load.begins),
        "duration": seconds(load.duration),
        "epoch": seconds(load.interval),
        "hosts": {HOST: dict(host_entry)},
        "vms": vms(listed, load, host_entry["server"]),
        "placement": {"policy": "as-planned", "path": placement},
        "workload": {"trace": "utilisation", "path": LOAD},
        "power": {"policy": "follows-load"},
    }


def spoken(hertz: float) -> str:
    """A frequency as the language writes it."""
    return f"{hertz / 1e9:.9g} GHz"


def moment(when: datetime) -> str:
    """A moment as the language writes it."""
    return when.isoformat(timespec="minutes" if when.second == 0 else "seconds")


def seconds(length: float) -> str:
    """A length of time as the language writes it."""
    for unit, of in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if length >= of and length % of == 0:
            return f"{length / of:.0f} {unit}"
    return f"{length:.9g} s"


def dumped(data: Mapping[str, Any]) -> str:
    """The data as YAML: what has no parts with parts on one line."""
    text: str = yaml.safe_dump(dict(data), sort_keys=False, default_flow_style=None, width=WIDTH, allow_unicode=True)
    return text


def placement_csv(listed: Roster, machines: Sequence[str], fleet: Fleet) -> str:
    """Who stands where: columns vm, host and the machine of the inventory."""
    called = dict(zip(machines, listed.names, strict=True))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("vm", "host", "machine"))
    for machine, at in zip(fleet.machines, fleet.chosen.at.tolist(), strict=True):
        if at >= 0 and machine in called:
            writer.writerow((called[machine], host_name(at, max(1, fleet.hosts)), machine))
    return out.getvalue()


def load_csv(listed: Roster, load: Load) -> bytes:
    """What every VM wants: columns time_s and one for each VM, percent of its vCPUs."""
    # 10,001 different values are written at most, so their texts are made once.
    texts = np.array([f"{value / 100:g}" for value in range(10001)], dtype=object)
    rows = [",".join(("time_s", *listed.names))]
    for number, row in enumerate(np.rint(load.percent * 100).astype(np.int64)):
        rows.append(f"{number * load.interval:.9g}," + ",".join(texts[row].tolist()))
    return ("\n".join(rows) + "\n").encode()
