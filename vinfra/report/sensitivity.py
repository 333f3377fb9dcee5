"""Which swept parameter matters for a metric: its part of the variance between rows, and which way it pulls.

    part = variance of the means at each of its values / variance of all rows         (correlation ratio, first order)
    pull = correlation of the ranks of parameter and metric, after the ranks of the other numbers are taken out of both

Of every combination the parts are exact, and what they leave is of parameters together. Of a sample rows are gathered
in bins of eight and more, and the part is corrected for what bins explain by chance. An effect is told where an F test
between bins or a t test of the pull, at 5 % over all cells of the table (Bonferroni), finds more than chance.
Seeds: residual variance of rows x replications, a replication having the same streams in every row, as a part of the
variance of the means.
Sources: Pearson (1905) and Kelley (PNAS 1935), the ratio and its correction; Iman and Conover (Technometrics 1979),
ranks in regression; Saltelli et al., Global Sensitivity Analysis (2008), first order; Loeppky, Sacks and Welch
(Technometrics 2009), ten rows a parameter; Scheffe, The Analysis of Variance (1959), rows x replications.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinfra.metrics.interval import quantile
from vinfra.metrics.metric import Metric
from vinfra.report.comparison import by_replication, grouped, titled
from vinfra.report.swept import Swept, is_grid, swept
from vinfra.scenario.results import Point, Run

ROWS_EACH = 10  # rows of a sample for each parameter
BIN = 8  # rows of a bin, at the least
BINS = 8  # of one parameter, at the most: an effect that turns more often than that is not seen
CHANCE = 0.05
ALIKE = 1e-9  # a metric that differs by less, as a part of itself, does not differ: the digest sees nine digits
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """What one parameter does: its part of the variance, 0 to 1, and its pull, -1 to 1; None where there is nothing
    that chance could not do."""

    part: float | None
    pull: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric of one variant over `rows`: effects by parameter, what of a grid only parameters together explain,
    and the part of the seeds where there are replications."""

    metric: Metric
    variant: str
    rows: int
    effects: list[Effect]
    together: float | None
    seeds: float | None

    @property
    def label(self) -> str:
        """The metric in words with its unit."""
        return titled(self.metric)


