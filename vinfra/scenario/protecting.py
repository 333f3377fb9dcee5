"""The `backup`, `restores` and `faults` of a file as plug-ins with their parameters; every problem at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from vinfra.backup.converter import Converter
from vinfra.backup.kind import Kind
from vinfra.backup.method import Method
from vinfra.backup.policy import Policy
from vinfra.backup.reduction import Reduction
from vinfra.backup.restorer import Restorer
from vinfra.backup.retention import Retention
from vinfra.backup.schedule import Schedule
from vinfra.backup.transport import Transport
from vinfra.document import Document
from vinfra.engine.calendar import DAY, HOUR, Calendar
from vinfra.errors import Problem, dotted, suggest
from vinfra.faults.fault import Fault, HostFault, faults
from vinfra.scenario.plugins import Key, chosen, gather
from vinfra.scenario.references import is_member, place
from vinfra.scenario.schema import Scenario
from vinfra.scenario.schema_backup import Backup, Drill, Job, Limits
from vinfra.scenario.schema_clusters import managed
from vinfra.storage.commit import Commit
from vinfra.storage.identity import IdentityPolicy
from vinfra.validate import validate

T = TypeVar("T")
AGE = re.compile(r"(one|[1-9]\d{0,4}) (day|days|h|hours) old")
BY_HAND = "weekdays at 18h"  # an operator starts jobs at the end of a working day and has the weekend off; assumed
DAILY = "daily at 22h"
CONVERTER = "converter"  # not a way back by itself: what makes others lead to another platform


@dataclass(frozen=True, slots=True)
class Asked:
    """A drill as it is read: its way back, when it is, and how old (seconds) the restore point may be."""

    drill: Drill
    restorer: Restorer
    at: float
    wanted: float


@dataclass(frozen=True, slots=True)
class Protection:
    """A backup section with the plug-ins it chose. `starts` are the times of each job; none where a policy starts them;
    `ways` are the ways back there are, by name."""

    backup: Backup
    transport: Transport
    identity: IdentityPolicy
    commit: Commit
    reduction: Reduction
    policy: Policy | None
    jobs: Mapping[str, tuple[Job, Kind, Method]]
    starts: Mapping[str, Schedule]
    limits: Limits
    retention: Retention | None
    verify: Schedule | None
    offsite_starts: Schedule | None
    offsite_retention: Retention | None
    ways: Mapping[str, Restorer]
    converter: Converter | None
    drills: Mapping[str, Asked]


def protection(document: Document, scenario: Scenario, problems: list[Problem]) -> Protection | None:
    """What the file says of backup; None where it says nothing, or where something is wrong with it."""
    reader = Reader(document, problems)
    if scenario.backup is None or isinstance(scenario.backup, str):
        if scenario.restores and scenario.backup is None:
            reader.wrong(("restores",), "say nothing without `backup`: add it, or leave them out")
        return None
    before = len(problems)
    found = reader.protection(scenario, scenario.backup)
    return found if len(problems) == before else None


def breakdowns(document: Document, scenario: Scenario, problems: list[Problem]) -> Mapping[str, tuple[Fault, float]]:
    """Every fault with when it happens, by name; a fault is called as its kind where it does not say `kind`."""
    found, calendar, reader = {}, Calendar(scenario.start), Reader(document, problems)
    alone = managed(scenario)
    if scenario.faults and scenario.backup is None and not alone:
        message = "are told of an estate that is backed up, or of hosts under management: add `backup`, or `cluster`"
        reader.wrong(("faults",), message)
    for name, entry in scenario.faults.items():
        at = ("faults", name)
        if "kind" not in entry and name not in faults:
            cure = suggest(name, faults.names()) or f"; known: {', '.join(faults.names())}"
            reader.wrong(at, f"is no kind of fault: add `kind` (vinfra list faults){cure}")
            continue
        whole = {"kind": name, **entry}
        fault = gather(problems, partial(chosen, document, at, whole, "kind", "faults"))
        if fault is None:
            continue
        if alone and not isinstance(fault, HostFault):
            reader.wrong(at, f"{fault.name} does not happen to hosts under management: leave it out")
        elif isinstance(fault, HostFault) and fault.only_managed and not alone:
            reader.wrong(at, f"{fault.name} happens to hosts under management: add `cluster`")
        elif isinstance(fault, HostFault):
            gather(problems, partial(reader.open, at, fault, calendar))
        moment = 0.0 if fault.at == "start" else reader.read((*at, "at"), partial(calendar.moment, fault.at))
        if moment is not None:
            found[name] = (fault, moment)
    return found


class Reader:
    """Reads one document and gathers what is wrong with it."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self.document = document
        self.problems = problems

    def open(self, at: Key, fault: HostFault, calendar: Calendar) -> None:
        """Have a fault read its file, which stands beside the scenario or, set by --set, in the working folder;
        InputError for what is wrong with it, once for each host that there is not."""
        fault.open(Path(place(self.document, (*at, "path")).file).parent, calendar)
        hosts = self.document.data.get("hosts", {})
        for name, where in dict(reversed([*fault.hosts()])).items():
            if not is_member(name, hosts):
                cure = suggest(name, list(hosts))
                self.problems.append(Problem(where, "", f"there is no host '{name}' in the scenario{cure}"))

    def wrong(self, at: Key, message: str) -> None:
        """Something is wrong there."""
        self.problems.append(Problem(place(self.document, at), dotted(at), message))

    def read(self, at: Key, work: Callable[[], T]) -> T | None:
        """The result of the work; None where a ValueError says what is wrong with the value there."""
        try:
            return work()
        except ValueError as wrong:
            self.wrong(at, str(wrong))
            return None

    def choose(self, at: Key, entry: Any, word: str, kind: str) -> Any:
        """The plug-in an entry names."""
        return gather(self.problems, lambda: chosen(self.document, at, entry, word, kind))

    def spec(self, spec: Any, data: Mapping[str, Any], at: Key) -> Any:
        """Data as a Spec."""
        return gather(self.problems, lambda: validate(spec, data, self.document.places, at))

    def protection(self, scenario: Scenario, backup: Backup) -> Protection:
        """All of it; where something was wrong the problems say so."""
        at, calendar = ("backup",), Calendar(scenario.start)
        written = {} if isinstance(backup.schedule, str) else dict(backup.schedule)
        common = {key: value for key, value in written.items() if key in Limits.model_fields}
        limits = {"concurrency": 1, "retries": 0} if backup.schedule == "none" else common
        catalog = None if isinstance(backup.catalog, str) else backup.catalog
        offsite = None if isinstance(backup.offsite, str) else backup.offsite
        verify = None if catalog is None else catalog.verify
        sent = None if offsite is None or offsite.starts == "at once" else offsite.starts
        ways = [] if isinstance(backup.restore, str) else backup.restore
        policy = backup.policy
        if policy is not None:
            policy = self.choose((*at, "policy"), policy, "policy", "backup-policies")
        return Protection(
            backup=backup,
            transport=self.choose((*at, "transport"), backup.transport, "kind", "transports"),
            identity=self.choose((*at, "lun_identity"), backup.lun_identity, "policy", "lun-identities"),
            commit=self.choose((*at, "commit"), backup.commit, "method", "commits"),
            reduction=self.spec(Reduction, backup.reduction, (*at, "reduction")),
            policy=policy,
            jobs={name: self._job(name, job) for name, job in backup.jobs.items()},
            starts=self._starts(backup, {key: value for key, value in written.items() if key not in common}),
            limits=self.spec(Limits, limits, (*at, "schedule")),
            retention=None if catalog is None else self._keep((*at, "catalog", "keep"), catalog.keep),
            verify=None if verify is None else self._times((*at, "catalog", "verify"), verify),
            offsite_starts=None if sent is None else self._times((*at, "offsite", "starts"), sent),
            offsite_retention=None if offsite is None else self._keep((*at, "offsite", "keep"), offsite.keep),
            ways=self._ways(ways),
            converter=Converter() if CONVERTER in ways else None,
            drills=self._drills(scenario, calendar),
        )

    def _keep(self, at: Key, keep: Sequence[str]) -> Retention | None:
        return self.read(at, lambda: Retention.parse(keep))

    def _times(self, at: Key, words: object) -> Schedule | None:
        return self.read(at, lambda: Schedule.parse(str(words)))

    def _job(self, name: str, job: Job) -> tuple[Job, Kind, Method]:
        at, method = ("backup", "jobs", name), job.method
        if job.full is not None:
            method = {**({"method": method} if isinstance(method, str) else method), "full": job.full}
        kind = self.choose((*at, "kind"), job.kind, "kind", "backup-kinds")
        return job, kind, self.choose((*at, "method"), method, "method", "backup-methods")

    def _starts(self, backup: Backup, written: Mapping[str, Any]) -> Mapping[str, Schedule]:
        """When each job starts: as written, by hand where there is no schedule, daily where nothing is said."""
        for name in sorted(written.keys() - backup.jobs.keys()):
            known = [*backup.jobs, *Limits.model_fields]
            self.wrong(("backup", "schedule", name), f"no job '{name}'{suggest(name, known)}")
        if backup.policy is not None:
            return {}
        usual = BY_HAND if backup.schedule == "none" else DAILY
        found = {}
        for name in backup.jobs:
            times = self._times(("backup", "schedule", name), written.get(name, usual))
            if times is not None:
                found[name] = times
        return found

    def _ways(self, names: Iterable[str]) -> Mapping[str, Restorer]:
        return {
            name: self.choose(("backup", "restore", index), name, "kind", "restores")
            for index, name in enumerate(names)
            if name != CONVERTER
        }

    def _drills(self, scenario: Scenario, calendar: Calendar) -> Mapping[str, Asked]:
        found = {}
        for name, drill in scenario.restores.items():
            if isinstance(drill, str):
                continue
            at = ("restores", name)
            restorer = self.choose((*at, "kind"), drill.kind, "kind", "restores")
            moment = self.read((*at, "at"), partial(calendar.moment, drill.at))
            wanted = self.read((*at, "wanted"), partial(_age, drill.wanted))
            if restorer is not None and moment is not None and wanted is not None:
                found[name] = Asked(drill, restorer, moment, wanted)
        return found


def _age(text: str) -> float:
    """`one day old` in seconds; ValueError with the cure."""
    match = AGE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"'{text}' is no age of a restore point; write it like 'one day old', '3 days old' or '36 h old'"
        )
    return (1 if match[1] == "one" else int(match[1])) * (DAY if match[2].startswith("day") else HOUR)
