"""A plan under trial: simulated over what machines wanted, as planned and with a host that fails.

The scenario is the one that export writes (scene.py). Of a failure four hours around the busiest one are simulated, in
which the fullest host stops at the beginning and stays down; of memory the busiest hour and the two before; of disks
the one interval in which they have most to do. Units: those in the names of the metrics.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from vinfra.document import parse
from vinfra.engine.calendar import HOUR
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import metrics
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Datastore
from vinfra.planning.plan import Fleet, Trial
from vinfra.planning.target import Target, carried
from vinfra.planning.trying.hurting import NAMED, watched
from vinfra.planning.trying.load import SEED, Load
from vinfra.planning.trying.pains import FAILED, MEMORY, PLANNED, STORAGE, hurts, well
from vinfra.planning.trying.roster import Roster
from vinfra.planning.trying.scene import LOAD, dumped, host_name, hosts, placement_csv, scene, standing
from vinfra.planning.trying.storing import NO_RECORDING, added, traffic
from vinfra.planning.utilisation import Utilisation
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.results import rounded
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build
from vinfra.workloads.demand import Recording

TOLD = {
    PLANNED: (
        "cpu_ready_pct",
        "cpu_utilisation_pct",
        "hosts_on",
        "hosts_full",
        "energy_kwh",
        "power_mean_w",
        "power_peak_w",
        "vms_unplaced",
    ),
    FAILED: ("cpu_ready_pct", "vms_restarted", "vms_down", "vm_downtime_h", "vm_downtime_most_min", "hosts_full"),
    MEMORY: (
        "memory_overcommit",
        "memory_wait_pct",
        "memory_pressure_pct",
        "memory_ballooned_gib",
        "memory_compressed_gib",
        "memory_swapped_gib",
        "memory_free_gib",
    ),
    STORAGE: (
        "guest_latency_ms",
        "guest_latency_p99_ms",
        "guest_ios_denied_pct",
        "guest_iops_per_s",
        "lun_utilisation_pct",
    ),
}
AROUND = 4 * HOUR  # of a failure: half an hour before, the busiest hour, and what comes after
BEFORE = 0.5 * HOUR
SETTLING = 2 * HOUR  # of memory: what it takes until nothing moves any more
NAME = "trial"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is tried: a part of the load, and what it adds to the scenario."""

    load: Load
    adds: Mapping[str, Any]
    unknown: str = ""  # what it leaves open, in words


def trial(
    target: Target,
    fleet: Fleet,
    listed: Roster,
    assumptions: Assumptions,
    load: Load,
    utilisation: Utilisation | None = None,
    datastores: Sequence[Datastore] = (),
) -> Trial:
    """The plan of one target tried: `listed` is what the machines of the load are as VMs; disks are tried where the
    utilisation has their bytes, on as many LUNs as there are `datastores`."""
    keep = standing(load, fleet)
    homeless = [name for name, kept in zip(load.names, keep.tolist(), strict=True) if not kept]
    if not keep.any():
        return Trial({}, {PLANNED: "no host of this kind takes any machine"}, load.basis, (), "")
    listed, load = listed.only(keep), load.only(keep)
    machines = load.names
    cases: dict[str, Mapping[str, float | None]] = {}
    refused: dict[str, str] = {}
    pains: list[tuple[float, str]] = []
    left = ""
    entry = hosts(target, fleet, assumptions)
    with tempfile.TemporaryDirectory(prefix="vinfra-trial-") as temporary:
        folder = Path(temporary)
        (folder / "placement.csv").write_bytes(placement_csv(listed, machines, fleet).encode())
        for name, case in _cases(target, fleet, listed, load, assumptions.hosts.overcommit, refused) + _stored(
            listed, assumptions, load, utilisation, datastores, refused
        ):
            try:
                simulation = _simulated(folder, listed, case, entry)
            except (Refused, InputError) as reason:
                refused[name] = str(reason).replace(f"{folder}/", "")
                continue
            record = simulation.record()
            found = {key: _value(key, record) for key in TOLD[name]}
            if name == PLANNED:
                watch = watched(simulation, listed, machines, case.load)
                found |= watch.metrics()
                pains += watch.pains()
                found["vms_unplaced"] = (found["vms_unplaced"] or 0.0) + len(homeless)
            cases[name] = found
            left += case.unknown
    pains += [*hurts(cases, load.cut, restarts(target)), *_homeless(homeless, fleet)]
    said = [text for _, text in sorted(pains, key=lambda pain: (-pain[0], pain[1]))] or [well(cases)]
    told = {case: {name: rounded(value) for name, value in found.items()} for case, found in cases.items()}
    digest = hashlib.sha256(json.dumps([told, refused, said], sort_keys=True).encode()).hexdigest()
    growth = assumptions.hosts.growth
    later = f"; as it is, without the growth of {100 * growth:.3g} % that hosts are there for" if growth else ""
    return Trial(cases, refused, load.basis + left + later, said, digest)


