"""The answer in a sentence, and what could make it wrong: the largest risks of the target that comes first.

Risks are ranked by what they stop: a machine without a host before a night that is too short, that before a wait that
the trial saw, that before a number nobody backs. The order is a judgement of this page, not a measurement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vinfra.planning.plan import Plan, TargetPlan, Trial
from vinfra.report.planning import costs, estate
from vinfra.report.planning.words import change, listed, many, money, part, size, term, time

SHOWN = 3  # risks on the first screen
RECORD = "percentiles of the record"  # as a suggestion says what it rests on


@dataclass(frozen=True, slots=True)
class Risk:
    """What could go wrong, and the part of the page that says more; `weight` orders."""

    weight: int
    text: str
    anchor: str


def headline(plan: Plan) -> str:
    """Where to go with how many hosts."""
    if not plan.targets:
        return "No platform could be planned for"
    best = plan.targets[0]
    return f"{best.target.title} on {many(best.fleet.hosts, 'host')}"


def sentence(plan: Plan) -> str:
    """Why this target: what it costs and what the next one does."""
    if not plan.targets:
        said = "; ".join(f"{name}: {why}" for name, why in sorted(plan.refused.items()))
        return said or "No target was asked for."
    best, years, unit = plan.targets[0], plan.assumptions.years, costs.currency(plan)
    of = f"first of {many(len(plan.targets), 'platform')}" if len(plan.targets) > 1 else "the only platform planned for"
    if best.total is None:
        unknown = [name for name, cost in best.parts.items() if cost is None]
        return f"{best.target.title} is {of}. Its cost is not complete: {listed(unknown)} could not be found out."
    said = f"{best.target.title} is {of}: {money(best.total, unit)} over {term(years)}."
    others = [
        (one.total, one.target.title, len(one.fleet.unplaced)) for one in plan.targets[1:] if one.total is not None
    ]
    if others:
        least, title, homeless = min(others)
        more = homeless - len(best.fleet.unplaced)
        why = (
            f"less, but leaves {many(more, 'more machine')} without a host"
            if more > 0
            else "less, though ranked below it"
        )
        word = "next in cost" if least >= best.total else why
        said += f" {title} is {word}, at {money(least, unit)} ({change(best.total, least)})."
    return said


def risks(plan: Plan) -> list[Risk]:
    """Of the best target, the gravest first; equals in the order in which they are found."""
    found = list(_of_inventory(plan))
    if plan.targets:
        found = [*_of_target(plan, plan.targets[0]), *found]
    return sorted(found, key=lambda risk: -risk.weight)


def pains(trial: Trial) -> list[str]:
    """What hurts, the worst first; a trial in which nothing does says so in its only sentence, which is no pain."""
    return [pain for pain in trial.pains if not pain.lower().startswith("nothing hurts")]


def warned(one: TargetPlan) -> list[str]:
    """Warnings of a target that stand nowhere else: those of its bills and hosts are beside them."""
    elsewhere = {*one.fleet.notes, *(warning for bill in one.bills for warning in bill.warnings)}
    return [warning for warning in dict.fromkeys(one.warnings) if warning not in elsewhere]


def _of_target(plan: Plan, one: TargetPlan) -> Iterator[Risk]:
    fleet = one.fleet
    if fleet.unplaced:
        name, why = sorted(fleet.unplaced.items())[0]
        have = "machine has" if len(fleet.unplaced) == 1 else "machines have"
        yield Risk(100, f"{len(fleet.unplaced):,} {have} no host there. {name}: {why}.", "placement")
    backup = one.backup
    if backup is not None and not backup.fits:
        takes, has = time(backup.window), time(backup.allowed)
        yield Risk(
            90,
            f"A night's backup takes {takes} and has {has}, limited by {backup.limited_by}; {backup.cure}.",
            "backup",
        )
    if one.migration is not None:
        late = sum(not night.fits for night in one.migration.nights)
        if late:
            yield Risk(85, f"{many(late, 'night')} of the migration {_run(late)} past the window.", "migration")
        if blocked := one.migration.blocked:
            kinds = {_kind(part): part for text in sorted(blocked.values()) for part in text.split("; ")}
            why = listed([kinds[kind] for kind in sorted(kinds)][:3])
            need = "needs" if len(blocked) == 1 else "need"
            yield Risk(70, f"{many(len(blocked), 'machine')} {need} hands to be moved: {why}.", "migration")
    for pain in [] if one.trial is None else pains(one.trial)[:2]:
        yield Risk(80, f"In the trial {pain}" + ("" if pain.endswith(".") else "."), "trial")
    if one.total is None:
        unknown = [name for name, cost in one.parts.items() if cost is None]
        yield Risk(60, f"The cost is not complete: {listed(unknown)} could not be found out.", "ranking")
    elif share := _unbacked(plan, one):
        text = f"{part(share)} of its cost rests on prices that are assumed or quoted from memory: ask for an offer."
        yield Risk(65, text, "bills")


def _of_inventory(plan: Plan) -> Iterator[Risk]:
    if plan.utilisation is None and plan.suggestions:
        yield Risk(58, _unrecorded(plan), "sizing")
    risky = sum(one.risk == "high" and one.verdict in ("oversized", "undersized") for one in plan.suggestions)
    if risky:
        yield Risk(45, f"{many(risky, 'change')} of size {'is' if risky == 1 else 'are'} of high risk.", "sizing")
    if plan.inventory.missing:
        first = plan.inventory.missing[0]
        yield Risk(50, f"Without {first.what} the plan cannot say {first.without}.", "quality")
    found = estate.estate(plan)
    if found.old:
        held = size(found.snapshots_held)
        are = "is" if found.old == 1 else "are"
        yield Risk(35, f"{many(found.old, 'snapshot')} {are} older than 72 hours; all snapshots hold {held}.", "estate")


def _kind(reason: str) -> str:
    """A reason without its numbers: those of several machines are one kind."""
    return re.sub(r"[0-9][0-9.,]*", "#", reason)


def _unrecorded(plan: Plan) -> str:
    """What sizes rest on where there is no recording."""
    kinds = {one.basis for one in plan.suggestions if one.verdict != "not running"}
    if kinds == {RECORD}:
        return f"Nothing was recorded over time: sizes rest on {RECORD}, and nobody knows who is busy when."
    return "Nothing was recorded over time: sizes rest on one look or on how machines are configured."


def _unbacked(plan: Plan, one: TargetPlan) -> float:
    """Part of the total that rests on assumed or recalled prices."""
    years = plan.assumptions.years
    soft = [
        costs.over_years(line, years)
        for bill in one.bills
        for line in bill.lines
        if (line.tag == "assumed" or line.recalled) and line.currency == costs.currency(plan)
    ]
    return sum(soft) / one.total if one.total else 0.0


def _run(count: int) -> str:
    return "runs" if count == 1 else "run"
