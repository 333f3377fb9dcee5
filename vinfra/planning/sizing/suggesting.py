"""What each machine should be configured with: the percentile it was seen to need, and headroom.

    vCPUs  = ceil(demand (1 + headroom) / clock), above two in twos
    memory = next step above percentile (1 + headroom)

Nothing is made smaller on one sample, on a recording that is too short, where vCPUs waited for cores (their demand was
larger than what was seen), or below what is reserved; nothing ever goes below the demand it was shown. Units: vCPUs,
bytes, hertz of the present clock; no headroom in `cpu` and `working`, hosts have their own. Source: assumptions.sizing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.calendar import DAY
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.plan import Risk, Suggestion, Verdict
from vinfra.planning.sizing.minimums import least_memory, stepped
from vinfra.planning.sizing.percentiles import Floats
from vinfra.planning.sizing.seen import HOST, NOTHING, RECORD, RECORDED, SAMPLE, Seen, seen
from vinfra.planning.sizing.truths import disk_for
from vinfra.planning.utilisation import Utilisation
from vinfra.units import show

AT_LIMIT = 0.95  # part of a limit from which on demand is held down by it
CACHED = 0.5  # part of its memory; who is given less loses caches, which no counter calls used (assumed)
NEARLY = 0.9  # part of the least recording that has samples; a gap of minutes makes no week shorter (assumed)
MONTH = 28.0  # days from which on a month's end is in a recording
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Each of shape (machines,): vCPUs and memory suggested, which recordings (of CPU, of memory) are long enough, what
    hides demand."""

    vcpus: NDArray[np.int64]
    memory: Floats
    long: Bools
    memory_long: Bools
    waits: Bools
    held: Bools


def suggestions(
    inventory: Inventory, utilisation: Utilisation | None, assumptions: Assumptions, known: Seen | None = None
) -> list[Suggestion]:
    """One for each machine, in the order of the inventory; `known` saves reading the recording again."""
    found = seen(inventory, utilisation, assumptions) if known is None else known
    interval = 0.0 if utilisation is None else utilisation.interval
    sizes = sized(found, interval, assumptions)
    return [_suggestion(number, machine, found, sizes, assumptions) for number, machine in enumerate(found.machines)]


def sized(found: Seen, interval: float, assumptions: Assumptions) -> Sizes:
    """vCPUs and memory of all machines at once."""
    rules, machines = assumptions.sizing, found.machines
    whole, enough = found.days * DAY >= rules.least_recording * (1 - 1e-9), NEARLY * rules.least_recording
    long = (found.basis == RECORDED) & whole & (found.samples * interval >= enough)
    memory_long = whole & (found.memory_samples * interval >= enough)
    waits = np.array([(machine.ready or 0.0) > rules.ready for machine in machines], dtype=bool)
    limit = np.array([machine.cpu_limit for machine in machines], dtype=np.float64)
    held = np.isfinite(limit) & (found.shown >= AT_LIMIT * limit) & (found.basis <= SAMPLE)
    runs = np.array([machine.runs for machine in machines], dtype=bool)
    reserved = np.array([machine.cpu_reservation for machine in machines], dtype=np.float64)
    # One moment is no percentile: a sample that is high is evidence, and one that is low is none.
    need = np.ceil(np.maximum(found.shown * (1 + rules.cpu_headroom), reserved) / found.hz - 1e-9)
    shrinks = (long | (found.basis == RECORD)) & ~waits & ~held
    now = found.vcpus
    if rules.even:
        # Nothing that has enough is given one more for the sake of it.
        need = np.where((need > 2) & (need != now), 2 * np.ceil(need / 2), need)
    vcpus = np.where(runs, np.where(shrinks, np.maximum(need, 1), np.maximum(need, now)), now).astype(np.int64)
    memory = _memory(found, long & memory_long, runs, rules.memory_headroom)
    return Sizes(vcpus, memory, long, memory_long, waits, held)


def _memory(found: Seen, long: Bools, runs: Bools, headroom: float) -> Floats:
    """Memory of all machines: by their recording where there is one, else as it is."""
    made = np.array([machine.memory for machine in found.machines], dtype=np.float64)
    for number in np.flatnonzero(runs & ~np.isnan(found.memory)).tolist():
        machine, now = found.machines[number], made[number]
        need = max(float(found.memory[number]) * (1 + headroom), machine.memory_reservation)
        wanted = stepped(need)
        if need <= now:
            # Nothing that has enough is given more for the sake of a step.
            wanted = min(now, max(wanted, least_memory(machine.os))) if long[number] else now
        made[number] = wanted
    return made


def _suggestion(number: int, machine: Machine, found: Seen, sizes: Sizes, assumptions: Assumptions) -> Suggestion:
    vcpus, memory = int(sizes.vcpus[number]), float(sizes.memory[number])
    disk, disk_how = disk_for(machine, assumptions)
    verdict = _verdict(number, machine, found, sizes)
    risk, why = _risk(number, machine, found, sizes, verdict)
    known = found.basis[number] <= SAMPLE
    return Suggestion(
        machine=machine.name,
        vcpus_now=machine.vcpus,
        vcpus=vcpus,
        memory_now=machine.memory,
        memory=memory,
        disk_now=machine.disk,
        disk=disk,
        cpu=float(found.demand[number]) if machine.runs else 0.0,
        working=float(found.working[number]) if machine.runs else 0.0,
        busy=float(found.demand[number] / (found.vcpus[number] * found.hz[number])) if known and machine.runs else None,
        verdict=verdict,
        basis=_basis(number, found) if machine.runs else "its configuration",
        reason=f"{_reason(number, machine, found, sizes, assumptions)}; {disk_how}",
        risk=risk,
        risk_why=why,
        mean=float(found.mean[number]) if machine.runs else 0.0,
    )


