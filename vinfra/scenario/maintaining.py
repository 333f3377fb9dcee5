"""The `maintenance` of a file: windows with the work that is done in them, and which hosts are not there before one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vinfra.document import Document
from vinfra.engine.calendar import Calendar
from vinfra.errors import Problem, dotted
from vinfra.operations.clusters.maintenance import Window
from vinfra.operations.clusters.work import Work
from vinfra.operations.layout import Bools
from vinfra.scenario.plugins import chosen, gather
from vinfra.scenario.references import place
from vinfra.scenario.schema import Scenario
from vinfra.scenario.schema_maintenance import Maintenance
from vinfra.validate import validate

if TYPE_CHECKING:
    from vinfra.scenario.load import Resolved
    from vinfra.scenario.population import Estate


@dataclass(frozen=True, slots=True)
class Asked:
    """A window as it is read: what stands beside the work, the work, and from when until when a host may be begun."""

    settings: Maintenance
    work: Work
    start: float
    until: float


def asked(document: Document, scenario: Scenario, problems: list[Problem]) -> Mapping[str, Asked]:
    """Every window by its name."""
    found, calendar = {}, Calendar(scenario.start)
    for name, entry in scenario.maintenance.items():
        at = ("maintenance", name)
        beside = {key: value for key, value in entry.items() if key in Maintenance.model_fields}
        settings = gather(problems, partial(validate, Maintenance, beside, document.places, at))
        work = gather(problems, partial(chosen, document, at, entry, "work", "works", Maintenance.model_fields))
        if settings is None or work is None:
            continue
        end = scenario.warmup + scenario.duration
        times: list[float] = []
        for key, text in (("start", settings.start), ("until", settings.until)):
            try:
                times.append(end if text is None else calendar.moment(text))
            except ValueError as wrong:
                problems.append(Problem(place(document, (*at, key)), dotted((*at, key)), str(wrong)))
        if len(times) == 2 and times[1] <= times[0]:
            key = "start" if settings.until is None else "until"
            message = "must be before the end of the run" if key == "start" else "must be after `start`"
            problems.append(Problem(place(document, (*at, key)), dotted((*at, key)), message))
        elif len(times) == 2:
            found[name] = Asked(settings, work, *times)
    return found


def windows(resolved: Resolved, estate: Estate) -> Sequence[Window]:
    """The windows, by name, with their hosts by index."""
    found = []
    for name, one in sorted(resolved.maintenance.items()):
        settings = one.settings
        hosts = np.flatnonzero(_named(settings.hosts, estate)).tolist()
        rest = settings.at_once, settings.failures, settings.every
        found.append(Window(name, one.work, hosts, one.start, one.until, *rest))
    return found


def there(resolved: Resolved, estate: Estate) -> Bools:
    """Which hosts are there from the beginning, shape (hosts,)."""
    found: Bools = np.ones(len(estate.hosts.names), dtype=bool)
    for one in resolved.maintenance.values():
        if one.work.builds:
            found &= ~_named(one.settings.hosts, estate)
    return found


def _named(hosts: str | list[str] | None, estate: Estate) -> Bools:
    """Which hosts are named, by themselves or by their group, shape (hosts,)."""
    if hosts is None:
        return np.ones(len(estate.hosts.names), dtype=bool)
    wanted = {hosts} if isinstance(hosts, str) else set(hosts)
    groups = [estate.kinds[kind].group for kind in estate.kind.tolist()]
    pairs = zip(estate.hosts.names, groups, strict=True)
    return np.array([name in wanted or group in wanted for name, group in pairs])
