"""Workbooks are read by names of columns, and what would take too much is refused before a library opens it."""

from __future__ import annotations

import struct
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.records.books import MAIN, book, handmade
from vinfra.errors import InputError
from vinfra.planning.records.tables import archive, scan, workbook

WANTED = {"vInfo": {"VM": ("VM",), "CPUs": ("CPUs",), "Provisioned": ("Provisioned MiB",)}}
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        workbook.tables(path, WANTED)
    assert len(caught.value.problems) == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_columns_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    rows = [
        ["my attribute", " cpus ", "VM", "Provisioned MB"],
        ["red", 2, "web", 1024],
        ["", "", "", ""],
        ["", 4, "=1+1", "2,048"],
    ]
    [table], notes = workbook.tables(book(tmp_path / "a.xlsx", {"VINFO": rows, "mine": [["x"]]}), WANTED)
    assert table.texts("VM") == ["web", "=1+1"]
    assert table.numbers("CPUs") == [2.0, 4.0]
    assert table.numbers("Provisioned") == [1024.0, 2048.0]
    assert (table.rows, table.blank, table.unknown) == (2, 1, 1)
    assert notes == ["sheets that are not used: 1"]


def test_a_title_above_the_header_is_skipped(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"vInfo": [["Export of Monday"], ["VM", "CPUs"], ["web", 1]]})
    [table], _ = workbook.tables(path, WANTED)
    assert table.texts("VM") == ["web"]
    assert table.blank == 1


def test_a_header_that_is_there_twice_is_read_where_values_are_and_said(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"vInfo": [["CPUs", "VM", "CPUs"], ["", "web", 8]]})
    [table], _ = workbook.tables(path, WANTED)
    assert table.numbers("CPUs") == [8.0]
    path = book(tmp_path / "b.xlsx", {"vInfo": [["CPUs", "VM", "CPUs"], [2, "web", 8]]})
    [table], _ = workbook.tables(path, WANTED)
    assert table.numbers("CPUs") == [2.0]
    assert any("several columns are called 'CPUs'" in remark for remark in table.remarks())


def test_dates_are_dates(tmp_path: Path) -> None:
    wanted = {"vInfo": {"VM": ("VM",), "at": ("Creation date",)}}
    path = book(tmp_path / "a.xlsx", {"vInfo": [["VM", "Creation date"], ["a", datetime(2025, 5, 5, 16, 11, 49)]]})
    [table], _ = workbook.tables(path, wanted)
    assert table.moments("at") == [datetime(2025, 5, 5, 16, 11, 49)]


def test_formulas_are_read_as_their_value_and_said(tmp_path: Path) -> None:
    sheet = HEADER + '<row r="2"><c r="A2"><f>HYPERLINK("http://x")</f><v>7</v></c></row>'
    [table], notes = workbook.tables(handmade(tmp_path / "a.xlsx", sheet), WANTED)
    assert table.texts("VM") == ["7"]
    assert notes == ["formulas are read as the values they had when the workbook was saved: 1"]


@pytest.mark.parametrize(
    ("member", "note"),
    [
        ("xl/vbaProject.bin", "macros are ignored"),
        ("xl/externalLinks/externalLink1.xml", "links to other workbooks are ignored"),
        ("xl/embeddings/inner.xlsx", "embedded objects are ignored"),
    ],
)
def test_macros_links_and_objects_are_ignored_and_said(tmp_path: Path, member: str, note: str) -> None:
    _, notes = workbook.tables(handmade(tmp_path / "a.xlsm", HEADER, extra={member: b"PK\3\4x"}), WANTED)
    assert notes == [note]


