"""The evidence on a terminal: rows to validate number by number, rows to calibrate in a line for each source.

Where one source or one row is asked for, every row of it is shown number by number.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vinfra.evidence.comparison import Cell, of
from vinfra.report.evidence import words
from vinfra.report.evidence.chapters import USES, Chapter, Entry, chapters, reason
from vinfra.report.paper import Paper

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS = {"published": 15, "predicted": 12, "error": 10, "": 6}
SUMMARY = {"numbers": 8, "given": 7, "predicted": 11, "median error": 14, "90 % within": 13, "in order": 11}


def show(
    cells: Sequence[Cell],
    everything: bool = False,
    page: Path | None = None,
    file: TextIO | None = None,
    width: int | None = None,
) -> None:
    """Print the evidence to `file` (standard output); with `everything` the rows to calibrate and the background
    number by number too."""
    _Sheet(cells, everything, file, width).print(page)


def text(cells: Sequence[Cell], everything: bool = False, width: int = 80) -> str:
    """The evidence as plain text."""
    out = io.StringIO()
    show(cells, everything, None, out, width)
    return out.getvalue()


class _Sheet(Paper):
    """The evidence on one output; footnotes get their numbers as they come."""

    def __init__(self, cells: Sequence[Cell], everything: bool, file: TextIO | None, width: int | None) -> None:
        super().__init__(file, width)
        self.cells = cells
        self.everything = everything
        self.chapters = chapters(cells, (*USES, "context") if everything else USES)
        self.notes: dict[str, int] = {}

    def print(self, page: Path | None) -> None:
        for chapter in self.chapters:
            self.chapter(chapter)
        for number, why in enumerate(self.notes, start=1):
            self.say(f"[{number}] {why}")
        if self.notes:
            self.say()
        self.summary()
        if page is not None:
            self.say(f"report {page}", wrap=False)

    def chapter(self, chapter: Chapter) -> None:
        """A source: heads of the columns, its rows, and what was calibrated on it in one line."""
        self.say(chapter.source, "bold")
        shown = [entry for entry in chapter.entries if self.everything or entry.use == "validate"]
        if any(entry.reason is None for entry in shown):
            self.console.print(self.columns(heads=True))
        for entry in shown:
            self.entry(entry)
        if not self.everything:
            self.calibrated(chapter)
        self.say()

    def calibrated(self, chapter: Chapter) -> None:
        cells = chapter.cells("calibrate")
        if not cells:
            return
        errors = [(abs(cell.error), cell.id) for cell in cells if cell.error is not None]
        rows, recomputed = len({cell.row for cell in cells}), sum(cell.predicted is not None for cell in cells)
        line = f"to calibrate: {_many(len(cells), 'number')} in {_many(rows, 'row')}, {recomputed} recomputed"
        if errors:
            worst, where = max(errors)
            line += f", largest error {words.share(worst)}" + (f" ({where})" if round(100 * worst) else "")
        self.say(line, "dim")

    def entry(self, entry: Entry) -> None:
        """A row: what was measured, then its numbers; a row without a prediction is one line."""
        aside = [str(entry.measurement.evidence)] if entry.measurement.evidence != "seen-primary" else []
        aside += [entry.use] if self.everything else []
        head = f"{entry.id}  {entry.title}" + (f", {', '.join(aside)}" if aside else "")
        if (why := entry.reason) is not None:
            self.say(f"{head}: {_many(len(entry.cells), 'number')}, not predicted [{self.note(why)}]", "dim")
            return
        self.say(head, "cyan")
        table = self.columns()
        for cell in entry.cells:
            why = reason(cell)
            mark = f" [{self.note(why)}]" if why else " *" if cell.fitted and cell.predicted is not None else ""
            style = "green" if cell.error is not None and abs(cell.error) <= words.CLOSE else ""
            shown = [words.published(cell), words.predicted(cell), words.error(cell)]
            table.add_row(
                self.text(f"  {cell.key}"),
                self.text(shown[0]),
                self.text(shown[1], "dim" if cell.predicted is None else ""),
                self.text(shown[2], style),
                self.text(mark.ljust(6)),
            )
        self.console.print(table)

    def columns(self, heads: bool = False) -> Table:
        first = max(self.console.width - sum(COLUMNS.values()), 8)
        return self.table(first, list(COLUMNS.values()), list(COLUMNS) if heads else None)

    def note(self, why: str) -> int:
        return self.notes.setdefault(why, len(self.notes) + 1)

    def summary(self) -> None:
        """Headline numbers of both uses, and what the words mean."""
        table = self.table(len("to calibrate"), list(SUMMARY.values()), list(SUMMARY))
        for use in USES:
            found = of(self.cells, use)
            if found.cells:
                given = sum(cell.given for cell in self.cells if cell.measurement.use == use)
                texts = [str(found.cells), str(given), str(found.predicted), words.share(found.median_error)]
                texts += [words.share(found.p90_error), words.order(found)]
                table.add_row(self.text(f"to {use}"), *map(self.text, texts))
        if table.row_count:
            self.console.print(table)
            self.say()
        for sentence in self.meaning():
            self.say(sentence, "dim")

    def meaning(self) -> Iterator[str]:
        yield f"in order: {words.ORDER}."
        if whole := words.of_whole(of(self.cells, "validate")):
            yield whole
        yield f"predicted: {words.MEANING['predicted']}."
        if any(cell.given for cell in self.cells):
            yield f"given: {words.MEANING['given']}."
        if any(cell.measurement.evidence == "recalled" for cell in self.cells):
            yield f"recalled: {words.EVIDENCE['recalled'].removeprefix('recalled, ')}."
        if self.everything and any(cell.fitted for cell in self.cells):
            yield f"*: {words.MEANING['fitted']}."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
