"""What docs/inventories.md shows is checked here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vinfra.planning.recordings.recorded import recording_readers
from vinfra.planning.records.reader import readers
from vinfra.planning.records.server_columns import COLUMNS

PAGE = (Path(__file__).parents[2] / "docs" / "inventories.md").read_text()


def test_every_form_is_in_its_table() -> None:
    assert [name for name in (*readers.names(), *recording_readers.names()) if f"| `{name}` |" not in PAGE] == []


def test_every_name_of_a_column_is_listed() -> None:
    for column in COLUMNS:
        said = column.key.replace("_", " ")
        assert not column.names or f"| {said} | {column.names} |" in PAGE
        assert not column.bare or f"| {said}, with a unit | {column.bare} |" in PAGE


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", PAGE))))
def test_links_lead_somewhere(link: str) -> None:
    assert (Path(__file__).parents[2] / "docs" / link).exists()
