"""The comparison on a terminal: metrics as rows, variants as columns, one block of rows for each row of the sweep.

The best value carries a star and a claim the word pass or FAIL, so nothing is lost without colour. Where the output is
no terminal it is plain text; where its encoding has no dash or times sign, ASCII stands in.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vinfra.report import numbers
from vinfra.report.comparison import Block, Cell, Comparison, compare, titled, where
from vinfra.scenario.results import Claim, Run

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

ROWS = 12  # blocks on a terminal; a sweep of thousands belongs into the exports
FAILURES = 10
LABEL = 30  # widest first column
GAP = 2
ASCII = str.maketrans(
    {numbers.MISSING: "-", "\u2014": "-", numbers.TIMES: "x", "\u00b1": "+-", "\u2026": "...", "\u2019": "'"}
)


def show(run: Run, report: Path | None = None, file: TextIO | None = None, width: int | None = None) -> None:
    """Print the comparison to `file` (standard output), `width` columns wide (the terminal's own)."""
    from rich.console import Console

    out = file or sys.stdout
    live = bool(getattr(out, "isatty", lambda: False)())
    console = Console(
        file=out,
        width=width,
        force_terminal=live,
        color_system="auto" if live else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False if not live else None,
    )
    console.on_broken_pipe = _reader_is_gone  # type: ignore[method-assign]
    _Sheet(console, run, getattr(out, "encoding", None) or "utf-8").print(report)


def _reader_is_gone() -> None:
    """Rich would end the process with a failure; `vinfra run FILE | head` is none."""
    raise BrokenPipeError


def text(run: Run, report: Path | None = None, width: int = 80) -> str:
    """The comparison as plain text."""
    out = io.StringIO()
    show(run, report, out, width)
    return out.getvalue()


class _Sheet:
    """One comparison on one console."""

    def __init__(self, console: Console, run: Run, encoding: str) -> None:
        self.console = console
        self.run = run
        self.encoding = encoding
        self.ascii = not encoding.lower().replace("_", "-").startswith(("utf-8", "utf8", "utf-16", "utf-32"))
        self.compared = compare(run)

    def print(self, report: Path | None) -> None:
        self.say(self.run.scenario, "bold")
        if self.run.question:
            self.say(self.run.question)
        self.console.print()
        self.tables()
        self.legend()
        for claim in self.run.expect:
            self.claim(claim)
        self.say(f"digest {self.run.digest}", "dim", wrap=False)
        if report is not None:
            self.say(f"report {report}", wrap=False)

    def plain(self, words: str) -> str:
        """Text that this output can carry: no control characters, and ASCII where it must be."""
        words = "".join(char if char.isprintable() else " " for char in words)
        if not self.ascii:
            return words
        return words.translate(ASCII).encode(self.encoding, "replace").decode(self.encoding)

    def say(self, words: str, style: str = "", wrap: bool = True) -> None:
        from rich.text import Text

        self.console.print(Text(self.plain(words), style), soft_wrap=not wrap)

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
                        self.console.print(self.table(first, chosen, widths))
                    self.say(where(block.at), "italic")
                table = self.table(first, chosen, widths, header=head and (single or not block.at))
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

    def table(self, first: int, chosen: range, widths: list[int], header: bool = True) -> Table:
        from rich.box import Box
        from rich.table import Table

        rule = "-" if self.ascii else "─"
        head = Box(f"    \n    \n {rule}{rule} \n    \n    \n    \n    \n    \n", ascii=self.ascii)
        table = Table(box=head, show_edge=False, show_header=header, padding=0, pad_edge=False, header_style="bold")
        table.add_column("", width=first, overflow="fold")
        for index in chosen:
            name = self.plain(self.compared.variants[index])
            table.add_column(self.words(name), width=widths[index] + 1, justify="right", overflow="fold")
        return table

    def words(self, words: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(words, style)

    def fill(self, table: Table, block: Block, chosen: range, single: bool) -> None:
        for number, line in enumerate(block.lines):
            cells = [line.cells[index] for index in chosen]
            shown = [
                self.words(self.cell(cell, number == 0 or cell.state != "refused"), "bold green" if cell.best else "")
                for cell in cells
            ]
            table.add_row(self.words(self.label(block, number, single)), *shown)

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
        words = list(_legend(self.run, compared))
        if words:
            self.say("; ".join(words), "dim")
        for number, note in enumerate(compared.notes, start=1):
            self.say(f"[{number}] refused: {note}")
        for note in self.run.notes[:FAILURES]:
            self.say(f"note: {note}", "yellow")
        if compared.failures:
            self.say(f"{len(compared.failures)} of {compared.points} points failed:", "bold red")
            for failure in compared.failures[:FAILURES]:
                self.say(f"  {failure}")
            if len(compared.failures) > FAILURES:
                self.say(f"  and {len(compared.failures) - FAILURES} more, in points.parquet")
        if words or compared.notes or compared.failures:
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
    if compared.replications > 1:
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
