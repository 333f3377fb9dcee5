"""The nights of a run, and each of them in one sentence: how many machines were protected, in what time, who was not.

A night is a stretch in which windows are open or jobs run; windows and jobs that overlap are one night. A machine is
protected when the last that began in the night was not its failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vinfra.report.dates import span
from vinfra.report.lanes import Lane
from vinfra.report.tones import tone
from vinfra.scenario.results import Interval

NAMED = 6  # machines a sentence names one by one
BACKUP = {"snapshot", "read", "tank", "commit", "missed", "failed"}


@dataclass(frozen=True, slots=True)
class Night:
    """From `begin` to `end` in seconds; `window` is how long windows were open, 0 where nobody set one."""

    begin: float
    end: float
    window: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the machines of a night: how many there were, why some are not protected, how long it took, and
    the jobs that ran past their window with the seconds they did."""

    machines: int
    missing: dict[str, list[str]]
    took: float
    overran: dict[str, float]

    @property
    def lost(self) -> int:
        """How many are not protected."""
        return sum(map(len, self.missing.values()))


def nights(windows: Sequence[Interval], found: Iterable[Lane]) -> list[Night]:
    """Every night in order of time; a run without windows and jobs has none."""
    jobs = [interval for lane in found if lane.kind == "job" for interval in lane.intervals]
    merged = _merged([(interval.start, interval.end) for interval in [*windows, *jobs]])
    opened = _merged([(interval.start, interval.end) for interval in windows])
    return [
        Night(begin, end, sum(closes - opens for opens, closes in opened if begin <= opens < end))
        for begin, end in merged
    ]


def _merged(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans that meet or overlap as one, in order."""
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def outcome(found: Iterable[Lane], night: Night) -> Outcome:
    """What became of a night."""
    machines, missing, overran, ends = 0, dict[str, list[str]](), dict[str, float](), [night.begin]
    for lane in found:
        begun = lane.started(night.begin, night.end)
        if lane.kind == "job":
            late = sum(interval.end - interval.start for interval in begun if tone(interval.state).name == "over")
            overran |= {lane.name: late} if late else {}
        if lane.kind == "vm":  # who has missed a window that ends with the night is told so at its very end
            begun += tuple(one for one in lane.at(night.end) if tone(one.state).ending)
        if lane.kind != "vm" or not any(tone(interval.state).name in BACKUP for interval in begun):
            continue
        machines += 1
        ends += [interval.end for interval in begun if not tone(interval.state).ending]
        last = begun[-1].state
        if tone(last).ending or tone(last).trouble:
            missing.setdefault(last, []).append(lane.name)
    return Outcome(machines, missing, min(max(ends), night.end) - night.begin, overran)


def sentence(told: Outcome, night: Night) -> str:
    """60 VMs, 58 protected in 5 h 12 min of 8 h; missed: db-3; failed (snapshot could not be removed): web-7."""
    if not told.machines:
        return "Nothing was to be protected."
    count = f"{told.machines:,} VMs, " if told.machines > 1 else "1 VM, "
    some = f"{told.machines - told.lost:,} " if told.lost else "all " if told.machines > 1 else ""
    words = f"{count}{some}protected"
    if told.lost < told.machines:
        words += f" in {span(told.took)}" + (f" of {span(night.window)}" if night.window else "")
    return "; ".join([words, *_missing(told), *_late(told)]) + "."


def _missing(told: Outcome) -> Iterator[str]:
    """Why machines are not protected: what most of them met first."""
    reasons = sorted(told.missing.items(), key=lambda item: (-len(item[1]), item[0]))
    for state, names in reasons[:NAMED]:
        word, colon, reason = state.partition(": ")
        shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
        yield f"{word}: {shown}" + (f" ({reason})" if colon else "")
    if len(reasons) > NAMED:
        yield f"{len(reasons) - NAMED} more reasons"


def _late(told: Outcome) -> Iterator[str]:
    for name, late in told.overran.items():
        yield f"{name} ran {span(late)} past its window"


def restored(found: Iterable[Lane]) -> str:
    """What came back: 2 of 3 restores came back; file-1: no restore point. Nothing where nothing was wanted back."""
    back, asked, reasons = 0, 0, dict[str, list[str]]()
    for lane in found:
        if lane.kind != "restore":
            continue
        asked += 1
        last = lane.intervals[-1].state
        if tone(last).ending:
            reasons.setdefault(last.partition(": ")[2].removeprefix(f"{lane.name} has "), []).append(lane.name)
        else:
            back += 1
    if not asked:
        return ""
    words = f"{back:,} of {asked:,} restored" if back < asked else f"{'all' if asked > 1 else 'the one'} restored"
    for reason, names in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))[:NAMED]:
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        words += f"; not {', '.join(names[:NAMED])}{more} ({reason})"
    return f"Wanted back: {words}."
