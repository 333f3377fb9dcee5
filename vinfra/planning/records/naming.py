"""Names of machines: made unlike where a record has two alike, and found again where another record writes them
otherwise (`WEB-01`, `web-01.example.com`, `web-01.csv`)."""

from __future__ import annotations

from collections.abc import Iterable


def unlike(names: Iterable[str]) -> tuple[list[str], int]:
    """Names of which no two are alike: the second `web` is `web (2)`; and how many were numbered."""
    wanted = list(names)
    taken, count, numbers = set(wanted), 0, dict[str, int]()
    given: list[str] = []
    seen: set[str] = set()
    for name in wanted:
        if name in seen:
            number = numbers.get(name, 2)
            while f"{name} ({number})" in taken:
                number += 1
            numbers[name] = number + 1
            count += 1
            name = f"{name} ({number})"
            taken.add(name)
        seen.add(name)
        given.append(name)
    return given, count


class Known:
    """Names one looks for: as they are written, then in any case, then without domain, where only one fits."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact: dict[str, int] = {}
        self._cased: dict[str, list[int]] = {}
        self._short: dict[str, list[int]] = {}
        for at, name in enumerate(names):
            self._exact.setdefault(name, at)
            self._cased.setdefault(name.casefold(), []).append(at)
            self._short.setdefault(short(name), []).append(at)

    def find(self, name: str) -> int | None:
        """Position of the name that is meant; None where none is, or two could be."""
        if name in self._exact:
            return self._exact[name]
        for table, key in ((self._cased, name.casefold()), (self._short, short(name))):
            if found := table.get(key):
                return found[0] if len(found) == 1 else None
        return None


def short(name: str) -> str:
    """A host name without its domain, in lower case; an address stays whole."""
    first, _, rest = name.casefold().partition(".")
    return name.casefold() if not first or (first.isdigit() and rest[:1].isdigit()) else first
