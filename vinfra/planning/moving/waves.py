"""Migration in waves: nights on a calendar, in which machines are copied to the new hosts.

    rate of a stream = min(one stream through the converter, link / streams)
    cold: downtime = bytes / rate + fixed      warm: downtime = what changes meanwhile / rate + fixed

That rate is what max-min sharing gives to alike streams while all are under way; nobody is promised more when some
are idle. A night has `streams` lanes as long as its window. Machines go cluster by cluster, the largest first, each
into the emptiest lane of the first night with room, never before the cluster it follows has begun its last night. First
come rehearsals of every n-th machine, copied and started beside the running ones, then a pilot of the smallest, which
is wave 1. Units: bytes, seconds.
Source: first-fit decreasing over nights (Johnson 1973), longest first within one (Graham 1969); rates in the
assumptions or of the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import Refused
from vinfra.planning.assumptions import Assumptions, Waves
from vinfra.planning.inventory import Machine
from vinfra.planning.plan import Migration, Move, Night
from vinfra.planning.sizing.truths import bytes_of
from vinfra.planning.target import Target
from vinfra.units import show
from vinfra.workloads.turnover import turnover

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 20_000  # nights; more is no plan
Floats = NDArray[np.float64]
Kind = Literal["rehearsal", "wave"]


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What moving each machine takes, arrays of shape (machines,): bytes copied, seconds of a lane, seconds of
    downtime."""

    machines: Sequence[Machine]
    copied: Floats
    takes: Floats
    downtime: Floats
    window: float
    lanes: int


def waves(
    machines: Sequence[Machine],
    target: Target,
    assumptions: Assumptions,
    day: date,
    unplaced: Mapping[str, str] | None = None,
) -> Migration | None:
    """The nights in which these machines move to a target, for a plan of that `day`; None where the disks of none of
    them are known; Refused where they are more than a calendar has. `unplaced` are machines that no host of the target
    takes, and why. Templates stay where they are.

    `moved` and `downtime` are those of the waves; rehearsals copy as well, and nobody waits for them.
    """
    asked = assumptions.waves
    moving = [machine for machine in machines if not machine.template]
    sizes = bytes_of(moving, assumptions.storage.truth)
    if np.isnan(sizes).all():
        return None
    rate, source = stream_rate(target, asked)
    work = _work(moving, sizes, target, assumptions, rate)
    blocked = _blocked(work, sizes, unplaced or {})
    able = np.array([number for number, machine in enumerate(moving) if machine.name not in blocked], dtype=np.int64)
    order = _order(work, able)
    rehearsed = order[:: max(1, round(1 / asked.rehearse))] if asked.rehearse > 0 and len(order) else order[:0]
    pilot = order[np.argsort(work.takes[order], kind="stable")[: asked.pilot]]
    rest = order[~np.isin(order, pilot)]
    calendar = _calendar(asked, day)
    nights: list[Night] = []
    parts: Sequence[tuple[Kind, NDArray[np.int64]]] = (("rehearsal", rehearsed), ("wave", pilot), ("wave", rest))
    for kind, some in parts:
        number = 1 + sum(night.kind == kind for night in nights)
        nights += _nights(work, some, kind, number, calendar, asked, target)
    return Migration(
        nights=nights,
        blocked=blocked,
        method=_method(target, asked, moving),
        moved=float(work.copied[order].sum()),
        downtime=float(work.downtime[order].sum()),
        finished=nights[-1].ends.date() if nights else None,
        source=source,
    )


def stream_rate(target: Target, asked: Waves) -> tuple[float, str]:
    """Bytes per second of one stream while all are under way, and where that comes from."""
    rate, said = asked.rate, f"one stream {show(asked.rate, 'data rate')} (assumption waves.rate)"
    if target.converter_rate is not None and "rate" not in asked.model_fields_set:
        rate, said = target.converter_rate, f"one stream {show(target.converter_rate, 'data rate')} (as of the target)"
    shared = asked.link / asked.streams
    if shared < rate:
        return shared, f"{asked.streams} streams share {show(asked.link, 'data rate')} of the link; alone {said}"
    return rate, said


def _work(moving: Sequence[Machine], sizes: Floats, target: Target, assumptions: Assumptions, rate: float) -> Work:
    asked = assumptions.waves
    whole = np.nan_to_num(sizes)
    off = np.array([machine.power == "off" for machine in moving])
    later = np.zeros(len(moving))
    # A physical server is stopped for its image, whatever the target does for VMs.
    warm = np.array([target.warm and machine.kind == "vm" for machine in moving], dtype=bool)
    if target.warm:
        later = np.array([_changed(size, size / rate, assumptions.backup.change) for size in whole.tolist()])
        later[off | ~warm] = 0.0
    still = later / rate + asked.fixed
    takes = whole / rate + still
    down = np.where(off, 0.0, np.where(warm, still, takes))
    return Work(moving, whole + later, takes, down, asked.window, asked.streams)


def _changed(size: float, span: float, change: float) -> float:
    """Bytes that are others after so many seconds."""
    return sum(turnover(size, change).dirty(span)) if size > 0 else 0.0


