"""What is printed on: a terminal with its colours, or a pipe or file as plain text.

Where the encoding has no dash or times sign, ASCII stands in. Control characters never pass.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from vinfra.report import numbers

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

ASCII = str.maketrans(
    {numbers.MISSING: "-", "\u2014": "-", numbers.TIMES: "x", "\u00b1": "+-", "\u2026": "...", "\u2019": "'"}
)


class Paper:
    """One output, `width` columns wide (the terminal's own; 80 where there is none)."""

    def __init__(self, file: TextIO | None = None, width: int | None = None) -> None:
        out = file or sys.stdout
        self.encoding: str = getattr(out, "encoding", None) or "utf-8"
        self.ascii = not self.encoding.lower().replace("_", "-").startswith(("utf-8", "utf8", "utf-16", "utf-32"))
        self.console = _console(out, width)

    def plain(self, words: str) -> str:
        """Text that this output can carry: no control characters, and ASCII where it must be."""
        words = "".join(char if char.isprintable() else " " for char in words)
        if not self.ascii:
            return words
        return words.translate(ASCII).encode(self.encoding, "replace").decode(self.encoding)

    def say(self, words: str = "", style: str = "", wrap: bool = True) -> None:
        """A paragraph; without `wrap` one line however long it is, so that it can be copied."""
        self.console.print(self.text(words, style), soft_wrap=not wrap)

    def text(self, words: str, style: str = "") -> Text:
        """Words as they are, with a style and without markup."""
        from rich.text import Text

        return Text(self.plain(words), style)

    def table(self, first: int, widths: Sequence[int], heads: Sequence[str] | None) -> Table:
        """A table whose first column, `first` wide, is text and whose others are numbers; a rule under its heads."""
        from rich.box import Box
        from rich.table import Table

        rule = "-" if self.ascii else "─"
        head = Box(f"    \n    \n {rule}{rule} \n    \n    \n    \n    \n    \n", ascii=self.ascii)
        shown = heads is not None
        table = Table(box=head, show_edge=False, show_header=shown, padding=0, pad_edge=False, header_style="bold")
        table.add_column("", width=first, overflow="fold")
        for name, width in zip(heads or [""] * len(widths), widths, strict=True):
            table.add_column(self.text(name), width=width, justify="right", overflow="fold")
        return table


def _console(out: TextIO, width: int | None) -> Console:
    from rich.console import Console

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
    return console


def _reader_is_gone() -> None:
    """Rich would end the process with a failure; `vinfra run FILE | head` is none."""
    raise BrokenPipeError
