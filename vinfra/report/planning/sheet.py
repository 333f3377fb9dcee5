"""One sheet of the workbook: columns that say what they hold and in which unit, and rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "whole", "number", "money", "part", "day", "moment"]
Row = Sequence[Any]


class Column(NamedTuple):
    """A head with its unit, what its cells are, and how wide it is (characters)."""

    head: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; the first `fixed` columns stay where they are when one scrolls."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    fixed: int = 1
