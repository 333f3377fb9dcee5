"""What can go wrong, in the words a user reads: file, line, column, path, what is wrong and the cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: a file with line and column (both from 1), or a named origin such as `--set`."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file, self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input; prints as `file:line:column path: message`."""

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        path = f" {self.path}:" if self.path else ""
        colon = "" if path else ":"
        return f"{self.place}{colon}{path} {self.message}"

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: file order, then path."""
        return (self.place.file, self.place.line or 0, self.place.column or 0, self.path, self.message)


class InputError(Exception):
    """The input is wrong. Carries every problem found, in file order; the command line exits with 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.order)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def at(cls, place: Place, message: str, path: str = "") -> InputError:
        """One problem at one place."""
        return cls([Problem(place, path, message)])


class Unfinished(Exception):
    """The run could not be finished, and the message says why. What is done is kept; the command line exits with 1."""


class Refused(Exception):
    """This variant cannot be built, and the message says why; a cell in the comparison, not a crash."""


def dotted(path: Iterable[str | int]) -> str:
    """A path as people read it: hosts.esx1.cores; an item of a list as expect[0]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def suggest(word: str, known: Iterable[str]) -> str:
    """The question `; did you mean 'x'?` for the nearest known word, or the known words when few, or nothing."""
    known = sorted(set(known))
    lowered = {name.lower(): name for name in reversed(known)}
    near = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{lowered[near[0]]}'?"
    if 0 < len(known) <= 12:
        return f"; known: {', '.join(known)}"
    return ""
