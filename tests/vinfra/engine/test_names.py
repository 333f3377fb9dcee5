"""Names that are made when somebody asks for them are those that were written down before."""

from __future__ import annotations

import numpy as np

from vinfra.engine.names import ALONE, CHUNK, Labels, Names


def test_names_are_group_and_number_or_the_group_alone() -> None:
    groups = Labels(["db", "web"], np.array([1, 0, 1]))
    names = Names(groups, np.array([2, ALONE, 1]))
    assert [*names] == ["web-2", "db", "web-1"]
    assert [names[index] for index in range(3)] == [*names]
    assert [*groups] == ["web", "db", "web"]
    assert names[-1] == "web-1" and "web-3" not in names


def test_names_and_labels_may_be_cut_and_put_in_another_order() -> None:
    names = Names.numbered("vm", 5)
    assert [*names[1:3]] == ["vm-2", "vm-3"]
    assert [*names.taken(np.array([4, 0]))] == ["vm-5", "vm-1"]
    assert [*Labels(["a", None], np.array([0, 1, 0]))[1:]] == [None, "a"]


def test_names_of_more_than_one_chunk_come_in_order() -> None:
    count = 2 * CHUNK + 3
    names = Names.numbered("vm", count)
    assert len([*names]) == count == len(names)
    assert [*names][CHUNK - 1 : CHUNK + 1] == [f"vm-{CHUNK}", f"vm-{CHUNK + 1}"]
