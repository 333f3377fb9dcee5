"""Names of machines: made unlike where a record has two alike, and found again where another record writes them
otherwise (`WEB-01`, `web-01.example.com`, `web-01.csv`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def unlike(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names with a number at the second of those that are alike, and which these are."""
    taken, count = set(names), Counter[str]()
    found, alike = [], []
    for name in names:
        count[name] += 1
        new = name
        while count[name] > 1 and new in taken:
            new = f"{name} ({count[name]})"
            count[name] += new in taken
        if new != name:
            alike.append(name)
            taken.add(new)
        found.append(new)
    return found, alike


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
