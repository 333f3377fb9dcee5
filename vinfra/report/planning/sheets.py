"""What the workbook holds, sheet by sheet: columns with their units, and rows of plain values.

Sizes are in GiB, times in hours or minutes, money in the plan's currency, as the column says; an empty cell is what
nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from vinfra.planning.explaining import explained
from vinfra.planning.plan import Draw, Plan, TargetPlan
from vinfra.report.planning import costs, estate, sheets_machines
from vinfra.report.planning import sources as cited
from vinfra.report.planning.sheet import Column, Row, Sheet
from vinfra.report.planning.words import GIB


def sheets(plan: Plan) -> Iterator[Sheet]:
    """All sheets, in the order of the tabs."""
    makers: list[Callable[[Plan], Sheet]] = [
        summary,
        targets,
        bills,
        sheets_machines.machines,
        sheets_machines.placement,
        sheets_machines.hosts,
        power,
        sheets_machines.migration,
        backup,
        trial,
        sheets_machines.snapshots,
        sheets_machines.orphans,
        quality,
        missing,
        assumptions,
        sources,
    ]
    for make in makers:
        yield make(plan)


def summary(plan: Plan) -> Sheet:
    """What is there, and what the best target needs."""
    found = estate.estate(plan)
    rows: list[Row] = [
        ("Inventory", "form", None, plan.inventory.form),
        ("Inventory", "taken on", None, str(plan.inventory.taken or "not said")),
        ("Inventory", "machines", found.machines, "templates aside"),
        ("Inventory", "machines that run", found.running, ""),
        ("Inventory", "machines switched off", found.off, ""),
        ("Inventory", "templates", found.templates, ""),
        ("Inventory", "hosts", found.hosts, f"{found.cores} cores"),
        ("Inventory", "memory of machines that run (GiB)", found.memory / GIB, ""),
        *(
            ("Disk", f"{truth.name} (GiB)", truth.held / GIB if truth.known else None, _truth(truth, found.machines))
            for truth in found.truths
        ),
        ("Snapshots", "older than 72 hours", found.old, f"of {len(found.snapshots)}"),
        ("Orphans", "files of no machine (GiB)", found.orphans_held / GIB, f"{len(found.orphans)} files"),
    ]
    for rank, one in enumerate(plan.targets, start=1):
        said = f"rank {rank}: {one.target.title}"
        rows += [
            (said, "hosts", one.fleet.hosts, f"{one.fleet.spare} of them spare; decided by {one.fleet.needed_by}"),
            (said, f"cost over {plan.assumptions.years:g} years ({costs.currency(plan)})", one.total, ""),
            *((said, "reason", None, reason) for reason in one.reasons),
            *((said, "warning", None, warning) for warning in one.warnings),
        ]
    rows += [("Not planned", name, None, why) for name, why in sorted(plan.refused.items())]
    rows += [("Warning", "", None, warning) for warning in plan.warnings]
    columns = (
        Column("About", width=34),
        Column("What", width=40),
        Column("Value", "number", 18),
        Column("Says", width=80),
    )
    return Sheet("Summary", columns, rows)


def _truth(truth: estate.Truth, machines: int) -> str:
    planned = ", planned with" if truth.planned else ""
    return f"{truth.words}; {truth.known} of {machines} machines say so{planned}"


def targets(plan: Plan) -> Sheet:
    """A row for each target, in order of rank."""
    names, money = costs.parts(plan), costs.currency(plan)
    columns = [
        Column("Rank", "whole", 6),
        Column("Target", width=30),
        Column("Name", width=18),
        Column("Edition", width=18),
        Column("Server", width=26),
        Column("Hosts", "whole", 8),
        Column("Spare", "whole", 8),
        Column("Racks", "whole", 8),
        Column("Hosts by heuristic", "whole", 12),
        Column("Fewest hosts (bound)", "whole", 12),
        Column("Memory given out", "part", 12),
        Column("CPU promised", "part", 12),
        Column("vCPUs per core", "number", 12),
        Column(f"Total ({money})", "money", 16),
        *(Column(f"{name} ({money})", "money", 16) for name in names),
        Column("Energy (kWh/year)", "number", 14),
        Column("Carbon (kg/year)", "number", 14),
        Column("Nights", "whole", 8),
        Column("Unplaced", "whole", 10),
        Column("Reasons", width=80),
    ]
    return Sheet("Targets", columns, [_target(rank, one, names) for rank, one in enumerate(plan.targets, 1)], 2)


def _target(rank: int, one: TargetPlan, names: Sequence[str]) -> Row:
    fleet, of, after = one.fleet, one.target, one.power.after
    return (
        rank, of.title, one.name, of.edition, of.server, fleet.hosts, fleet.spare, len(fleet.racks),
        fleet.heuristic.hosts, fleet.chosen.bound, fleet.memory_fill, fleet.cpu_fill, fleet.vcpus_per_core, one.total,
        *(one.parts.get(name) for name in names), after.facility_kwh, after.carbon_kg,
        None if one.migration is None else len(one.migration.nights), len(fleet.unplaced), "; ".join(one.reasons),
    )  # fmt: skip


def bills(plan: Plan) -> Sheet:
    """Every line of every bill, with its date, source and tag."""
    rows = [
        (
            one.target.title, bill.title, line.what, line.unit, line.counted, line.billed, line.price, line.price_for,
            line.currency, line.per, line.amount, line.why, bill.date, line.tag, "yes" if line.recalled else "no",
            line.source,
        )
        for one in plan.targets for bill in one.bills for line in bill.lines
    ]  # fmt: skip
    columns = (
        Column("Target", width=30), Column("Edition", width=30), Column("What", width=34), Column("Unit", width=16),
        Column("Counted", "number", 10), Column("Billed", "number", 10), Column("Price", "money", 12),
        Column("for units", "whole", 9), Column("Currency", width=9), Column("Per", width=7),
        Column("Amount", "money", 16), Column("Why so many", width=50), Column("Price of", "day", 12),
        Column("Tag", width=10), Column("From memory", width=12), Column("Source", width=70),
    )  # fmt: skip
    return Sheet("Bills", columns, rows)


def power(plan: Plan) -> Sheet:
    """Before, after and on standby for each target."""

    def row(one: TargetPlan, when: str, draw: Draw | None, why: str) -> Row:
        if draw is None:
            return (one.target.title, when, *(None,) * 8, why)
        return (
            one.target.title, when, draw.hosts, draw.idle, draw.mean, draw.peak, draw.kwh, draw.facility_kwh, draw.cost,
            draw.carbon_kg, draw.basis,
        )  # fmt: skip

    rows = [
        row(*given)
        for one in plan.targets
        for given in (
            (one, "before", one.power.before, one.power.before_why),
            (one, "after", one.power.after, ""),
            (one, "after, idle hosts on standby", one.power.standby, one.power.standby_why),
        )
    ]
    columns = (
        Column("Target", width=30), Column("When", width=26), Column("Hosts", "whole", 8),
        Column("Idle (W)", "number", 12), Column("Mean (W)", "number", 12), Column("Peak (W)", "number", 12),
        Column("Servers (kWh/year)", "number", 16), Column("With cooling (kWh/year)", "number", 18),
        Column(f"Cost ({costs.currency(plan)}/year)", "money", 16), Column("Carbon (kg/year)", "number", 14),
        Column("Basis", width=70),
    )  # fmt: skip
    return Sheet("Power", columns, rows)


def backup(plan: Plan) -> Sheet:
    """A row for each target."""
    rows = [
        (
            one.target.title, found.method, found.full / GIB, found.nightly / GIB, found.window / 3600,
            found.allowed / 3600, "yes" if found.fits else "no", found.limited_by, found.first_full / 3600,
            found.repository / GIB, found.why,
        )
        for one in plan.targets if (found := one.backup) is not None
    ]  # fmt: skip
    columns = (
        Column("Target", width=30), Column("Method", width=24), Column("Full (GiB)", "number"),
        Column("A night (GiB)", "number"), Column("Window (h)", "number"), Column("Allowed (h)", "number"),
        Column("Fits", width=7), Column("Limited by", width=26), Column("First full (h)", "number"),
        Column("Repository (GiB)", "number", 16), Column("Why", width=70),
    )  # fmt: skip
    return Sheet("Backup", columns, rows)


def trial(plan: Plan) -> Sheet:
    """Every metric of every case, then what hurts and what could not be tried."""
    rows: list[Row] = []
    for one in plan.targets:
        title, found = one.target.title, one.trial
        if found is None:
            continue
        rows += [(title, case, name, v, "") for case, metrics in found.cases.items() for name, v in metrics.items()]
        rows += [(title, "", "where it hurts", None, pain) for pain in found.pains]
        rows += [(title, case, "not tried", None, why) for case, why in found.refused.items()]
        rows.append((title, "", "demand", None, found.demand))
    columns = (
        Column("Target", width=30),
        Column("Case", width=20),
        Column("What", width=30),
        Column("Value", "number", 16),
    )
    return Sheet("Trial", (*columns, Column("Says", width=90)), rows)


def quality(plan: Plan) -> Sheet:
    """How well each table of the record was read."""
    rows: list[Row] = [
        (one.name, one.rows, one.read, one.dropped, one.joined, one.guessed, "; ".join(one.remarks))
        for one in plan.inventory.sheets
    ]
    rows += [("note", *(None,) * 5, note) for note in plan.inventory.notes]
    if plan.utilisation is not None:
        rows += [("utilisation", *(None,) * 5, note) for note in plan.utilisation.notes]
        rows += [("utilisation", *(None,) * 5, f"of no machine: {name}") for name in plan.utilisation.unmatched]
    counts = (Column(head, "whole", 10) for head in ("Rows", "Read", "Dropped", "Joined", "Guessed"))
    return Sheet("Quality", (Column("Table", width=24), *counts, Column("Remarks", width=100)), rows)


def missing(plan: Plan) -> Sheet:
    """What is not there, and what cannot be said without it."""
    rows = [(one.what, one.without) for one in plan.inventory.missing]
    return Sheet("Missing", (Column("What is missing", width=40), Column("Not known without it", width=80)), rows)


def assumptions(plan: Plan) -> Sheet:
    """All of them; those that somebody wrote say where."""
    rows = [
        (row.path, row.value, row.written or "", row.tag, row.meaning, row.source)
        for row in explained(plan.assumptions, plan.written)
    ]
    columns = (
        Column("Path for --set", width=28), Column("Value", width=24), Column("Changed in", width=24),
        Column("Tag", width=10), Column("Meaning", width=70), Column("Source", width=70),
    )  # fmt: skip
    return Sheet("Assumptions", columns, rows)


def sources(plan: Plan) -> Sheet:
    """Where the numbers of the world come from."""
    rows = [
        (one.kind, one.name, one.tag, "yes" if one.recalled else "no", ", ".join(one.values), one.citation)
        for one in cited.sources(plan)
    ]
    columns = (
        Column("Kind", width=16), Column("Name", width=28), Column("Tag", width=10), Column("From memory", width=12),
        Column("Values", width=40), Column("Source", width=100),
    )  # fmt: skip
    return Sheet("Sources", columns, rows)
