"""A plan as a scenario file that `vinfra run` accepts, with the files it reads: so that it can be argued with.

    plan.yaml                  hosts of the best target, a variant for each target, what the plan promises as claims
    placement-TARGET.csv       which VM stands on which host, and which machine it is
    utilisation.csv            what every VM wants

All of it is written under temporary names first, so there is never half a plan. What is simulated is what the trial
simulated (scene.py).
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vinfra.errors import Place
from vinfra.hypervisors.edition import edition
from vinfra.planning.plan import Plan, TargetPlan
from vinfra.planning.trying.load import Load
from vinfra.planning.trying.pains import PLANNED, READY
from vinfra.planning.trying.roster import Roster, kebab
from vinfra.planning.trying.scene import (
    HOST,
    LOAD,
    dumped,
    hosts,
    load_csv,
    placement_csv,
    prepared,
    priced,
    scene,
    speed,
    spoken,
    standing,
)
from vinfra.scenario.schema_costs import Costs
from vinfra.whole import all_whole, told

FILE = "plan.yaml"
SHOWN = 50  # machines that are named in a comment
MEASURED = ["vms_unplaced", "cpu_ready", "cpu_utilisation", "hosts_full", "hosts_on", "power_mean", "energy"]
PAID = ["licence_once", "licence_per_year", "energy_cost_per_year", "cost_over_years"]
EDITIONS = ("edition", "guest_edition")
ROUND = (0.1, 0.5, 1.0, 2.0, READY)  # % of ready time that a claim can promise


def written(plan: Plan, folder: Path, made: tuple[Roster, Load] | None = None) -> Path | None:
    """Write the plan into a folder and return the scenario's path; None, and nothing written, where no machine has a
    host on every target that takes some. InputError where the folder cannot be written to. `made` is what
    scene.prepared() makes, where it has been made already. Placements that an older plan left there are removed.

    Machines that one of the targets has no host for are left out, and the comments of the file name them: a comparison
    is one of the same machines.
    """
    able = [one for one in plan.targets if len(one.fleet.machines)]
    if not able:
        return None
    whole, load = made or prepared(
        plan.inventory, plan.suggestions, plan.utilisation, plan.assumptions, [one.target for one in able]
    )
    keep = np.logical_and.reduce([standing(load, one.fleet) for one in able])
    left = [name for name, kept in zip(load.names, keep.tolist(), strict=True) if not kept]
    if not keep.any():
        return None
    listed, load = whole.only(keep), load.only(keep)
    names = variants(able)
    files: dict[str, bytes] = {
        f"placement-{name}.csv": placement_csv(listed, load.names, one.fleet).encode()
        for name, one in zip(names, able, strict=True)
    }
    files[LOAD] = load_csv(listed, load)
    files[FILE] = _text(plan, able, names, listed, load, left).encode()
    older = [path for path in folder.glob("placement-*.csv") if path.name not in files and (folder / FILE).exists()]
    # The scenario comes last: where it is, all it names is.
    with told(Place(str(folder))), all_whole([folder / name for name in files]) as parts:
        for part, content in zip(parts, files.values(), strict=True):
            part.write_bytes(content)
        for stale in older:
            stale.unlink(missing_ok=True)
    return folder / FILE


def variants(able: Sequence[TargetPlan]) -> list[str]:
    """A name in kebab-case for each target."""
    found: list[str] = []
    for one in able:
        found.append(kebab(one.name or one.target.title, "target", set(found)))
    return found


def _text(
    plan: Plan, able: Sequence[TargetPlan], names: Sequence[str], listed: Roster, load: Load, left: Sequence[str]
) -> str:
    """The scenario with its comments."""
    windows = any(group.family == "windows" for group in listed.groups.values())
    entries = [hosts(one.target, one.fleet, plan.assumptions) | priced(one, plan.assumptions, windows) for one in able]
    billed = any("edition" in entry for entry in entries)
    question = (
        f"Does the plan for {len(load.names):,} machines hold on {' or '.join(one.target.title for one in able)}?"
    )
    data = scene("plan", question, listed, load, entries[0], f"placement-{names[0]}.csv")
    data = {
        "scenario": data.pop("scenario"),
        "question": data.pop("question"),
        "background": f"Demand is {load.basis}.",
        **data,
        **(_costs(plan.assumptions.costs) if billed else {}),
        "compare": {
            name: {} if number == 0 else _changes(entries[0], entries[number], name, load)
            for number, name in enumerate(names)
        },
        "measure": MEASURED + (PAID if billed else []),
        "expect": [claim for one, name in zip(able, names, strict=True) for claim in claims(one, name)],
    }
    unpriced = [one.target.title for one, entry in zip(able, entries, strict=True) if "edition" not in entry]
    stacked = any(_stacked(name) for entry in entries for key, name in entry.items() if key in EDITIONS)
    return _head(plan, able, names, left, unpriced, stacked) + dumped(data)


def _stacked(name: str) -> bool:
    """Whether a licence of this edition covers a number of guests, so that it counts how many a host has."""
    return edition(name).terms.guests_covered is not None


def _changes(first: Mapping[str, Any], other: Mapping[str, Any], name: str, load: Load) -> dict[str, Any]:
    """What a variant changes of the file."""
    found = {f"hosts.{HOST}.{key}": value for key, value in other.items() if value != first.get(key)}
    found |= {f"hosts.{HOST}.{key}": None for key in first if key not in other}
    before, then = speed(load, first["server"]), speed(load, other["server"])
    if then != before:  # a cycle does more or less there
        found["vms.*.speed"] = spoken(then)
    return found | {"placement.path": f"placement-{name}.csv"}


def _costs(costs: Costs) -> dict[str, Any]:
    """What somebody said of costs; nothing where all of it is as usual."""
    said = costs.model_dump(exclude_unset=True)
    if "date" in said:
        said["date"] = None if costs.date is None else costs.date.isoformat()
    return {"costs": said} if said else {}


def claims(one: TargetPlan, name: str) -> list[dict[str, str]]:
    """What the plan promises of a target and the trial has seen; nothing that has not been tried."""
    told = {} if one.trial is None else one.trial.cases.get(PLANNED, {})
    found = []
    if told.get("vms_unplaced") is not None:
        found.append({"vms_unplaced": f"{name} == 0", "why": "every machine has a host"})
    ready = told.get("cpu_ready_pct")
    if ready is not None and ready < READY:
        most = next(bound for bound in ROUND if ready < bound)
        found.append({"cpu_ready": f"{name} < {most:g}", "why": "percent of the CPU they want that machines wait for"})
    return found


def _head(
    plan: Plan,
    able: Sequence[TargetPlan],
    names: Sequence[str],
    left: Sequence[str],
    unpriced: Sequence[str],
    stacked: bool,
) -> str:
    """What a reader should know and may change."""
    best = able[0].fleet
    lines = [
        f"The plan for {Path(plan.inventory.source).name}, to be argued with: change a value and run it again.",
        "",
        f"    vinfra run {FILE}",
        f"    vinfra run {FILE} --set hosts.{HOST}.count={max(1, best.hosts - 2)}    fewer hosts: who finds no place?",
        f"    vinfra run {FILE} --set 'placement={{policy: best-fit}}' --variant {names[0]}    another placement",
        f"    vinfra run {FILE} --variant {names[0]}    one target alone",
        "",
        f"Who stands where: placement-*.csv (vm, host, machine). What they want: {LOAD} (percent of their vCPUs).",
        f"Spare hosts: {best.spare} of {best.hosts}; they carry nothing until somebody fails.",
        "With `cluster: {}`, `ha: {}` and `faults` a host fails (scenarios/fleet/ha-host-failure.yaml), with",
        "`balancer` VMs move, with `hosts.host.overcommit` memory is promised twice.",
    ]
    if unpriced:
        why = f"no such edition, or no rate to {plan.assumptions.costs.currency} in `costs`"
        lines += ["", f"Licences are not counted of {', '.join(unpriced)}: {why}."]
    if stacked:
        lines += [
            "",
            "Windows Server Standard is counted here for guests spread evenly over the hosts; the plan counts those",
        ]
        lines += ["of the fullest host on every host, so that its bill may be higher."]
    if left:
        lines += ["", f"Left out, since not every target has a host for them: {len(left):,} machines"]
        lines += textwrap.wrap(", ".join(left[:SHOWN]) + (", ..." if len(left) > SHOWN else ""), 110)
    # Names come from anywhere; what would end a comment, or may not stand in one, does not.
    plain = ("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)
    return "".join(f"# {line}".rstrip() + "\n" for line in plain) + "\n"
