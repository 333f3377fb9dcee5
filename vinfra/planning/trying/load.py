"""What machines will want on new hosts: their recording where there is one, drawn demand where there is none.

    wanted = recorded part of the vCPUs of today * vCPUs of today * clock of today * factor / (vCPUs suggested * clock)

with the `factor` of work that a cycle does there and here (hosting/demand.py). Percent of the suggested vCPUs at one
`clock`, that of the core of all targets that does least, so that one table does for every target; what is above 100 % a
machine of that size cannot have, and is counted. Demand is drawn with PlanetLab's statistics: of the traces at hand the
only one that shows how unlike machines are; where the inventory says what a machine used, it is drawn with that mean.
Units: percent, seconds, hertz.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.calendar import DAY, HOUR
from vinfra.engine.streams import Streams
from vinfra.planning.inventory import Machine
from vinfra.planning.plan import Suggestion
from vinfra.planning.sizing.seen import NOTHING, Seen, recorded_size
from vinfra.planning.utilisation import Utilisation
from vinfra.workloads.trace import traces

CELLS = 6_000_000  # samples of all machines that are simulated; of a longer recording its busiest day is
DRAWN = "planetlab"
SEED = 1
INTERVAL = 300.0  # s, of demand that is drawn for all
BEGINS = datetime(2026, 11, 2)  # a Monday, where no recording says when it was
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Percent of its suggested vCPUs at `clock` that each machine wants, shape (intervals, machines), float32.

    `worth` is the work of one of those hertz relative to K8, None where hertz are taken to be alike everywhere.
    `known` are the machines with samples, shape (machines,), all others are drawn; `cut` is the part of the samples
    that is above 100 %; `span` names the time it is of, in words.
    """

    names: Sequence[str]
    percent: NDArray[np.float32]
    interval: float
    begins: datetime
    clock: float
    known: NDArray[np.bool_]
    cut: float
    span: str
    worth: float | None = None

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.percent) * self.interval

    @property
    def recorded(self) -> int:
        """How many machines have samples."""
        return int(self.known.sum())

    @property
    def basis(self) -> str:
        """Where it comes from, in a sentence."""
        drawn = len(self.names) - self.recorded
        parts = []
        if self.recorded:
            parts.append(f"recorded for {self.recorded:,} of {len(self.names):,} machines ({self.span})")
        if drawn:
            how = "with the statistics of PlanetLab, and the mean of a machine where the inventory says what it used"
            parts.append(f"drawn for {drawn:,} {how}")
        return "; ".join(parts)

    def only(self, keep: NDArray[np.bool_]) -> Load:
        """The same without the machines that are not kept, shape (machines,)."""
        names = [name for name, kept in zip(self.names, keep.tolist(), strict=True) if kept]
        return replace(self, names=names, percent=self.percent[:, keep], known=self.known[keep])

    def busiest(self, span: float = HOUR, weights: Floats | None = None) -> int:
        """The interval at which the busiest `span` seconds of all together begin; `weights` are the vCPUs of each."""
        total = self.percent @ (np.ones(len(self.names)) if weights is None else weights)
        width = max(1, min(len(total), round(span / self.interval)))
        sums = np.convolve(total, np.ones(width), mode="valid")
        return int(sums.argmax())