def _blocked(work: Work, sizes: Floats, unplaced: Mapping[str, str]) -> dict[str, str]:
    """Machines that do not move in a night like the others, and why."""
    found = {}
    for machine, size, takes in zip(work.machines, sizes.tolist(), work.takes.tolist(), strict=True):
        if machine.name in unplaced:
            found[machine.name] = f"no host takes it: {unplaced[machine.name]}"
        elif machine.blockers:
            found[machine.name] = "; ".join(machine.blockers)
        elif np.isnan(size):
            found[machine.name] = "its disks are not in the inventory, so nobody knows how long it takes"
        elif takes > work.window:
            too_long = f"a move of {_hours(takes)} in nights of {_hours(work.window)}"
            found[machine.name] = f"{too_long}, for which a longer window is needed or data moved ahead"
    return found


def _hours(seconds: float) -> str:
    """Hours, or minutes where they are less than two."""
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def _order(work: Work, able: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cluster by cluster, those without one last; in each the longest first, by name where equal."""
    key = [
        (
            work.machines[one].cluster is None,
            work.machines[one].cluster or "",
            -work.takes[one],
            work.machines[one].name,
        )
        for one in able.tolist()
    ]
    return able[np.array(sorted(range(len(able)), key=key.__getitem__), dtype=np.int64)]


def _calendar(asked: Waves, day: date) -> Iterator[date]:
    """The nights that are used, in order."""
    first = asked.begins or day + timedelta(days=7 - day.weekday())
    used = {WEEK.index(night) for night in asked.nights}
    days = min(MOST * 7, (date.max - first).days)
    for ahead in range(days):
        if (found := first + timedelta(days=ahead)).weekday() in used:
            yield found
    cure = "more machines at once (waves.streams) or more nights a week (waves.nights)"
    raise Refused(f"moving takes more nights than there are in {days // 365:,} years: {cure}")


def _nights(
    work: Work,
    some: NDArray[np.int64],
    kind: Kind,
    number: int,
    calendar: Iterator[date],
    asked: Waves,
    target: Target,
) -> list[Night]:
    """These machines in the order given, in as few nights as first fit finds."""
    night, begins = _lanes(work, some)
    found = []
    for index in range(int(night.max()) + 1 if len(some) else 0):
        on = next(calendar)
        opens = datetime.combine(on, time()) + timedelta(seconds=asked.opens)
        mine = np.flatnonzero(night == index)
        mine = mine[np.lexsort((some[mine], begins[mine]))]
        moves = [_move(work, int(some[one]), float(begins[one]), kind, target) for one in mine.tolist()]
        last = max(move.ends for move in moves)
        ends = opens + timedelta(seconds=round(last))
        found.append(Night(on, kind, number + index, moves, ends, last <= work.window * (1 + 1e-9)))
    return found


def _move(work: Work, one: int, begins: float, kind: Kind, target: Target) -> Move:
    """One machine; a rehearsal leaves the running one alone."""
    down = 0.0 if kind == "rehearsal" else float(work.downtime[one])
    ends = begins + float(work.takes[one])
    machine = work.machines[one]
    method = target.physical if machine.kind == "physical" else target.converter
    return Move(machine.name, method, begins, ends, float(work.copied[one]), down)


def _lanes(work: Work, some: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """The night of each machine, from 0, and when in it it begins, both of shape (machines,)."""
    night, begins = np.zeros(len(some), dtype=np.int64), np.zeros(len(some))
    left = np.full((16, work.lanes), work.window)
    most = left[:, 0].copy()  # of the lanes of a night, what is left in the emptiest
    first, cluster, latest = 0, None, 0
    for place, one in enumerate(some.tolist()):
        if work.machines[one].cluster != cluster:
            cluster, first = work.machines[one].cluster, latest
        takes = float(work.takes[one])
        if latest + 2 > len(left):
            left, most = np.vstack((left, left * 0 + work.window)), np.concatenate((most, most * 0 + work.window))
        on = first + int((most[first:] >= takes * (1 - 1e-12)).argmax())
        lane = int(left[on].argmax())
        night[place], begins[place] = on, work.window - left[on, lane]
        left[on, lane] -= takes
        most[on] = left[on].max()
        latest = max(latest, on)
    return night, begins


def _method(target: Target, asked: Waves, moving: Sequence[Machine]) -> str:
    """How, in a sentence."""
    how = "copied while they run, and stand still for the rest" if target.warm else "switched off, copied, started"
    servers = sum(machine.kind == "physical" for machine in moving)
    guests = len(moving) - servers
    kinds = [f"{target.converter}: machines are {how}"] if guests or target.physical == target.converter else []
    if servers and target.physical != target.converter:
        kinds.append(f"{target.physical}: physical servers ({servers:,}) are stopped, copied, started")
    nights = ", ".join(night for night in WEEK if night in asked.nights)
    return (
        f"{'; '.join(kinds)}; {asked.streams} at once, {asked.window / 3600:.3g} h a night "
        f"({nights}). Holidays are not known; nor which machines need each other, beyond their clusters"
    )