def _verdict(number: int, machine: Machine, found: Seen, sizes: Sizes) -> Verdict:
    if not machine.runs:
        return "not running"
    vcpus, memory = int(sizes.vcpus[number]), float(sizes.memory[number])
    if vcpus > machine.vcpus or memory > machine.memory or sizes.waits[number] or sizes.held[number]:
        return "undersized"
    if vcpus < machine.vcpus or memory < machine.memory:
        return "oversized"
    return "fits" if sizes.long[number] or found.basis[number] == RECORD else "unknown"


def _basis(number: int, found: Seen) -> str:
    what = int(found.basis[number])
    if what == RECORDED:
        return f"{_days(found.days)} of samples"
    return {
        RECORD: "percentiles of the record",
        SAMPLE: "one sample",
        HOST: "its part of its host's use",
        NOTHING: "its configuration",
    }[what]


def _days(days: float) -> str:
    return f"{days:.0f} days" if days >= 1.5 else f"{days * 24:.0f} hours"


def _reason(number: int, machine: Machine, found: Seen, sizes: Sizes, assumptions: Assumptions) -> str:
    """One sentence on CPU and memory."""
    if not machine.runs:
        return "a template, which runs nowhere" if machine.template else f"it is {machine.power}: nothing to size it by"
    rules, vcpus = assumptions.sizing, int(sizes.vcpus[number])
    busy, hz = float(found.shown[number]), float(found.hz[number])
    all_of_it = f"{machine.vcpus} vCPU{'s' if machine.vcpus > 1 else ''}"
    used = f"{busy / hz:.2g} of {all_of_it}"
    what = int(found.basis[number])
    if what == RECORDED:
        said = f"{rules.cpu_percentile:g} % of the time at most {used} in {_days(found.days)}"
    elif what == RECORD:
        often = "in 95 % of the time" if machine.cpu_p95 is not None else "at its highest"
        said = f"its record says at most {used} {often}"
    elif what == SAMPLE:
        said = f"{found.mean[number] / hz:.2g} of {all_of_it} at the moment of the record"
    else:
        return f"nothing is recorded of it: {_counted(what)}, and it stays as it is"
    left = f"{vcpus} vCPU{'s' if vcpus > 1 else ''} would be {_percent(busy / hz / vcpus)} used then"
    if what == RECORDED and not sizes.long[number]:
        what_of = " of its own samples" if found.days * DAY >= rules.least_recording else ""
        left = f"a recording of less than {show(rules.least_recording, 'time')}{what_of} makes nothing smaller"
    elif what == SAMPLE:
        left = "one sample makes nothing smaller"
    parts = [said, _kept(number, sizes, rules.ready) or left]
    if not np.isnan(found.memory[number]):
        held = show(_mib(found.memory[number]), "size")
        parts.append(f"{rules.memory_percentile:g} % of the time at most {held} of memory")
        if what == RECORDED and sizes.long[number] and not sizes.memory_long[number]:
            parts.append(f"its memory was recorded for less than {show(rules.least_recording, 'time')} and stays")
    if np.isfinite(machine.memory_limit) and machine.memory_limit < machine.memory:
        parts.append(f"its memory is limited to {show(machine.memory_limit, 'size')}")
    return "; ".join(parts)


def _counted(what: int) -> str:
    return "its part of its host's use is assumed" if what == HOST else "the published mean of others is assumed"


def _kept(number: int, sizes: Sizes, ready: float) -> str:
    if sizes.waits[number]:
        return f"its vCPUs waited more than {_percent(ready)} of the time for a core, so it wanted more than was seen"
    return "it is held at its CPU limit, so it wanted more than was seen" if sizes.held[number] else ""


def _percent(part: float) -> str:
    return f"{part * 100:.0f} %"


def _mib(memory: float) -> float:
    """Whole MiB, as people read them."""
    return round(float(memory) / 2**20) * 2.0**20


def _risk(number: int, machine: Machine, found: Seen, sizes: Sizes, verdict: Verdict) -> tuple[Risk, str]:
    """How likely the suggestion is too small, and why."""
    if verdict == "not running":
        return "low", "it takes no CPU and no memory until it is started"
    if sizes.waits[number] or sizes.held[number]:
        return "medium", "what it wants in truth was not seen"
    if verdict != "oversized":
        return "low", "it keeps what it has" if verdict != "undersized" else "it has more than today"
    if sizes.memory[number] < CACHED * machine.memory:
        return "high", "it loses more than half of its memory, and what a guest caches does not count as in use"
    vcpus, hz = float(sizes.vcpus[number]), float(found.hz[number])
    highest, most = float(found.peak[number]) / hz, float(found.p99[number]) / hz
    if found.basis[number] == RECORD:
        fits = not highest > vcpus
        why = "its record does not say over how long" if fits else f"at its highest it used {highest:.2g} of its cores"
        return ("medium" if fits else "high"), why
    if most > vcpus:
        return "high", f"in one hour of a hundred it used more than {vcpus:g} vCPUs, and would wait"
    if highest > vcpus:
        return "medium", f"at its highest it used {highest:.2g} vCPUs, and would wait"
    if found.days < MONTH:
        return "medium", f"no end of a month in {_days(found.days)}"
    return "low", "even its highest sample fits"
