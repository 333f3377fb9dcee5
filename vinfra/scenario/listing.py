"""`vinfra list` on a terminal: one entry after another, as wide as the window; on a pipe, one line each.

Names and columns are aligned. What an entry offers stands behind them where there is room, else on lines of its own
below, set in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from vinfra.scenario.catalog import Entry

GAP = "  "
BELOW = " " * 4
ROOM = 40  # characters; in a narrower column details would be one word a line


def lines(entries: Sequence[Entry], width: int | None = None) -> list[str]:
    """Lines no longer than `width` characters; as long as they are when it is None."""
    if not entries:
        return []
    rows = [(entry.name, entry.title, *entry.columns.values()) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if not entries[0].columns:
        return [line for entry in entries for line in _plain(entry, widths[0], width)]
    if width is not None and len(GAP.join(" " * one for one in widths)) > width:
        del widths[1]  # the name says what the title says, and is what a scenario needs
        rows = [(row[0], *row[2:]) for row in rows]
    heads = [GAP.join(_cell(text, one) for text, one in zip(row, widths, strict=True)) for row in rows]
    return [line for head, entry in zip(heads, entries, strict=True) for line in _beside(head, entry, width)]


def _cell(text: str, width: int) -> str:
    """Numbers to the right, words to the left."""
    return text.rjust(width) if text[:1].isdigit() else text.ljust(width)


def _beside(head: str, entry: Entry, width: int | None) -> Iterator[str]:
    """Details behind the columns where there is room, else below."""
    details = ", ".join(entry.details)
    if width is None:
        yield f"{head}{GAP}{details}".rstrip()
        return
    if width - len(head) - len(GAP) < ROOM:
        yield head.rstrip()
        yield from _wrapped(details, BELOW, BELOW, width)
        return
    yield from _wrapped(details, head + GAP, " " * len(head + GAP), width) or [head.rstrip()]


def _plain(entry: Entry, name: int, width: int | None) -> Iterator[str]:
    """An entry without columns: its title, and below it what it offers."""
    head = entry.name.ljust(name) + GAP
    if width is None:
        yield f"{head}{entry.title}" + (f"{GAP}[{'; '.join(entry.details)}]" if entry.details else "")
        return
    yield from _wrapped(entry.title, head, " " * len(head), width)
    for detail in entry.details:
        yield from _wrapped(detail, BELOW, BELOW + GAP, width)


def _wrapped(text: str, first: str, others: str, width: int) -> list[str]:
    """A text in lines, cut between words and never inside one."""
    return textwrap.wrap(
        text,
        max(width, len(first) + ROOM // 2),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
