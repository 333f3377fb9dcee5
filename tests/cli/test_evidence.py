"""`vinfra evidence`: what is printed, what is written, and what is said of a row that nobody published."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.vinfra.report.evidence import samples
from vinfra.evidence import comparison
from vinfra.report import bundle

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_charts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script in the cache, so that no test waits for the real one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle.cache().parent.mkdir(parents=True)
    bundle.cache().write_text("window.vegaEmbed=()=>{};")


def test_a_row_is_printed_and_written(vinfra: Run) -> None:
    said = vinfra("evidence", "AA06.13")
    assert (said.code, said.err) == (0, "")
    assert "AA06.13" in said.out and "AA06.14" not in said.out and "given" in said.out
    report = Path("results/evidence/AA06.13/report.html")
    assert report.exists() and f"report {report}\n" in said.out


def test_a_source_is_asked_for_by_what_its_rows_begin_with(vinfra: Run) -> None:
    said = vinfra("evidence", "xen03")
    assert said.code == 0
    assert "XEN03.26" in said.out and "XEN03.01" in said.out and "AA06" not in said.out


def test_all_rows_are_one_page(vinfra: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "compare", lambda only: samples.every())
    said = vinfra("evidence")
    assert said.code == 0 and "to calibrate: 2 numbers" in said.out
    assert "report results/evidence/report.html\n" in said.out
    assert [str(path) for path in Path("results").rglob("*") if path.is_file()] == ["results/evidence/report.html"]


def test_json_is_one_document_and_nothing_is_written(vinfra: Run) -> None:
    said = vinfra("evidence", "AA06.13", "--json")
    document = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert [row["id"] for row in document["rows"]] == ["AA06.13/native", "AA06.13/sw_vmm", "AA06.13/hw_vmm"]
    assert document["rows"][0]["predicted"] is None and document["rows"][1]["predicted"] > 0
    assert document["summary"]["validate"]["cells"] == 3
    assert not Path("results").exists()


def test_out_is_where_it_says(vinfra: Run) -> None:
    assert vinfra("evidence", "AA06.13", "--out", "here").code == 0
    assert vinfra("evidence", "AA06.13", "--json", "--out", "there").code == 0
    assert Path("here/report.html").exists() and Path("there/report.html").exists()
    assert not Path("results").exists()


@pytest.mark.parametrize(("asked", "said"), [("AA06.3", "did you mean 'AA06.13'?"), ("42", "rows begin with AA06, ")])
def test_an_unknown_row_is_one_line_with_the_cure_and_exit_code_2(vinfra: Run, asked: str, said: str) -> None:
    found = vinfra("evidence", asked)
    assert (found.code, found.out) == (2, "")
    (line,) = found.err.splitlines()
    assert line.startswith(f"vinfra evidence: no published row '{asked}'") and said in line
    assert not Path("results").exists()


def test_a_folder_that_cannot_be_written_to_is_one_line_and_exit_code_2(vinfra: Run) -> None:
    found = vinfra("evidence", "AA06.13", "--out", "small.yaml/below")
    assert (found.code, found.out) == (2, "")
    assert "small.yaml/below: cannot be written to" in found.err and "give another --out" in found.err
