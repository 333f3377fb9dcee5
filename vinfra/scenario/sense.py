"""Sense: values that are fine by themselves and cannot be meant together. Each problem names the cure."""

from __future__ import annotations

from collections.abc import Iterator

from vinfra.errors import Place, Problem, dotted
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.sense_costs import costs
from vinfra.scenario.sense_fleet import fleet
from vinfra.scenario.sense_storage import storage
from vinfra.units import show
from vinfra.workloads.demand import Recording

CORE_SECONDS = 500_000  # scheduled in detail in one point; that is minutes to an hour of computing
CORES = 16  # of a host that leaves them to its server, to judge by
REMEMBERED = ("active", "content", "memory_limit", "memory_reservation", "memory_shares", "touched")
EPOCHS = 10_000_000  # of one point; more would be gigabytes of series that nobody reads


def sense(resolved: Resolved, recording: Recording | None) -> Iterator[Problem]:
    """Every problem of that kind."""
    scenario = resolved.scenario
    count = (scenario.warmup + scenario.duration) / scenario.epoch
    if count > EPOCHS:
        cure = f"write a longer `epoch` than {show(scenario.epoch, 'time')}, or a shorter `duration`"
        yield _problem(resolved, "epoch", f"makes {count:,.0f} epochs, {EPOCHS:,} are the most: {cure}")
    if resolved.trace is not None:
        for key, message in resolved.trace.objections():
            yield Problem(resolved.place("workload", key), f"workload.{key}", message)
        yield from _epoch_and_trace(resolved, resolved.trace.interval if recording is None else recording.interval)
    if recording is not None:
        yield from _too_short(resolved, recording)
    for name, group in sorted(scenario.vms.items()):
        yield from _group(resolved, name, group)
    yield from _scheduling(resolved)
    yield from _memory(resolved)
    yield from storage(resolved)
    yield from fleet(resolved)
    yield from costs(resolved)


def _epoch_and_trace(resolved: Resolved, interval: float) -> Iterator[Problem]:
    """Demand changes with the samples of a trace, so epochs must meet them."""
    samples = interval / resolved.scenario.epoch
    if samples < 1 - 1e-9 or abs(samples - round(samples)) > 1e-6 * samples:
        every = show(interval, "time")
        yield _problem(resolved, "epoch", f"must divide the {every} between samples of the trace: write `{every}`")


def _too_short(resolved: Resolved, recording: Recording) -> Iterator[Problem]:
    """A run must not outlast its recording."""
    scenario = resolved.scenario
    needed, covered = scenario.warmup + scenario.duration, (recording.epochs or 0) * recording.interval
    if needed > covered + 1e-6:
        left = covered - scenario.warmup
        cure = f"set duration to `{show(left, 'time')}` or less" if left > 0 else "shorten `warmup`"
        message = f"asks for {show(needed, 'time')} with its warm-up, the recording has {show(covered, 'time')}: {cure}"
        yield _problem(resolved, "duration", message)


def _group(resolved: Resolved, name: str, group: VmGroup) -> Iterator[Problem]:
    at, end = f"vms.{name}", resolved.scenario.warmup + resolved.scenario.duration
    if group.limit is not None and group.reservation > group.limit:
        limit = show(group.limit, "frequency")
        yield Problem(resolved.place("vms", name, "reservation"), f"{at}.reservation", f"is above the limit of {limit}")
    if group.transfer is None:
        return
    if group.datastore is None:
        message = "needs to know where the disk lies: add `datastore` to the group"
        yield Problem(resolved.place("vms", name, "transfer"), f"{at}.transfer", message)
    if group.transfer.start >= end:
        message = f"is after the end of the run at {show(end, 'time')}"
        yield Problem(resolved.place("vms", name, "transfer", "start"), f"{at}.transfer.start", message)


