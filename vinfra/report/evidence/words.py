"""What the marks and the numbers of the evidence mean, in sentences, and numbers as they are printed."""

from __future__ import annotations

from vinfra.evidence.comparison import Cell, Summary
from vinfra.report import numbers

MEANING = {
    "predicted": "computed by the models that scenarios use; rows to validate give no constant to any of them",
    "given": "an input of the experiment, such as the native run; it is no prediction and counts nowhere",
    "fitted": "the models take constants from this row, so that it comes out is arithmetic and no merit",
}
EVIDENCE = {
    "seen-primary": "read in the source",
    "seen-secondary": "read where the source is quoted",
    "recalled": "recalled, not yet checked against the source",
}
ORDER = "pairs of platforms of one row that stand in the published order, where it has one"
CLOSE, FAR = 0.2, 0.5  # errors that are called small and large: colours on the page, nothing else


def published(cell: Cell) -> str:
    """The number as it was published, a range or a bound with words."""
    return f"{cell.published.middle:,.10g}" if cell.published.plain else str(cell.published)


def predicted(cell: Cell) -> str:
    """The prediction with four digits, or what stands in its place."""
    if cell.predicted is not None:
        return f"{float(f'{cell.predicted:.4g}') + 0.0:,.10g}"
    return "given" if cell.given else numbers.MISSING


def error(cell: Cell) -> str:
    """The signed error in percent; of a bound whether it is kept; nothing where there is none."""
    if cell.kept is not None:
        return "kept" if cell.kept else "not kept"
    return "" if cell.error is None else signed(cell.error)


def signed(fraction: float) -> str:
    """A fraction in percent with its sign: +6 %, -0.3 %."""
    percent = 100 * fraction
    text = f"{percent:+.1f}" if abs(percent) < 9.95 else f"{percent:+,.0f}"
    return f"{'0' if float(text.replace(',', '')) == 0 else text} %"


def share(fraction: float | None) -> str:
    """A fraction in percent without a sign; a dash where there is none."""
    if fraction is None:
        return numbers.MISSING
    return f"{100 * fraction:.1f} %" if 0 < fraction < 0.0995 else f"{100 * fraction:.0f} %"


def order(summary: Summary) -> str:
    """How many pairs of platforms are in the published order: 67 of 68."""
    if summary.ordered is None:
        return numbers.MISSING
    return f"{round(summary.ordered * summary.pairs)} of {summary.pairs}"


def of_whole(summary: Summary) -> str | None:
    """The errors of what differs, where some rows give differences; None where it is nothing new."""
    same = (summary.median_error, summary.p90_error) == (summary.median_error_of_whole, summary.p90_error_of_whole)
    if same or summary.median_error_of_whole is None:
        return None
    return (
        "Some rows say by how many percent a time or throughput differs; 2 % predicted for 4 % counts as an error of "
        f"50 % above. Of the times and throughputs themselves the median error is "
        f"{share(summary.median_error_of_whole)}, and nine in ten are within {share(summary.p90_error_of_whole)}."
    )
