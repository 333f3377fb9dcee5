"""csv files in the delimiters, encodings and number signs that people have."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.records.tables import delimited

WANTED = {"VM": ("VM",), "CPUs": ("CPUs",), "MiB": ("In Use MiB",), "Note": ("Annotation",)}
TEXT = 'VM;CPUs;In Use MB;Annotation\nweb;2;"1.024,5";"two\nlines; é"\n\ndb;4;2048;\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.replace("\n", ending).encode(encoding))
    table = delimited.table(path, "vInfo", WANTED)
    assert table.texts("VM") == ["web", "db"]
    assert table.numbers("MiB") == [1024.5, 2048.0]
    assert table.texts("Note")[0] == f"two{ending}lines; é"
    assert table.rows == 2


def test_tabs_and_the_line_that_names_the_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nVM;CPUs\nweb;2\n")
    assert delimited.table(path, "vInfo", WANTED).numbers("CPUs") == [2.0]
    path.write_text("VM\tCPUs\nweb\t2\n")
    assert delimited.table(path, "vInfo", WANTED).numbers("CPUs") == [2.0]


def test_too_many_columns_or_rows_name_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("VM,CPUs\n" + "x," * 600 + "\n")
    with pytest.raises(InputError, match=r"a\.csv:2: has 601 columns"):
        delimited.table(path, "vInfo", WANTED)
    monkeypatch.setattr(delimited, "MOST_ROWS", 3)
    path.write_text("VM,CPUs\n" + "x,1\n" * 9)
    with pytest.raises(InputError, match="more than 3 rows"):
        delimited.table(path, "vInfo", WANTED)


def test_a_field_that_never_ends_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('VM,CPUs\n"' + "x" * 200_000)
    with pytest.raises(InputError, match=r"a\.csv:\d: is no row of a table"):
        delimited.table(path, "vInfo", WANTED)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_an_input_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    try:
        table = delimited.table(path, "vInfo", WANTED)
    except InputError:
        return
    for column in WANTED:
        assert len(table.numbers(column)) == len(table.truths(column)) == len(table.moments(column)) == table.rows
