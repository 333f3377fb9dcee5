"""Prediction against publication: error of every number, median and 90th percentile, order of platforms.

    error = |predicted - published| / |published|

Where a row says by how many percent a time or a throughput differs, 2 % predicted for 4 % is an error of one half,
though the time itself is 2 % off: the error of (1 + x) is summed up beside it. A range counts by its middle. A bound
(less than, more than) is kept or not and has no error. The order of two platforms counts where the published numbers
differ by more than NOISE and at least one of the two was predicted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vinfra.errors import Refused, suggest
from vinfra.evidence.experiment import Experiment, Prediction, Row, Unpredicted, experiments
from vinfra.evidence.published import Measurement, Value, rows, value

NOISE = 0.02  # two runs of one benchmark differ by as much; a smaller difference is no order


@dataclass(frozen=True, slots=True)
class Cell:
    """One published number and what became of it. `predicted` is None where it is given or cannot be predicted."""

    row: str
    key: str
    source: str
    measurement: Measurement
    published: Value
    predicted: float | None
    given: bool
    fitted: bool
    note: str

    @property
    def id(self) -> str:
        """`AA06.13/sw_vmm`."""
        return f"{self.row}/{self.key}"

    @property
    def error(self) -> float | None:
        """Relative error, signed; None where there is none to speak of."""
        if self.predicted is None or self.published.bound or not self.published.middle:
            return None
        return (self.predicted - self.published.middle) / abs(self.published.middle)

    @property
    def kept(self) -> bool | None:
        """Whether the prediction keeps a published bound; None where there is no bound or no prediction."""
        if self.predicted is None or not self.published.bound:
            return None
        above = self.published.bound == "above"
        return self.predicted > self.published.low if above else self.predicted < self.published.low

    @property
    def error_of_whole(self) -> float | None:
        """The same of what differs, where the row gives a difference in percent; else the error."""
        if self.predicted is None or self.published.bound or not self.measurement.change:
            return self.error
        return (100 + self.predicted) / (100 + self.published.middle) - 1


@dataclass(frozen=True, slots=True)
class Summary:
    """How good the predictions of a set of rows are; None where there is nothing to say it from."""

    cells: int
    predicted: int
    median_error: float | None
    p90_error: float | None
    median_error_of_whole: float | None
    p90_error_of_whole: float | None
    pairs: int
    ordered: float | None


def compare(only: str | None = None) -> list[Cell]:
    """Every published number of the rows whose identity begins with `only`; Refused when there is none."""
    known = experiments()
    wanted = [identity for identity in rows() if only is None or identity == only or identity.startswith(f"{only}.")]
    if not wanted:
        near = suggest(str(only), [*rows(), *prefixes()]) or f"; rows begin with {', '.join(prefixes())}"
        raise Refused(f"no published row '{only}'{near}")
    return [cell for identity in wanted for cell in _cells(identity, known.get(identity))]


def prefixes() -> list[str]:
    """What identities of rows begin with, by source."""
    return sorted({identity.split(".")[0] for identity in rows()})


def _cells(identity: str, experiment: Experiment | None) -> Iterable[Cell]:
    measurement, source = rows()[identity]
    row = Row(identity, measurement)
    found: Mapping[str, Prediction] = experiment.repeat(row) if experiment else {}
    if unknown := sorted(set(found) - set(row.keys)):
        raise ValueError(f"{identity} has no number called {', '.join(unknown)}")
    for key in row.keys:
        published, prediction = value(measurement.values[key]), found.get(key)
        predicted, note = _outcome(prediction, experiment, measurement, key in row.taken)
        fitted = measurement.use == "calibrate" and experiment is not None and identity in experiment.fitted
        yield Cell(identity, key, source, measurement, published, predicted, key in row.taken, fitted, note)


def _outcome(
    prediction: Prediction | None, experiment: Experiment | None, measurement: Measurement, given: bool
) -> tuple[float | None, str]:
    """A number's prediction and the sentence that goes with it."""
    if isinstance(prediction, Unpredicted):
        return None, f"not predicted: {prediction.reason}"
    if prediction is not None and experiment is not None:
        return float(prediction), experiment.about
    if given:
        return None, "given: the run that defines the unit of work or its size"
    if measurement.use == "context":
        return None, "background: it is not predicted and counts nowhere"
    return None, "not predicted: no model of it"


def summarise(cells: Sequence[Cell]) -> Summary:
    """Median and 90th percentile of the absolute errors of these cells, and the share of pairs in the right order."""
    errors = [abs(cell.error) for cell in cells if cell.error is not None]
    wholes = [abs(cell.error_of_whole) for cell in cells if cell.error_of_whole is not None]
    order = [right for _, group in itertools.groupby(cells, lambda cell: cell.row) for right in _pairs(list(group))]
    return Summary(
        cells=len(cells),
        predicted=sum(cell.predicted is not None for cell in cells),
        median_error=float(np.median(errors)) if errors else None,
        p90_error=float(np.quantile(errors, 0.9)) if errors else None,
        median_error_of_whole=float(np.median(wholes)) if wholes else None,
        p90_error_of_whole=float(np.quantile(wholes, 0.9)) if wholes else None,
        pairs=len(order),
        ordered=sum(order) / len(order) if order else None,
    )


def _pairs(cells: Sequence[Cell]) -> list[bool]:
    """For each pair of platforms of one row that has an order, whether the prediction has the same."""
    platforms = [cell for cell in cells if cell.key in cell.measurement.compares and not cell.published.bound]
    found = []
    for one, other in itertools.combinations(platforms, 2):
        first, second = one.published.middle, other.published.middle
        if (one.predicted is None and other.predicted is None) or abs(first - second) <= NOISE * max(first, second):
            continue
        mine, theirs = _stands(one), _stands(other)
        if mine is not None and theirs is not None:
            found.append((mine - theirs) * (first - second) > 0)
    return found


def _stands(cell: Cell) -> float | None:
    """What a cell is in the order of its row: its prediction, or what is given."""
    return cell.published.middle if cell.given and cell.predicted is None else cell.predicted


def document(cells: Sequence[Cell]) -> dict[str, object]:
    """What `vinfra evidence --json` prints: a row for each number, and the summary by use."""
    known = experiments()
    listed = [
        {
            "id": cell.id,
            "source": cell.source,
            "use": cell.measurement.use,
            "published": cell.published.middle,
            "predicted": cell.predicted,
            "unit": cell.measurement.unit,
            "fitted": cell.fitted,
            "note": cell.note if cell.published.plain else f"published as {cell.published}; {cell.note}",
            "row": cell.row,
            "cell": cell.key,
            "experiment": f"{cell.measurement.workload}: {cell.measurement.metric}",
            "constants_from": list(known[cell.row].fitted) if cell.row in known else [],
            "given": cell.given,
            "error": cell.error,
        }
        for cell in cells
        if cell.measurement.use != "context"
    ]
    return {"rows": listed, "summary": {use: _plain(of(cells, use)) for use in ("calibrate", "validate")}}


def of(cells: Sequence[Cell], use: str) -> Summary:
    """The summary of the rows of one use."""
    return summarise([cell for cell in cells if cell.measurement.use == use])


def _plain(summary: Summary) -> dict[str, float | int | None]:
    return {name: getattr(summary, name) for name in Summary.__slots__}
