"""The sheets with a row for each machine, host, move, snapshot or orphan: long ones, made as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from vinfra.planning.inventory import Machine
from vinfra.planning.plan import Night, Plan, Suggestion, TargetPlan
from vinfra.report.planning import estate, loads, racks
from vinfra.report.planning.sheet import Column, Kind, Row, Sheet
from vinfra.report.planning.words import GIB

Heads = list[tuple[str, Kind, int]]  # head with its unit, kind, width


def _sheet(name: str, heads: Heads, rows: Iterable[Row], fixed: int = 1) -> Sheet:
    return Sheet(name, [Column(*head) for head in heads], rows, fixed)


def machines(plan: Plan) -> Sheet:
    """Every machine of the record with what is suggested for it, and why."""
    heads: Heads = [
        ("Machine", "text", 30), ("Kind", "text", 9), ("Power", "text", 9), ("Template", "text", 9),
        ("Cluster", "text", 18), ("Host today", "text", 24), ("Operating system", "text", 34),
        ("Verdict", "text", 13), ("vCPUs now", "whole", 8), ("vCPUs", "whole", 8),
        ("Memory now (GiB)", "number", 10), ("Memory (GiB)", "number", 10), ("Disk now (GiB)", "number", 10),
        ("Disk (GiB)", "number", 10), ("Busy (part of vCPUs)", "part", 10), ("CPU sized for (GHz)", "number", 10),
        ("Memory sized for (GiB)", "number", 10), ("Provisioned (GiB)", "number", 12), ("In use (GiB)", "number", 10),
        ("In the guest (GiB)", "number", 10), ("Risk", "text", 9), ("Reason", "text", 70), ("Risk, why", "text", 60),
        ("Rests on", "text", 24), ("Hinders moving it", "text", 40), ("Before it moves", "text", 40),
    ]  # fmt: skip
    return _sheet("Machines", heads, _machines(plan))


def _machines(plan: Plan) -> Iterator[Row]:
    suggested = loads.by_name(plan)
    for machine in plan.inventory.machines:
        yield _machine(machine, suggested.get(machine.name))


def _machine(of: Machine, to: Suggestion | None) -> Row:
    suggested: Row = (None,) * 10
    why: Row = (None,) * 4
    if to is not None:
        suggested = (
            to.verdict, to.vcpus_now, to.vcpus, to.memory_now / GIB, to.memory / GIB, to.disk_now / GIB, to.disk / GIB,
            to.busy, to.cpu / 1e9, to.working / GIB,
        )  # fmt: skip
        why = (to.risk, to.reason, to.risk_why, to.basis)
    return (
        of.name, of.kind, of.power, "yes" if of.template else None, of.cluster, of.host, of.os, *suggested,
        _gib(of.provisioned), _gib(of.in_use), _gib(of.guest_used), *why, "; ".join(of.blockers), "; ".join(of.chores),
    )  # fmt: skip


def placement(plan: Plan) -> Sheet:
    """A row for each machine, and for each target its host and rack there, counted from 1, or why it has none."""
    heads: Heads = [("Machine", "text", 30)]
    for one in plan.targets:
        title = one.target.title
        heads += [(f"Host: {title}", "whole", 14), (f"Rack: {title}", "whole", 10), (f"Without: {title}", "text", 20)]
    return _sheet("Placement", heads, _placement(plan))


def _placement(plan: Plan) -> Iterator[Row]:
    placed = [_placed(one) for one in plan.targets]
    names = dict.fromkeys(name for found in placed for name in found)
    for name in names:
        yield (name, *(cell for found in placed for cell in found.get(name, (None, None, None))))


def _placed(one: TargetPlan) -> dict[str, tuple[int | None, int | None, str | None]]:
    """Host and rack of each machine, or why it has none."""
    stands, at = racks.of_hosts(one.fleet).tolist(), one.fleet.chosen.at.tolist()
    found: dict[str, tuple[int | None, int | None, str | None]] = {}
    for name, host in zip(one.fleet.machines, at, strict=True):
        rack = stands[host] + 1 if 0 <= host < len(stands) and stands[host] >= 0 else None
        found[name] = (host + 1 if host >= 0 else None, rack, None)
    return found | {name: (None, None, why) for name, why in one.fleet.unplaced.items()}


def hosts(plan: Plan) -> Sheet:
    """The hosts of today, then those of each target with what they carry."""
    heads: Heads = [
        ("Where", "text", 30), ("Host", "text", 26), ("Role", "text", 10), ("Rack", "text", 10),
        ("Model", "text", 28), ("Processor", "text", 36), ("Cores", "whole", 8), ("Memory (GiB)", "number", 12),
        ("Machines", "whole", 10), ("vCPUs", "number", 10), ("Memory given out (GiB)", "number", 14),
        ("Memory given out or used", "part", 14), ("CPU used", "part", 10),
    ]  # fmt: skip
    return _sheet("Hosts", heads, _hosts(plan), 2)


def _hosts(plan: Plan) -> Iterator[Row]:
    for host in plan.inventory.hosts:
        model = f"{host.vendor} {host.model}".strip()
        yield (
            "today", host.name, None, host.rack, model, host.processor, host.cores, host.memory / GIB, None, None, None,
            host.memory_used, host.cpu_used,
        )  # fmt: skip
    suggested = loads.by_name(plan)
    for one in plan.targets:
        yield from _new_hosts(plan, one, suggested)


def _new_hosts(plan: Plan, one: TargetPlan, suggested: Mapping[str, Suggestion]) -> Iterator[Row]:
    found, stands = loads.loads(plan, one, suggested), racks.of_hosts(one.fleet).tolist()
    server, memory = plan.assumptions.hosts.server or one.target.server, found.memory_of
    for number in range(one.fleet.hosts):
        rack = str(stands[number] + 1) if stands[number] >= 0 else None
        about = (one.target.title, str(number + 1))
        if number >= len(found.machines):
            yield (*about, "spare", rack, server, None, None, memory / GIB)
            continue
        given = float(found.memory[number])
        yield (
            *about, "carries", rack, server, None, None, memory / GIB, int(found.machines[number]),
            float(found.vcpus[number]), given / GIB, given / memory,
        )  # fmt: skip


def migration(plan: Plan) -> Sheet:
    """Every move of every night of the best target, the nights of the others, and the machines that need hands."""
    heads: Heads = [
        ("Target", "text", 30), ("Night", "whole", 7), ("Date", "day", 12), ("Kind", "text", 10),
        ("Machine", "text", 30), ("Method", "text", 26), ("Begins", "moment", 17), ("Ends", "moment", 17),
        ("Copied (GiB)", "number", 12), ("Downtime (min)", "number", 12), ("Night fits", "text", 9),
        ("Says", "text", 50),
    ]  # fmt: skip
    return _sheet("Migration", heads, _migration(plan))


def _migration(plan: Plan) -> Iterator[Row]:
    opens = timedelta(seconds=plan.assumptions.waves.opens)
    for rank, one in enumerate(plan.targets):
        if one.migration is None:
            continue
        for night in one.migration.nights:
            yield from _night(one.target.title, night, opens, whole=rank == 0)
        for name, why in sorted(one.migration.blocked.items()):
            yield (one.target.title, None, None, None, name, *(None,) * 6, why)


def _night(title: str, night: Night, opens: timedelta, whole: bool) -> Iterator[Row]:
    """A row for each move, or one for the night."""
    start = datetime(night.on.year, night.on.month, night.on.day) + opens
    about, fits = (title, night.number, night.on, night.kind), "yes" if night.fits else "no"
    if not whole:
        moved, down = sum(move.moved for move in night.moves), sum(move.downtime for move in night.moves)
        many = f"{len(night.moves)} machines"
        yield (*about, None, None, start, _naive(night.ends), moved / GIB, down / 60, fits, many)
        return
    for move in night.moves:
        begins, ends = (start + timedelta(seconds=round(at)) for at in (move.begins, move.ends))
        yield (*about, move.machine, move.method, begins, ends, move.moved / GIB, move.downtime / 60, fits)


def snapshots(plan: Plan) -> Sheet:
    """All of them, the oldest first."""
    rows = [
        (
            aged.snapshot.machine, aged.snapshot.name, None if (at := aged.snapshot.taken) is None else _naive(at),
            None if aged.age is None else aged.age / 86400, _gib(aged.snapshot.size),
        )
        for aged in estate.estate(plan).snapshots
    ]  # fmt: skip
    heads: Heads = [
        ("Machine", "text", 30), ("Snapshot", "text", 40), ("Taken", "moment", 17), ("Age (days)", "number", 10),
        ("Size (GiB)", "number", 12),
    ]  # fmt: skip
    return _sheet("Snapshots", heads, rows)


def orphans(plan: Plan) -> Sheet:
    """All of them, the largest first."""
    rows = [(one.path, _gib(one.size), one.why) for one in estate.estate(plan).orphans]
    return _sheet("Orphans", [("File", "text", 70), ("Size (GiB)", "number", 12), ("Why", "text", 60)], rows)


def _naive(moment: datetime) -> datetime:
    """As the record wrote it: the format knows no zones."""
    return moment.replace(tzinfo=None)


def _gib(size: float | None) -> float | None:
    return None if size is None else size / GIB