def load(
    machines: Sequence[Machine],
    suggestions: Mapping[str, Suggestion],
    utilisation: Utilisation | None,
    clock: float,
    found: Seen | None = None,
    factor: Floats | None = None,
    worth: float | None = None,
) -> Load:
    """What these machines want at that clock; `suggestions` by machine, those without one stay as they are. `found` is
    what is known of all machines of the inventory, where somebody has asked: clocks and means by their hosts too.
    `factor` is hertz there for one hertz here, shape (machines,), all alike when unsaid, and `worth` that of the load.
    """
    whole, mean = _sizes(machines, found, clock)
    column = _columns(machines, utilisation)
    now = recorded_size(utilisation, column, whole).copy()
    then = np.array([_vcpus(machine, suggestions) * clock for machine in machines])
    chosen, interval, begins, span = _span(machines, utilisation, column, now)
    known = np.flatnonzero(column >= 0)
    together = max(1, round(INTERVAL / interval)) if (chosen.stop - chosen.start) * len(machines) > CELLS else 1
    interval *= together
    percent = np.zeros(((chosen.stop - chosen.start) // together, len(machines)), dtype=np.float32)
    if utilisation is not None and len(known):
        percent[:, known] = _means(utilisation.cpu[chosen], together)[:, column[known]]
        empty = known[np.isnan(percent[:, known]).all(axis=0)]
        known = np.setdiff1d(known, empty)
    rest = np.setdiff1d(np.arange(len(machines)), known)
    _draw(percent, rest, mean / whole, interval)
    now[rest] = whole[rest]
    # As in recordings/hours.py: what was not recorded counts with the machine's mean, and is not nothing wanted.
    holes = np.isnan(percent[:, known])
    if holes.any():
        means = np.nanmean(percent[:, known], axis=0, dtype=np.float64).astype(np.float32)
        percent[:, known] = np.where(holes, means, percent[:, known])
    percent *= (now * (1.0 if factor is None else factor) / then).astype(np.float32)
    cut = float((percent > 100).mean()) if percent.size else 0.0
    np.clip(percent, 0, 100, out=percent)
    # A hundredth of a percent is finer than any recording, and files stay small.
    np.round(percent, 2, out=percent)
    sampled = np.isin(np.arange(len(machines)), known)
    return Load([machine.name for machine in machines], percent, interval, begins, clock, sampled, cut, span, worth)


def _vcpus(machine: Machine, suggestions: Mapping[str, Suggestion]) -> int:
    found = suggestions.get(machine.name)
    return machine.vcpus if found is None else found.vcpus


def _sizes(machines: Sequence[Machine], found: Seen | None, clock: float) -> tuple[Floats, Floats]:
    """Hertz of all vCPUs of each machine today, and the mean of what it used, NaN where nobody looked."""
    if found is None:
        whole = np.array([machine.vcpus * (machine.core_hz or clock) for machine in machines])
        used = [machine.cpu_used for machine in machines]
        return whole, np.array([np.nan if one is None else one for one in used], dtype=np.float64)
    at = np.array([found.index[machine.name] for machine in machines], dtype=np.int64)
    # Where nothing is known the published mean would make all alike; drawn demand has it for all together.
    return (found.vcpus * found.hz)[at], np.where(found.basis == NOTHING, np.nan, found.mean)[at]


def _columns(machines: Sequence[Machine], utilisation: Utilisation | None) -> NDArray[np.int64]:
    """The column of each machine in the recording, -1 for none, shape (machines,)."""
    index = {} if utilisation is None else {name: number for number, name in enumerate(utilisation.names)}
    return np.array([index.get(machine.name, -1) for machine in machines], dtype=np.int64)


def _span(
    machines: Sequence[Machine], utilisation: Utilisation | None, column: NDArray[np.int64], now: Floats
) -> tuple[slice, float, datetime, str]:
    """Which intervals are taken, how long one is, when the first one begins, and that in words."""
    if utilisation is None or not (column >= 0).any() or len(utilisation.cpu) < 2:
        return slice(0, round(DAY / INTERVAL)), INTERVAL, BEGINS, "a day"
    interval, count = utilisation.interval, len(utilisation.cpu)
    begins = utilisation.begins or BEGINS
    day = max(1, round(DAY / interval))
    if count * len(machines) <= CELLS or count <= day:
        return slice(0, count), interval, begins, f"{_length(count * interval)}, all that is recorded"
    weight = np.zeros(utilisation.cpu.shape[1], dtype=np.float32)
    weight[column[column >= 0]] = now[column >= 0] / now.max()
    total = np.array([np.nansum(row * weight) for row in utilisation.cpu])
    midnight = timedelta(hours=begins.hour, minutes=begins.minute, seconds=begins.second).total_seconds()
    first = round((DAY - midnight) % DAY / interval)
    hour = max(1, round(HOUR / interval))
    peaks = np.convolve(total, np.ones(hour), mode="valid")
    starts = range(first, count - day + 1, day) or range(0, count - day + 1, day)
    best = max(starts, key=lambda start: (float(peaks[start : start + day].max()), -start))
    when = begins + timedelta(seconds=best * interval)
    named = f"{when:%Y-%m-%d}" if utilisation.begins else f"day {round(best / day) + 1}"
    return slice(best, best + day), interval, when, f"{named}, the busiest of {_length(count * interval)}"


def _means(samples: NDArray[np.float32], together: int) -> NDArray[np.float32]:
    """Means of so many samples at a time, NaN where none of them is known."""
    if together == 1:
        return samples
    whole = samples[: len(samples) // together * together].reshape(-1, together, samples.shape[1])
    known = (~np.isnan(whole)).sum(axis=1)
    means: NDArray[np.float32] = np.where(known > 0, np.nansum(whole, axis=1) / np.maximum(known, 1), np.nan)
    return means.astype(np.float32)


def _length(seconds: float) -> str:
    return f"{seconds / DAY:.3g} days" if seconds >= 2 * DAY else f"{seconds / HOUR:.3g} hours"


def _draw(percent: NDArray[np.float32], rows: NDArray[np.int64], used: Floats, interval: float) -> None:
    """Fill the columns of these machines with drawn demand, with the mean that is `used` (part of the vCPUs, shape
    (machines,)) where that is known. Each draws by its place in the inventory, so a recording more or less for one
    machine changes no other."""
    if not len(rows):
        return
    demand = traces[DRAWN]().synthesise(len(used), Streams(SEED), interval, "plan")
    for k in range(len(percent)):
        percent[k, rows] = 100 * demand.at(k)[rows]
    mean = percent[:, rows].mean(axis=0)
    wanted = 100 * np.minimum(used[rows], 1.0)
    scale = np.where(np.isnan(wanted) | (mean <= 0), 1.0, wanted / np.where(mean > 0, mean, 1.0))
    percent[:, rows] = np.minimum(percent[:, rows] * scale, 100)
