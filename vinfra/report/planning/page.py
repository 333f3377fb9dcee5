"""The plan on one page that opens offline: the answer, then everything it rests on, from the bills to every assumption.

The page is sealed (see report/sealed.py) and bounded: lists show their first rows, sums and charts stand for the rest,
and the workbook has all of it. Whatever a machine is called is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vinfra
from vinfra.metrics.metric import find
from vinfra.planning.explaining import explained
from vinfra.planning.plan import Draw, Plan, TargetPlan, Trial
from vinfra.report import bundle, numbers, sealed
from vinfra.report.comparison import titled
from vinfra.report.planning import answer, calendar, costs, estate, sizing, words
from vinfra.report.planning.document import document
from vinfra.report.planning.figures import figures
from vinfra.report.planning.loads import by_name
from vinfra.report.planning.sources import sources
from vinfra.report.planning.workbook import WORKBOOK
from vinfra.report.style import CONFIG
from vinfra.report.words import groups
from vinfra.whole import write_text

prefetch = bundle.prefetch

PAGE = "plan.html"
LISTED = 10  # rows of a list on the page
UNITS = {*numbers.UNITS, "s", "ms", "min", "h"}
NIGHTS = 30  # that are listed in numbers


@dataclass(frozen=True, slots=True)
class Files:
    """What lies beside the page."""

    scenario: str = "scenario.yaml"
    workbook: str = WORKBOOK


BESIDE = Files()


def write(plan: Plan, folder: Path, digest: str | None = None, files: Files = BESIDE) -> Path:
    """Write the page into the folder, whole or not at all; returns its path."""
    path = folder / PAGE
    write_text(path, render(plan, digest, files))
    return path


def render(plan: Plan, digest: str | None = None, files: Files = BESIDE) -> str:
    """The page as HTML; `digest` is that of the plan's document where the caller knows it, `files` what it is written
    beside."""
    suggested, sizes = by_name(plan), sizing.sizes(plan)
    drawn = figures(plan, suggested, sizes)
    scripts = [sealed.inside(bundle.script()), sealed.inside(sealed.asset("plan.js"))] if drawn else []
    best = plan.targets[0] if plan.targets else None
    assumed = list(explained(plan.assumptions, plan.written))
    return sealed.template("plan.html").render(
        plan=plan,
        source=Path(plan.inventory.source).name,
        w=words,
        money=costs.currency(plan),
        years=plan.assumptions.years,
        headline=answer.headline(plan),
        sentence=answer.sentence(plan),
        risks=answer.risks(plan),
        parts=costs.parts(plan),
        unknown=costs.unknown(plan),
        flips=costs.flips(plan),
        warned=answer.warned,
        bill_lines=lambda one: sum(len(bill.lines) for bill in one.bills),
        estate=estate.estate(plan),
        sizes=sizes,
        metric=_metric,
        metrics=_metrics,
        assumed=assumed,
        changed=sum(row.written is not None for row in assumed),
        groups=groups(sources(plan)),
        notes=_notes(plan),
        listed=LISTED,
        files=files,
        pains=answer.pains,
        digest=digest or document(plan)["digest"],
        version=vinfra.__version__,
        figures=drawn,
        data=sealed.data({"config": CONFIG, "figures": [figure.data for figure in drawn.values()]}) if drawn else "",
        css=sealed.asset("page.css") + sealed.asset("plan.css"),
        scripts=scripts,
        policy=sealed.policy(scripts),
        **_of_targets(plan, best),
    )


def _of_targets(plan: Plan, best: TargetPlan | None) -> dict[str, Any]:
    """What the sections on hosts, power, nights, backup and trial read."""
    racks, more = ([], 0) if best is None else calendar.drawn(best.fleet, plan.assumptions.racks.hosts)
    moved = best.migration if best is not None else None
    return {
        "best": best,
        "racks": racks,
        "racks_more": more,
        "draws": list(_draws(plan)),
        "power_notes": _told(_power_notes(plan), len(plan.targets)),
        "fleet_notes": _told(
            ((one.target.title, note) for one in plan.targets for note in one.fleet.notes), len(plan.targets)
        ),
        "move_notes": _told(
            (
                (one.target.title, text)
                for one in plan.targets
                if one.migration is not None
                for text in (one.migration.method, one.migration.source)
            ),
            len(plan.targets),
        ),
        "backup_notes": _told(
            ((one.target.title, one.backup.why) for one in plan.targets if one.backup is not None), len(plan.targets)
        ),
        "moving": [one for one in plan.targets if one.migration is not None],
        "calendar": None if moved is None else calendar.calendar(moved),
        "nights": [] if moved is None else moved.nights[:NIGHTS],
        "backed": [one for one in plan.targets if one.backup is not None],
        "tried": [one for one in plan.targets if one.trial is not None],
    }


def _draws(plan: Plan) -> Iterator[tuple[str, Draw]]:
    """Rows of the table of power: today once, then each target, with idle hosts on standby below it."""
    before = next((one.power.before for one in plan.targets if one.power.before is not None), None)
    if before is not None:
        yield "today", before
    for one in plan.targets:
        yield one.target.title, one.power.after
        if one.power.standby is not None:
            yield f"{one.target.title}, idle hosts on standby", one.power.standby


def _power_notes(plan: Plan) -> Iterator[tuple[str, str]]:
    for one in plan.targets:
        power, title = one.power, one.target.title
        yield "today", power.before_why if power.before is None else power.before.basis
        yield title, power.after.basis
        yield f"{title}, idle hosts on standby", power.standby_why if power.standby is None else power.standby.basis


def _told(pairs: Iterable[tuple[str, str]], targets: int) -> list[tuple[str, str]]:
    """What is said of whom, each sentence once with all it is said of; what is empty is left out."""
    of: dict[str, dict[str, None]] = {}
    for title, text in pairs:
        if text:
            of.setdefault(text, {})[title] = None
    return [("all" if len(titles) == targets > 1 else ", ".join(titles), text) for text, titles in of.items()]


def _notes(plan: Plan) -> list[str]:
    """Notes of the readers, and warnings of the plan."""
    recorded = [] if plan.utilisation is None else list(plan.utilisation.notes)
    if plan.utilisation is not None and plan.utilisation.unmatched:
        unknown = list(plan.utilisation.unmatched)
        recorded.append(f"recordings of no machine of the inventory: {words.listed(unknown[:LISTED])}")
    missing = {f"without {one.what} the plan cannot say {one.without}" for one in plan.inventory.missing}
    beside = [warning for warning in plan.warnings if warning not in missing]  # those stand in a list of their own
    return [*beside, *plan.inventory.notes, *recorded]


def _metrics(trial: Trial) -> list[str]:
    """Columns of all cases, in the order in which they come."""
    return list(dict.fromkeys(name for metrics in trial.cases.values() for name in metrics))


def _metric(column: str) -> str:
    """A metric's column in words; one that is no metric of the language by its name and unit."""
    try:
        return titled(find(column))
    except KeyError:
        name, _, unit = column.rpartition("_")
        return f"{numbers.label(name)} ({numbers.unit(unit)})" if name and unit in UNITS else numbers.label(column)