def _scheduling(resolved: Resolved) -> Iterator[Problem]:
    """Processors scheduled event by event: not for an estate, not beside what takes a host's cycles in other ways."""
    scenario, scheduler = resolved.scenario, resolved.scheduler
    for name, group in sorted(scenario.vms.items()):
        behaviour, at = resolved.behaviours[name], f"vms.{name}.behaviour"
        if scheduler is None and ("vms", name, "behaviour") in resolved.document.places:
            message = "says nothing without `scheduling`: add it, or leave `behaviour` out"
            yield Problem(resolved.place("vms", name, "behaviour"), at, message)
        if scheduler is None or behaviour.follows_demand:
            continue
        if group.demand is not None or resolved.trace is not None:
            cure = "leave `workload` out" if group.demand is None else "leave `demand` out"
            message = f"{behaviour.name} says itself how much CPU it wants: {cure}, or let it be `steady`"
            yield Problem(resolved.place("vms", name, "behaviour"), at, message)
    if scheduler is None:
        return
    count = sum(group.count * (group.cores or CORES) for group in scenario.hosts.values())
    seconds = count * (scenario.warmup + scenario.duration)
    if seconds > CORE_SECONDS:
        span = show(float(f"{CORE_SECONDS / count:.2g}"), "time")
        message = f"takes hours for so many cores and so long: shorten `duration` to {span} or less, or leave it out"
        yield Problem(resolved.place("scheduling"), "scheduling", message)
    taking = [name for name, group in sorted(scenario.vms.items()) if group.transfer is not None]
    if taking or scenario.migrations:
        what = f"vms.{taking[0]}.transfer" if taking else "migrations"
        message = f"cannot share a processor with I/Os and migrations: leave it out, or {what}"
        yield Problem(resolved.place("scheduling"), "scheduling", message)


def _memory(resolved: Resolved) -> Iterator[Problem]:
    """Memory is modelled where hosts give more than they have, and nowhere else."""
    scenario = resolved.scenario
    overcommitted = [name for name, group in sorted(scenario.hosts.items()) if group.overcommit is not None]
    if not overcommitted:
        written = [path for path in resolved.document.places if _of_memory(path)]
        for path in sorted(written, key=str):
            message = "says nothing without `overcommit`: add that to the hosts, or leave this out"
            yield Problem(resolved.place(*path), dotted(path), message)
        return
    for name, group in sorted(scenario.vms.items()):
        most, at = group.memory if group.memory_limit is None else min(group.memory, group.memory_limit), f"vms.{name}"
        if group.memory_reservation > most:
            message = f"is above the {show(most, 'size')} it can have"
            yield Problem(resolved.place("vms", name, "memory_reservation"), f"{at}.memory_reservation", message)
        if group.active > group.touched:
            message = f"is above the {show(group.touched, 'fraction')} it has touched"
            yield Problem(resolved.place("vms", name, "active"), f"{at}.active", message)
    states = scenario.memory.high, scenario.memory.soft, scenario.memory.hard, scenario.memory.low
    if list(states) != sorted(states, reverse=True):
        yield Problem(resolved.place("memory"), "memory", "must have high, soft, hard and low in falling order")
    if resolved.scheduler is not None:
        message = "cannot schedule VMs that wait for memory: leave it out, or `overcommit`"
        yield Problem(resolved.place("scheduling"), "scheduling", message)


def _of_memory(path: tuple[str | int, ...]) -> bool:
    """Whether a key says something about memory that is taken back."""
    keys = {"hosts": ("reclaim", "swap_disk", "swap_disks"), "vms": REMEMBERED}
    return path == ("memory",) or (len(path) == 3 and path[2] in keys.get(str(path[0]), ()))


def _problem(resolved: Resolved, key: str, message: str) -> Problem:
    return Problem(_where(resolved, key), key, message)


def _where(resolved: Resolved, key: str) -> Place:
    """Where the key was written; for a default, what makes it wrong: the workload, or the file."""
    written = (key,) in resolved.document.places
    return resolved.place(key) if written else resolved.place("workload")