@dataclass(slots=True)
class Sensitivity:
    """The findings, the parameters that are their columns, and in `unsaid` why there is not more to say."""

    parameters: list[Swept] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    grid: bool = False
    unsaid: list[str] = field(default_factory=list)

    @property
    def groups(self) -> list[list[Finding]]:
        """The findings, metric by metric."""
        return [list(group) for _, group in itertools.groupby(self.findings, key=lambda finding: finding.metric.column)]

    @property
    def seeds(self) -> bool:
        """Whether any finding knows the part of the seeds."""
        return any(finding.seeds is not None for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Table:
    """One metric of one variant: rows that have it, their means, and their values by replication."""

    metric: Metric
    variant: str
    rows: list[dict[str, Any]]
    means: Floats
    single: list[dict[int, float]]


def sensitivity(run: Run) -> Sensitivity | None:
    """What matters, variant by variant; None where fewer than two paths are swept, since then there is one answer."""
    parameters = swept(run)
    if len(parameters) < 2:
        return None
    rows = grouped(run.points)
    found = Sensitivity(parameters, grid=is_grid([at for at, _ in rows]))
    try:
        import scipy.stats  # noqa: F401
    except ImportError:
        found.unsaid.append("Which parameter matters is computed with scipy: pip install 'vinfra[sampling]'.")
        return found
    tables = [
        table for metric in run.metrics for variant in run.variants if (table := _table(rows, metric, variant.name))
    ]
    enough = [table for table in tables if is_grid(table.rows) or len(table.rows) >= ROWS_EACH * len(parameters)]
    level = 1 - CHANCE / max(1, len(enough) * len(parameters))
    found.findings = [_finding(table, parameters, level) for table in enough]
    found.unsaid += _unsaid(run, tables, enough, len(parameters))
    return found


def _table(every: Sequence[tuple[dict[str, Any], list[Point]]], metric: Metric, variant: str) -> _Table | None:
    """The rows of a variant that have the metric; None where they do not differ in it."""
    rows, means, single = [], [], []
    for at, points in every:
        values = by_replication(points, variant, metric)
        if values:
            rows.append(at)
            means.append(math.fsum(values.values()) / len(values))
            single.append(values)
    spread = np.ptp(means) if means else 0.0
    if spread <= ALIKE * max(map(abs, means), default=0.0):
        return None
    return _Table(metric, variant, rows, np.array(means), single)


def _finding(table: _Table, parameters: Sequence[Swept], level: float) -> Finding:
    grid = is_grid(table.rows)
    effects = []
    for parameter, pull in zip(parameters, _pulls(table, parameters, level), strict=True):
        part, told = _part(table, parameter, grid, level)
        effects.append(Effect(part if told or pull is not None else None, pull))
    together = max(0.0, 1 - math.fsum(effect.part or 0.0 for effect in effects)) if grid else None
    return Finding(table.metric, table.variant, len(table.rows), effects, together, _seeds(table))


def _part(table: _Table, parameter: Swept, grid: bool, level: float) -> tuple[float | None, bool]:
    """The part of the variance that is between the values (or bins of values) of a parameter, and whether it is more
    than chance."""
    from scipy.stats import f_oneway

    groups = [table.means[chosen] for chosen in _groups(table, parameter, grid)]
    middle = table.means.mean()
    between = math.fsum(len(group) * (group.mean() - middle) ** 2 for group in groups)
    ratio = min(1.0, between / float(((table.means - middle) ** 2).sum()))
    if grid:
        return ratio, True
    count, bins = len(table.means), len(groups)
    if bins < 2 or count <= bins:
        return None, False
    if 1 - ratio <= ALIKE:
        return ratio, True
    return max(0.0, 1 - (1 - ratio) * (count - 1) / (count - bins)), bool(f_oneway(*groups).pvalue < 1 - level)


def _groups(table: _Table, parameter: Swept, grid: bool) -> list[NDArray[np.bool_]]:
    """Which rows belong together: by value, or, where a number has many, in bins with as many rows each."""
    values = [json.dumps(at.get(parameter.path), sort_keys=True, default=str) for at in table.rows]
    bins = min(BINS, len(values) // BIN)
    distinct = sorted(set(values))
    if grid or not parameter.numeric or len(distinct) <= bins:
        return [np.array([value == one for value in values]) for one in distinct]
    bin_of = (_ranks(table, parameter) - 0.5) * bins // len(values)
    return [bin_of == one for one in np.unique(bin_of)]


def _ranks(table: _Table, parameter: Swept) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata([parameter.number(at) for at in table.rows])
    return ranks


def _pulls(table: _Table, parameters: Sequence[Swept], level: float) -> list[float | None]:
    """The partial rank correlation of each parameter that is a number; names are taken out of the others as well."""
    from scipy.stats import rankdata

    target, known = rankdata(table.means), {p.path: _ranks(table, p) for p in parameters if p.numeric}
    found: list[float | None] = []
    for parameter in parameters:
        if not parameter.numeric:
            found.append(None)
            continue
        others = [known[p.path] for p in parameters if p.numeric and p is not parameter]
        others += [column for p in parameters if not p.numeric for column in _dummies(table, p)]
        found.append(_partial(known[parameter.path], target, others, level))
    return found


def _dummies(table: _Table, parameter: Swept) -> Iterator[Floats]:
    """A column of zeros and ones for each name but the first."""
    for chosen in _groups(table, parameter, grid=True)[1:]:
        yield chosen.astype(np.float64)


def _partial(one: Floats, other: Floats, controls: Sequence[Floats], level: float) -> float | None:
    """Correlation of what is left of both after a regression on the controls; None where it could be chance."""
    design = np.column_stack([np.ones_like(one), *controls])
    left, right = (values - design @ np.linalg.lstsq(design, values, rcond=None)[0] for values in (one, other))
    size = math.sqrt(float(left @ left) * float(right @ right))
    freedom = len(one) - design.shape[1] - 1
    if freedom < 1 or size <= ALIKE * float(one @ one):
        return None
    pull = max(-1.0, min(1.0, float(left @ right) / size))
    bound = quantile(freedom, level)
    return pull if pull * pull * freedom > bound * bound * (1 - pull * pull) else None


def _seeds(table: _Table) -> float | None:
    """What replications leave in the means, as a part of their variance; None without replications."""
    common = sorted(set.intersection(*map(set, table.single)))
    if len(common) < 2:
        return None
    single = np.array([[values[replication] for replication in common] for values in table.single])
    left = single - single.mean(axis=1, keepdims=True) - single.mean(axis=0) + single.mean()
    residual = float((left**2).sum()) / ((len(single) - 1) * (len(common) - 1))
    count = float(np.mean([1 / len(values) for values in table.single]))
    return min(1.0, residual * count / float(table.means.var(ddof=1)))


def _unsaid(run: Run, tables: Sequence[_Table], enough: Sequence[_Table], parameters: int) -> Iterator[str]:
    few = [table for table in tables if table not in enough]
    if few:
        rows, need = max(len(table.rows) for table in few), ROWS_EACH * parameters
        yield (
            f"{rows} rows of a sample are too few to tell {parameters} parameters apart: ten for each are {need}."
            if not enough
            else f"Left out: {len(few)} of {len(tables)}, which fewer than {need} rows have."
        )
    told = {table.metric.column for table in tables}
    if same := [titled(metric) for metric in run.metrics if metric.column not in told]:
        yield f"The same in every row, so nothing matters for it: {', '.join(same)}."
