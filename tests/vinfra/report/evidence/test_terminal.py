from __future__ import annotations

import io

import pytest

from tests.vinfra.report.evidence import samples
from vinfra.report.evidence import terminal, words


def lines(everything: bool = False, width: int = 80) -> list[str]:
    return terminal.text(samples.every(), everything, width).splitlines()


def line(begins: str, everything: bool = False) -> str:
    (found,) = [found for found in lines(everything) if found.strip().startswith(begins)]
    return " ".join(found.split())


def test_a_number_stands_beside_its_prediction_and_its_error() -> None:
    assert line("sw_vmm") == "sw_vmm 36.9 47.67 +29 %"
    assert line("hw_vmm") == "hw_vmm 106.4 100.6 -5.5 %"


def test_what_is_given_is_called_given() -> None:
    assert line("native") == "native 6 given"


def test_ranges_and_bounds_are_told_in_words() -> None:
    assert line("late") == "late 6 to 8 7 0 %"
    assert line("most") == "most below 1 0.25 kept"


def test_what_is_not_predicted_has_a_footnote_with_the_reason() -> None:
    assert line("rest") == "rest 8 \u2013 [1]"
    assert line("[1]") == "[1] nobody says on what"
    assert line("XEN03.12") == "XEN03.12 build: elapsed (s): 2 numbers, not predicted [2]"
    assert line("[2]") == "[2] no technique does it"


def test_rows_to_calibrate_are_one_line_for_each_source_until_one_is_asked_for() -> None:
    text = "\n".join(lines())
    assert "to calibrate: 2 numbers in 1 row, 2 recomputed, largest error 0 %" in text
    assert "to calibrate: 1 number in 1 row, 1 recomputed, largest error 60 % (XEN03.01/c)" in text
    assert "trap" not in text and "background" not in text
    assert line("trap", everything=True) == "trap 2,000 2,000 0 % *"
    assert "background: it is not predicted" in "\n".join(lines(everything=True))


def test_both_uses_are_summed_up_apart() -> None:
    validate = next(found for found in lines() if found.startswith("to validate"))
    assert validate.split() == ["to", "validate", "9", "1", "5", "17", "%", "149", "%", "\u2013"]
    calibrate = [found for found in lines() if found.startswith("to calibrate ")][-1]
    assert calibrate.split()[2:5] == ["3", "0", "3"]


def test_the_words_are_explained_where_they_occur() -> None:
    text = " ".join(" ".join(lines()).split())
    for sentence in (
        "predicted: computed by the models",
        "given: an input of the experiment",
        "recalled: not yet checked",
    ):
        assert sentence in text
    assert "Of the times and throughputs themselves the median error is" in text
    assert "*: the models take" not in text
    assert "*: the models take" in " ".join(" ".join(lines(everything=True)).split())


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("everything", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, everything: bool) -> None:
    widest = max(len(found) for found in lines(everything, width))
    assert widest <= max(width, 80)


def test_the_whole_evidence_fits_80_columns() -> None:
    assert max(len(found) for found in lines()) <= 80


def test_an_output_that_carries_only_ascii_gets_ascii() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.show(samples.every(), True, None, out, 80)
    out.seek(0)
    assert "rest" in out.read()


def test_plain_output_has_no_escape_codes_even_from_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in terminal.text(samples.hostile(), True)


@pytest.mark.parametrize(("fraction", "said"), [
    (0.0, "0 %"), (0.0001, "0 %"), (-0.0004, "0 %"), (0.0031, "+0.3 %"), (-0.0552, "-5.5 %"), (0.0994, "+9.9 %"),
    (0.0996, "+10 %"), (-0.12, "-12 %"), (4.67, "+467 %"), (12.0, "+1,200 %"),
])  # fmt: skip
def test_errors_are_signed_and_no_finer_than_they_mean(fraction: float, said: str) -> None:
    assert words.signed(fraction) == said


@pytest.mark.parametrize(("fraction", "said"), [
    (None, "\u2013"), (0.0, "0 %"), (0.0731, "7.3 %"), (0.0996, "10 %"), (0.52, "52 %"), (1.4, "140 %"),
])  # fmt: skip
def test_shares_have_no_sign(fraction: float | None, said: str) -> None:
    assert words.share(fraction) == said
