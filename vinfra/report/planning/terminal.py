"""What `vinfra plan` prints: the answer, the ranking, what hurts, and where the files are.

Plain text where the output is no terminal; on a narrow one each target is a few lines instead of a row.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from vinfra.planning.plan import Fleet, Plan, TargetPlan
from vinfra.report.numbers import MISSING
from vinfra.report.paper import Paper
from vinfra.report.planning import answer, costs, estate, sizing
from vinfra.report.planning.words import change, day, kwh, many, money, size, time, watts

NAME = 34  # widest first column
LISTED = 5  # warnings and pains; all are on the page


def show(plan: Plan, files: Iterable[Path] = (), file: TextIO | None = None, width: int | None = None) -> None:
    """Print the plan to `file` (standard output), `width` columns wide (the terminal's own)."""
    _Sheet(plan, file, width).print(files)


def text(plan: Plan, files: Iterable[Path] = (), width: int = 80) -> str:
    """The plan as plain text."""
    out = io.StringIO()
    show(plan, files, out, width)
    return out.getvalue()


class _Sheet(Paper):
    """One plan on one output."""

    def __init__(self, plan: Plan, file: TextIO | None, width: int | None) -> None:
        super().__init__(file, width)
        self.plan = plan
        self.money = costs.currency(plan)

    def print(self, files: Iterable[Path]) -> None:
        self.say(answer.headline(self.plan), "bold")
        self.say(answer.sentence(self.plan))
        self.say()
        self.inventory()
        if self.plan.targets:
            self.ranking()
            self.best(self.plan.targets[0])
        self.trouble()
        for path in files:
            self.say(f"{path.suffix.removeprefix('.')} {path}", wrap=False)

    def inventory(self) -> None:
        """What is there and what it should be, in two lines."""
        found, sizes = estate.estate(self.plan), sizing.sizes(self.plan)
        on = f" on {many(found.hosts, 'host')}" if found.hosts else ""
        noun = "machine"
        if found.machines and found.physical == found.machines:
            noun, on = "physical server", ""
        self.say(f"there: {many(found.machines, noun)}, {found.running:,} of them running{on}")
        before, after = sizes.vcpus
        memory = f"{size(sizes.memory[0])} -> {size(sizes.memory[1])} of memory"
        said = ", ".join(f"{count:,} {verdict}" for verdict, count in sizes.verdicts)
        if said:
            self.say(f"sizes: {before:,} -> {after:,} vCPUs, {memory}; {said}")
        self.say()

    def ranking(self) -> None:
        """Targets in order: a table where there is room."""
        heads = ["hosts", "racks", f"{self.plan.assumptions.years:g} years", "a year", "nights"]
        rows = [
            (f"{rank} {one.target.title}", self.numbers(one)) for rank, one in enumerate(self.plan.targets, start=1)
        ]
        widths = [max(len(head), *(len(cells[index]) for _, cells in rows)) for index, head in enumerate(heads)]
        first = min(NAME, max(len(name) for name, _ in rows))
        if first + sum(widths) + 2 * len(widths) <= self.console.width:
            table = self.table(first, [width + 2 for width in widths], heads)
            for index, (name, cells) in enumerate(rows):
                style = "bold" if index == 0 else ""
                table.add_row(self.text(name, style), *(self.text(cell, style) for cell in cells))
            self.console.print(table)
        else:
            for name, cells in rows:
                self.say(name, "bold")
                self.say("  " + ", ".join(f"{head} {cell}" for head, cell in zip(heads, cells, strict=True)))
        for rank, one in enumerate(self.plan.targets, start=1):
            for bill in one.bills:
                if bill.units > bill.counted:  # floors are what surprises
                    self.say(f"{rank}: {bill.title}: {bill.units:,} billed, not {bill.counted:,.0f}", "dim")
        for name, why in sorted(self.plan.refused.items()):
            self.say(f"not planned: {name}: {why}", "yellow")
        self.say()

    def numbers(self, one: TargetPlan) -> list[str]:
        """Cells of a target, as they are printed."""
        nights = MISSING if one.migration is None else f"{len(one.migration.nights):,}"
        cost, energy = money(one.total, self.money), kwh(one.power.after.facility_kwh)
        return [
            self.plain(text) for text in (f"{one.fleet.hosts:,}", f"{len(one.fleet.racks):,}", cost, energy, nights)
        ]

    def best(self, one: TargetPlan) -> None:
        """Placement, power, nights and backup of the first."""
        fleet, after, before = one.fleet, one.power.after, one.power.before
        clusters = f" in {fleet.clusters} clusters" if fleet.clusters > 1 else ""
        self.say(
            f"hosts: {fleet.chosen.hosts:,} for machines and {fleet.spare:,} spare{clusters}, "
            f"decided by {fleet.needed_by}; {_methods(fleet)}, "
            f"no fewer than {fleet.chosen.bound:,} ({fleet.chosen.bound_why})"
        )
        power = f"power: {watts(after.mean)} on average, {watts(after.peak)} at the most"
        if before is not None:
            power += f"; {kwh(before.facility_kwh)} -> {kwh(after.facility_kwh)} a year"
            power += f" ({change(before.facility_kwh, after.facility_kwh)})"
        self.say(power)
        if (moved := one.migration) is not None:
            ends = f", done on {day(moved.finished)}" if moved.finished else ""
            how = moved.method.partition(":")[0]
            self.say(f"migration: {many(len(moved.nights), 'night')}{ends}, {size(moved.moved)} to copy ({how})")
        if (backup := one.backup) is not None:
            fits = "fits" if backup.fits else "does NOT fit"
            window = f"{time(backup.window)} of {time(backup.allowed)} a night"
            self.say(f"backup: {window}, {fits}; repository {size(backup.repository)}")
        self.say()

    def trouble(self) -> None:
        """The largest risks, then warnings that are not among them."""
        found = answer.risks(self.plan)[: answer.SHOWN]
        for risk in found:
            self.say(f"risk: {risk.text}", "yellow")
        said = [_flat(risk.text) for risk in found]
        best = answer.warned(self.plan.targets[0]) if self.plan.targets else []
        warnings = [warning for warning in dict.fromkeys([*best, *self.plan.warnings]) if not _told(warning, said)]
        for warning in warnings[:LISTED]:
            self.say(f"warning: {warning}", "yellow")
        if len(warnings) > LISTED:
            more = len(warnings) - LISTED
            self.say(f"{many(more, 'more warning')} {'is' if more == 1 else 'are'} on the page", "yellow")
        if found or warnings:
            self.say()


def _told(warning: str, said: Iterable[str]) -> bool:
    """Whether a risk begins with what a warning says."""
    return any(risk.startswith(_flat(warning)) for risk in said)


def _flat(text: str) -> str:
    """As text is compared: spaces that do not break are spaces."""
    return " ".join(text.lower().split())


def _methods(fleet: Fleet) -> str:
    """What the heuristic found, and the optimiser where there was need for it."""
    found = f"{fleet.heuristic.method} {fleet.heuristic.hosts:,}"
    same = fleet.chosen.method == fleet.heuristic.method
    return found if same else f"{fleet.chosen.method} {fleet.chosen.hosts:,}, {found}"
