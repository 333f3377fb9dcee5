from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.vinfra.report import samples
from vinfra.report import table


def test_every_metric_variant_and_claim_is_there() -> None:
    run = samples.day()
    text = table.text(run, Path("results/planetlab-day/3b3b3b3b/report.html"))
    for words in ("Energy (kWh)", "CPU ready (%)", "npa", "dvfs", "2,246", "pass  energy: npa > dvfs (2246.4 >"):
        assert words in text
    assert f"digest {run.digest}\n" in text
    assert "report results/planetlab-day/3b3b3b3b/report.html\n" in text


def test_best_is_marked_without_colour() -> None:
    energy = next(line for line in table.text(samples.day()).splitlines() if line.startswith("Energy"))
    assert energy.endswith("1,662*")
    assert energy.count("*") == 1


def test_a_sweep_has_ratios_footnotes_failures_and_a_failing_claim() -> None:
    text = table.text(samples.sweep(), width=100)
    assert "workload = pointer-chase" in text
    assert "0.785x" in text.replace("\u00d7", "x")
    assert "refused [1]" in text
    assert "[1] refused: nested-large: processor opteron-248 has no nested paging" in text
    assert "1 of 36 points failed" in text
    assert "FAIL  throughput: shadow > nested" in text
    assert "a TLB miss walks two tables" in text
    assert "means over 3 replications" in text


@pytest.mark.parametrize("variants", [2, 12, 40])
def test_no_line_is_wider_than_80_columns_but_the_digest(variants: int) -> None:
    lines = table.text(samples.day(variants), width=80).splitlines()
    assert max(len(line) for line in lines) <= 80
    heads = [name for line in lines for name in line.split() if name.startswith("policy-")]
    assert len(heads) == variants - 2


def test_a_sweep_of_one_metric_is_one_table_with_a_line_for_each_row() -> None:
    lines = table.text(samples.counts()).splitlines()
    assert sum(line.startswith("count = ") for line in lines) == 8


def test_a_long_sweep_is_cut_and_says_where_the_rest_is() -> None:
    run = samples.sweep()
    run.points = [
        type(point)(point.variant, {"vms.guest.count": count}, 0, dict(point.metrics))
        for count in range(100)
        for point in run.points[:3]
    ]
    text = table.text(run)
    assert text.count("count = ") <= table.ROWS
    assert "88 more rows of the sweep are in summary.csv" in text


def test_the_best_row_of_a_sweep_is_told_in_a_line_for_each_metric() -> None:
    lines = table.text(samples.drawn(64), width=200).splitlines()
    told = [line for line in lines if line.startswith("best ")]
    assert [line.partition(":")[0] for line in told] == ["best CPU ready (%)", "best energy (kWh)"]
    assert " at v0, count = 1" in told[1] and "told apart" in told[1]
    assert "best " not in table.text(samples.sweep())


def test_notes_that_differ_from_row_to_row_are_not_all_told() -> None:
    run = samples.counts()
    for number, point in enumerate(run.points):
        point.notes = [f"{number} VMs without a host"]
    text = table.text(run)
    assert text.count("note: ") == table.NOTES
    assert f"{len(run.points) - table.NOTES} more notes are in the report" in text


def test_plain_output_has_no_escape_codes_even_from_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in table.text(samples.hostile())
    assert "\x1b" not in table.text(samples.sweep())


def test_markup_in_names_stays_text() -> None:
    run = samples.alone()
    run.scenario = "[bold]x[/bold] :smile:"
    assert "[bold]x[/bold] :smile:" in table.text(run)


@pytest.mark.parametrize("make", [samples.day, samples.sweep, samples.alone, samples.hostile])
def test_an_output_that_carries_only_ascii_gets_ascii(make: object) -> None:
    assert callable(make)
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    run = make()
    run.question = "Größer als 1 µs?"
    table.show(run, Path("r.html"), out, 80)
    out.seek(0)
    assert "Gr??er als 1 ?s?" in out.read()


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    table.show(samples.day(), None, out, 80)
    assert "\x1b[" in out.getvalue()