def _homeless(names: Sequence[str], fleet: Fleet) -> Iterator[tuple[float, str]]:
    """Machines without a host, by the reason."""
    reasons: dict[str, list[str]] = {}
    for name in names:
        reasons.setdefault(fleet.unplaced.get(name, "the plan names no host for it"), []).append(name)
    for why, some in sorted(reasons.items()):
        more = f" and {len(some) - NAMED:,} more" if len(some) > NAMED else ""
        yield 100.0 + len(some), f"{', '.join(some[:NAMED])}{more} cannot come: {why}"


def _cases(
    target: Target, fleet: Fleet, listed: Roster, load: Load, overcommit: float, refused: dict[str, str]
) -> list[tuple[str, Case]]:
    """What is tried of hosts, in order; what cannot be is `refused` with the reason."""
    found = [(PLANNED, Case(load, {}))]
    peak = load.busiest(weights=listed.vcpus)
    if fleet.hosts < 2:
        refused[FAILED] = "there is one host: when it fails, everything is down"
    elif overcommit > 1:
        refused[FAILED] = "hosts that fail are not simulated where memory is promised twice"
    elif len(fleet.machines):
        found.append((FAILED, _failing(target, fleet, listed, load, peak)))
    begin = max(0, min(peak - _steps(load, SETTLING), len(load.percent) - 2))
    some = replace(load, percent=load.percent[begin : peak + max(1, _steps(load, HOUR))], begins=_at(load, begin))
    active = {
        name: {"active": f"{100 * group.active:.4g} %"}
        for name, group in listed.groups.items()
        if group.active is not None
    }
    found.append((MEMORY, Case(some, {"hosts": {"overcommit": overcommit}, "vms": active})))
    return found


def _stored(
    listed: Roster,
    assumptions: Assumptions,
    load: Load,
    utilisation: Utilisation | None,
    datastores: Sequence[Datastore],
    refused: dict[str, str],
) -> list[tuple[str, Case]]:
    """What is tried of disks: the interval in which they have most to do."""
    found = traffic(load, utilisation)
    if found is None:
        refused[STORAGE] = NO_RECORDING
        return []
    sections, groups = added(found, listed, datastores, assumptions)
    known = round(found.share * len(load.names))
    unknown = (
        ""
        if known == len(load.names)
        else f"; reads and writes are known of {known:,} of {len(load.names):,} machines, and the others do none here"
    )
    return [(STORAGE, Case(found.load, {**sections, "vms": groups}, unknown))]


def _failing(target: Target, fleet: Fleet, listed: Roster, load: Load, peak: int) -> Case:
    """The fullest host stops shortly before the busiest hour, and does not come back."""
    begin = max(0, min(peak - _steps(load, BEFORE), len(load.percent) - _steps(load, AROUND)))
    some = replace(load, percent=load.percent[begin : begin + max(2, _steps(load, AROUND))], begins=_at(load, begin))
    on = np.bincount(fleet.chosen.at[fleet.chosen.at >= 0], minlength=1)
    when = some.begins + timedelta(seconds=max(some.interval, 60.0))
    day = (when.date() - some.begins.date()).days + 1
    fault = {
        "kind": "host-down",
        "host": host_name(int(on.argmax()), fleet.hosts),
        "at": f"day {day} at {when.hour}h{when.minute:02d}",
    }
    adds: dict[str, Any] = {"cluster": {}, "faults": {"board": fault}}
    if restarts(target):
        adds["ha"] = {}
    return Case(some, adds)


def restarts(target: Target) -> bool:
    """Whether the target's edition starts VMs of a failed host on others."""
    return "ha" in carried(target)


def _steps(load: Load, span: float) -> int:
    """Intervals in a span of time."""
    return max(0, round(span / load.interval))


def _at(load: Load, interval: int) -> Any:
    return load.begins + timedelta(seconds=interval * load.interval)


def _simulated(folder: Path, listed: Roster, case: Case, entry: Mapping[str, Any]) -> Simulation:
    """The simulation of a case, over and audited; Refused or InputError where it cannot be."""
    adds = dict(case.adds)
    data = scene(
        NAME, "Where does the plan hurt?", listed, case.load, {**entry, **adds.pop("hosts", {})}, "placement.csv"
    )
    for name, more in adds.pop("vms", {}).items():
        data["vms"][name] |= more
    resolved = resolve(parse(dumped(data | adds), str(folder / "trial.yaml")))
    recording = Recording(case.load.interval, case.load.percent, listed.names, LOAD, by_name=True)
    simulation = Simulation(build(resolved, recording), Streams(SEED))
    simulation.run()
    audit(simulation, simulation.record())
    return simulation


def _value(column: str, record: Any) -> float | None:
    """A metric of a record; None where it has nothing to say."""
    compute: Callable[[Any], float | None] = metrics()[column].compute
    found = compute(record)
    return None if found is None else float(found)
