"""Labels and names of many entities as arrays: a text is made when somebody asks for it, not kept for each.

Entity i of a group is called by the group and its number there, `web-17`, or by the group alone where it is the only
one. So a million VMs take 12 bytes each instead of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Label = TypeVar("Label", covariant=True)
ALONE = 0  # the number of an entity that is the only one of its group
CHUNK = 1 << 14  # entities whose numbers are Python objects at a time


class Labels(Sequence[Label], Generic[Label]):
    """One of a few `values` for each of many entities; `code` says which, shape (entities,)."""

    def __init__(self, values: Sequence[Label], code: NDArray[np.integer]) -> None:
        self.values = values
        self.code = code

    def __len__(self) -> int:
        return len(self.code)

    @overload
    def __getitem__(self, index: int) -> Label: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Label]: ...

    def __getitem__(self, index: int | slice) -> Label | Sequence[Label]:
        if isinstance(index, slice):
            return Labels(self.values, self.code[index])
        return self.values[int(self.code[index])]

    def __iter__(self) -> Iterator[Label]:
        values = self.values
        for start in range(0, len(self.code), CHUNK):
            yield from [values[code] for code in self.code[start : start + CHUNK].tolist()]

    def taken(self, entities: NDArray[np.integer]) -> Labels[Label]:
        """The labels of these entities, in their order."""
        return Labels(self.values, self.code[entities])


class Names(Sequence[str]):
    """Names of entities by their groups and numbers, the number `ALONE` where nobody else is in the group."""

    def __init__(self, groups: Labels[str], number: NDArray[np.integer]) -> None:
        self.groups = groups
        self.number = number

    @classmethod
    def numbered(cls, group: str, count: int) -> Names:
        """The names of `count` entities of one group, from number 1, also where it is the only one."""
        return cls(Labels([group], np.zeros(count, dtype=np.int32)), np.arange(1, count + 1, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.number)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            groups = self.groups
            return Names(Labels(groups.values, groups.code[index]), self.number[index])
        group, number = self.groups[index], int(self.number[index])
        return group if number == ALONE else f"{group}-{number}"

    def __iter__(self) -> Iterator[str]:
        values = self.groups.values
        for start in range(0, len(self.number), CHUNK):
            codes = self.groups.code[start : start + CHUNK].tolist()
            numbers = self.number[start : start + CHUNK].tolist()
            for code, number in zip(codes, numbers, strict=True):
                yield values[code] if number == ALONE else f"{values[code]}-{number}"

    def taken(self, entities: NDArray[np.integer]) -> Names:
        """The names of these entities, in their order."""
        return Names(self.groups.taken(entities), self.number[entities])
