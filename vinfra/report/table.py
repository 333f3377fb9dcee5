"""The comparison on a terminal: metrics as rows, variants as columns, one block of rows for each row of the sweep.

The best value carries a star and a claim the word pass or FAIL, so nothing is lost without colour. Where the output is
no terminal it is plain text; where its encoding has no dash or times sign, ASCII stands in.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vinfra.report import numbers, words
from vinfra.report.best import bests
from vinfra.report.comparison import Block, Cell, Comparison, compare, titled, where
from vinfra.report.paper import Paper
from vinfra.report.timeline import sentences
from vinfra.scenario.results import Claim, Run

if TYPE_CHECKING:
    from rich.table import Table

ROWS = 12  # blocks on a terminal; a sweep of thousands belongs into the exports
METRICS = 6  # of which the best row is told
FAILURES = 10
NOTES = 4  # rows of a sweep differ in the numbers of their notes
LABEL = 30  # widest first column
GAP = 2


def show(run: Run, report: Path | None = None, file: TextIO | None = None, width: int | None = None) -> None:
    """Print the comparison to `file` (standard output), `width` columns wide (the terminal's own)."""
    _Sheet(run, file, width).print(report)


def text(run: Run, report: Path | None = None, width: int = 80) -> str:
    """The comparison as plain text."""
    out = io.StringIO()
    show(run, report, out, width)
    return out.getvalue()


class _Sheet(Paper):
    """One comparison on one output."""

    def __init__(self, run: Run, file: TextIO | None, width: int | None) -> None:
        super().__init__(file, width)
        self.run = run
        self.compared = compare(run)

    def print(self, report: Path | None) -> None:
        self.say(self.run.scenario, "bold")
        if self.run.question:
            self.say(self.run.question)
        self.console.print()
        self.tables()
        self.legend()
        self.best()
        for name, sentence in islice(sentences(self.run), ROWS):
            self.say(f"{name}: {sentence}")
        for claim in self.run.expect:
            self.claim(claim)
        self.say(f"digest {self.run.digest}", "dim", wrap=False)
        if report is not None:
            self.say(f"report {report}", wrap=False)

    def tables(self) -> None:
        compared = self.compared
        single = len(self.run.metrics) == 1 and len(compared.blocks) > 1
        blocks = compared.blocks[: ROWS * 3 if single else ROWS]
        labels = [self.label(block, index, single) for block in blocks for index in range(len(block.lines))]
        first = min(LABEL, max(map(len, labels), default=0))
        widths = [self.width(index, blocks) for index in range(len(compared.variants))]
        if single:
            self.say(f"{titled(self.run.metrics[0])}", "bold")
        for chosen in _chunks(widths, self.console.width - first - GAP):
            for number, block in enumerate(blocks):
                head = number == 0
                if not single and block.at:
                    if head:
                        self.console.print(self.columns(first, chosen, widths))
                    self.say(where(block.at), "italic")
                table = self.columns(first, chosen, widths, header=head and (single or not block.at))
                self.fill(table, block, chosen, single)
                self.console.print(table)
            self.console.print()
        if len(blocks) < len(compared.blocks):
            self.say(
                f"{len(compared.blocks) - len(blocks)} more rows of the sweep are in summary.csv and in the report"
            )

    def label(self, block: Block, index: int, single: bool) -> str:
        return self.plain(where(block.at) if single else block.lines[index].label)

    def width(self, index: int, blocks: list[Block]) -> int:
        cells = [len(self.cell(line.cells[index], True)) for block in blocks for line in block.lines]
        return max(min(len(self.plain(self.compared.variants[index])), 18), max(cells, default=1))

    def columns(self, first: int, chosen: range, widths: list[int], header: bool = True) -> Table:
        """A table with one column for each chosen variant."""
        names = [self.compared.variants[index] for index in chosen] if header else None
        return self.table(first, [widths[index] + 1 for index in chosen], names)

    def fill(self, table: Table, block: Block, chosen: range, single: bool) -> None:
        for number, line in enumerate(block.lines):
            cells = [line.cells[index] for index in chosen]
            shown = [
                self.text(self.cell(cell, number == 0 or cell.state != "refused"), "bold green" if cell.best else "")
                for cell in cells
            ]
            table.add_row(self.text(self.label(block, number, single)), *shown)

    def cell(self, cell: Cell, first: bool) -> str:
        """Number, ratio, and a mark; a refused column says so once in a block."""
        if cell.state == "refused":
            return self.plain(f"refused [{cell.note}] " if first else ". ")
        parts = [cell.text]
        if cell.ratio is not None:
            parts.append(numbers.ratio(cell.ratio))
        return self.plain(" ".join(parts) + ("!" if cell.partial else "") + ("*" if cell.best else " "))

    def legend(self) -> None:
        compared = self.compared
        marks = list(_legend(self.run, compared))
        if marks:
            self.say("; ".join(marks), "dim")
        for number, note in enumerate(compared.notes, start=1):
            self.say(f"[{number}] refused: {note}")
        notes = self.run.notes
        shown = notes[: NOTES if self.run.sweep else FAILURES]
        for note in shown:
            self.say(f"note: {note}", "yellow")
        if len(notes) > len(shown):
            self.say(f"{len(notes) - len(shown)} more notes are in the report", "yellow")
        if compared.failures:
            self.say(f"{len(compared.failures)} of {compared.points} points failed:", "bold red")
            for failure in compared.failures[:FAILURES]:
                self.say(f"  {failure}")
            if len(compared.failures) > FAILURES:
                self.say(f"  and {len(compared.failures) - FAILURES} more, in points.parquet")
        if marks or compared.notes or compared.failures:
            self.console.print()

    def best(self) -> None:
        """Where a sweep is at its best, metric by metric."""
        found = bests(self.run)
        for one in found[:METRICS]:
            best, many = one.overall, len(self.run.variants) > 1
            others = f"; {best.others}" if best.others else ""
            row = f"{best.variant}, {where(best.at)}" if many else where(best.at)
            place = "" if best.anywhere else f" at {row}"
            self.say(f"best {words.lowered(best.label)}: {numbers.number(best.value)}{place}{others}")
        if found:
            self.console.print()

    def claim(self, claim: Claim) -> None:
        numbers_ = f" ({claim.detail})" if claim.detail else ""
        why = f" - {claim.why}" if claim.why else ""
        self.say(
            f"{'pass' if claim.holds else 'FAIL'}  {claim.claim}{numbers_}{why}", "green" if claim.holds else "bold red"
        )


def _legend(run: Run, compared: Comparison) -> Iterator[str]:
    """What the marks mean, as far as they occur."""
    if any(cell.best for cell in compared.cells()):
        yield "* best"
    for variant in dict.fromkeys(run.relative.values()):
        yield f"{numbers.ratio(1.0)} is {variant}"
    if any(cell.partial for cell in compared.cells()):
        yield "! without the points that were refused or failed"
    if compared.replications:
        yield f"means over {compared.replications} replications"


def _chunks(widths: list[int], room: int) -> Iterator[range]:
    """Columns that fit side by side, in turn; at least one at a time."""
    start = 0
    while start < len(widths):
        stop, used = start, 0
        while stop < len(widths) and (stop == start or used + widths[stop] + GAP <= room):
            used += widths[stop] + GAP
            stop += 1
        yield range(start, stop)
        start = stop