def test_two_cells_far_apart_are_refused_before_they_become_a_rectangle(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="SR1048576"><v>1</v></c></row>'
    assert "cells" in refused(handmade(tmp_path / "a.xlsx", HEADER + far))
    wide = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    assert "16,384 columns" in refused(handmade(tmp_path / "b.xlsx", HEADER + wide))
    assert "columns" in refused(
        handmade(tmp_path / "c.xlsx", HEADER + '<row r="2"><c r="AAAAAAAA2"><v>1</v></c></row>')
    )
    assert "rows" in refused(
        handmade(tmp_path / "d.xlsx", HEADER + '<row r="2"><c r="A999999999999"><v>1</v></c></row>')
    )


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    def letters(number: int) -> str:
        name = ""
        while number:
            number, rest = divmod(number - 1, 26)
            name = chr(65 + rest) + name
        return name

    cells = "".join(f'<c r="{letters(number)}1"><v>1</v></c>' for number in range(1, 1_000_001))
    assert "1,000,000 columns" in refused(handmade(tmp_path / "a.xlsx", f'<row r="1">{cells}</row>'))


def test_blank_cells_that_carry_a_format_cost_nothing(tmp_path: Path) -> None:
    blank = '<row r="1048576"><c r="CV1048576" s="1"/><c r="CW1048576" s="1"></c></row>'
    [table], _ = workbook.tables(handmade(tmp_path / "a.xlsx", HEADER + blank), WANTED)
    assert table.rows == 0


@pytest.mark.parametrize(
    "cell",
    [
        "<c><v>1</v></c>",  # no address: a library counts on from the last
        "<c r='XFD9'><v>1</v></c>",
        '<c r = "XFD9"><v>1</v></c>',
        '<c\nr\n=\n"XFD9"><v>1</v></c>',
        '<x:c xmlns:x="y" r="B9"><v>1</v></x:c>',
        '<c t="inlineStr"><is><t> r="A1" r="A2"</t></is></c>',
    ],
)
def test_what_no_spreadsheet_program_writes_is_refused(tmp_path: Path, cell: str) -> None:
    message = refused(handmade(tmp_path / "a.xlsx", f'{HEADER}<row r="2">{cell}</row>'))
    assert "open it in a spreadsheet program and save it" in message


def test_a_cell_is_seen_wherever_the_decompressor_cuts(tmp_path: Path) -> None:
    for padding in range(archive.CHUNK - 700, archive.CHUNK - 400, 7):
        sheet = f'{HEADER}<!--{"-" * 0}{"x" * padding}--><row r="2"><c r="AB77" t="s"><v>0</v></c></row>'
        path = handmade(tmp_path / "a.xlsx", sheet)
        found = scan.seen(archive.opened(path), "xl/worksheets/sheet1.xml")
        assert (found.last_column, found.last_row, found.cells, found.addresses, found.shared) == (28, 77, 2, 2, 2)
        assert not found.odd


def test_one_long_text_in_many_cells_is_refused(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(1, 8_001))
    shared = f"<si><t>VM</t></si><si><t>{'x' * 100_000}</t></si>"
    assert "of text" in refused(handmade(tmp_path / "a.xlsx", cells, shared))
    few = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 8_001))
    [table], _ = workbook.tables(handmade(tmp_path / "b.xlsx", few, shared), WANTED)
    assert table.rows == 7_999


def test_a_zip_bomb_is_refused_by_what_the_archive_says(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", HEADER, extra={"xl/media/zeros.bin": b"\0" * (64 << 20)})
    assert "zip bomb" in refused(path)


def test_an_archive_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = handmade(tmp_path / "a.xlsx", HEADER + " " * 100_000)
    data = bytearray(path.read_bytes())
    size = len(f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}</sheetData></worksheet>') + 100_000
    told = struct.pack("<I", size)
    assert told in data
    path.write_bytes(bytes(data).replace(told, struct.pack("<I", 50)))
    assert "more than the archive says" in refused(path)


def test_too_many_sheets_and_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", {f"s{number}": [["x"]] for number in range(5)})
    monkeypatch.setattr(workbook, "MOST_SHEETS", 4)
    assert "5 sheets" in refused(path)
    monkeypatch.setattr(archive, "MOST_MEMBERS", 4)
    assert "parts" in refused(path)


def test_files_that_are_no_xlsx_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(archive.COMPOUND + b"\0" * 600)
    assert "old .xls" in refused(path)
    path.write_bytes(archive.COMPOUND + "EncryptedPackage".encode("utf-16-le"))
    assert "password" in refused(path)
    for member, said in [("xl/workbook.bin", ".xlsb"), ("content.xml", "OpenDocument"), ("in.xlsx", "unpack it")]:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr(member, b"x")
        assert said in refused(path)
    assert "no ordinary file" in refused(tmp_path)
    assert "cannot be read" in refused(tmp_path / "none.xlsx")


def test_without_the_library_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    assert "pip install 'vinfra[planning]'" in refused(book(tmp_path / "a.xlsx", {"vInfo": [["VM"]]}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6))
def test_a_damaged_workbook_is_an_input_error_or_read(
    tmp_path: Path, cut: float, flips: list[tuple[float, int]]
) -> None:
    path = book(tmp_path / "a.xlsx", {"vInfo": [["VM", "CPUs"], ["web", 1], ["db", 2]]})
    data = bytearray(path.read_bytes())
    for where, value in flips:
        data[int(where * (len(data) - 1))] = value
    path.write_bytes(data[: int(cut * len(data))] if not flips else data)
    try:
        workbook.tables(path, WANTED)
    except InputError as wrong:
        assert "\n" not in str(wrong)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_sheet_is_an_input_error_or_read(tmp_path: Path, data: bytes) -> None:
    path = handmade(tmp_path / "a.xlsx", HEADER, extra={"xl/worksheets/sheet2.xml": data})
    try:
        workbook.tables(path, WANTED)
    except InputError as wrong:
        assert "\n" not in str(wrong)
