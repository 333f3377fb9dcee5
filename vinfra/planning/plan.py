"""A plan: what the rooms of planning hand to each other, and to report and workbook.

Units: bytes, hertz, seconds, watts; money in the plan's currency. What could not be found out is None, and a sentence
beside it says why. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import Place
from vinfra.hypervisors.edition import Bill
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Inventory
from vinfra.planning.target import Target
from vinfra.planning.utilisation import Utilisation
from vinfra.scenario.results import Source

Verdict = Literal["oversized", "undersized", "fits", "unknown", "not running"]
Risk = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a machine should be configured with, and why. `cpu` is the demand it is sized for (hertz at its present
    clock), `busy` its percentile as a part of its vCPUs, `working` the memory it is sized for; `basis` says what they
    rest on (`28 days of samples`, `one sample`, `its configuration`)."""

    machine: str
    vcpus_now: int
    vcpus: int
    memory_now: float
    memory: float
    disk_now: float
    disk: float
    cpu: float
    working: float
    busy: float | None
    verdict: Verdict
    basis: str
    reason: str
    risk: Risk
    risk_why: str
    mean: float = 0.0  # hertz at its present clock, on average


@dataclass(frozen=True, slots=True, eq=False)
class Packing:
    """Machines on hosts that are alike: `at` is the host of each, shape (machines,), from 0; `bound` the fewest hosts
    that any placement could do with, by what (`memory`, `CPU`, `vCPUs per core`, or the optimiser's proof)."""

    method: str
    hosts: int
    at: NDArray[np.int64]
    bound: int
    bound_why: str

    @property
    def gap(self) -> float:
        """How far above the bound, as a part of it."""
        return (self.hosts - self.bound) / self.bound if self.bound else 0.0


@dataclass(frozen=True, slots=True)
class Rack:
    """Hosts that share a feed: how many, what they draw at the most, what the rack may, what stopped the next one."""

    hosts: int
    peak: float
    limit: float
    full_by: Literal["power", "space", "nothing"]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hosts of one target: those that carry the machines, those kept for failures, and where they stand."""

    machines: Sequence[str]
    heuristic: Packing
    chosen: Packing
    spare: int
    racks: Sequence[Rack]
    cpu_fill: float  # mean over hosts that carry machines, of what each promises
    memory_fill: float
    vcpus_per_core: float
    needed_by: str  # what decides the number of hosts
    unplaced: Mapping[str, str]  # machine and why no host of this kind takes it
    sockets: int = 0  # of one host
    cores_per_socket: int = 0
    memory: float = 0.0  # of one host
    clusters: int = 1  # each keeps its own of the spare hosts
    notes: Sequence[str] = ()  # what its numbers rest on, in sentences

    @property
    def hosts(self) -> int:
        """All of them."""
        return self.chosen.hosts + self.spare


@dataclass(frozen=True, slots=True)
class Draw:
    """Power of an estate over a year. `peak` is what feeds must carry, `facility_kwh` is with cooling and losses."""

    what: str
    hosts: int
    idle: float
    mean: float
    peak: float
    kwh: float
    facility_kwh: float
    cost: float
    carbon_kg: float
    basis: str


@dataclass(frozen=True, slots=True)
class PowerReport:
    """Before (None where nothing is known of the hosts of today), after, and after with idle hosts on standby."""

    before: Draw | None
    before_why: str
    after: Draw
    standby: Draw | None
    standby_why: str


@dataclass(frozen=True, slots=True)
class Move:
    """One machine in a night: how, when (seconds after the night's window opens), and how much of it is copied."""

    machine: str
    method: str
    begins: float
    ends: float
    moved: float
    downtime: float


@dataclass(frozen=True, slots=True)
class Night:
    """One night on the calendar; a rehearsal copies and starts machines beside the running ones."""

    on: date
    kind: Literal["rehearsal", "wave"]
    number: int
    moves: Sequence[Move]
    ends: datetime
    fits: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """Nights in order; `blocked` machines need hands, and why; `method` and `source` say how the rates were found."""

    nights: Sequence[Night]
    blocked: Mapping[str, str]
    method: str
    moved: float
    downtime: float
    finished: date | None
    source: str


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """Backup on one target: what it takes each night and for keeping; None where the inventory has no disks."""

    method: str
    full: float
    nightly: float
    window: float
    allowed: float
    limited_by: str
    repository: float
    first_full: float
    why: str
    proxies: int | None = None  # of the same kind with which a night is long enough; None where none are

    @property
    def fits(self) -> bool:
        """Whether a night is long enough."""
        return self.window <= self.allowed

    @property
    def cure(self) -> str:
        """What would make it fit, in words."""
        return "more proxies do not help" if self.proxies is None else f"{self.proxies} such proxies would do"


@dataclass(frozen=True, slots=True)
class Trial:
    """The plan simulated: metrics by column name for each case (`as planned`, `a host fails`, ...), and what hurts."""

    cases: Mapping[str, Mapping[str, float | None]]
    refused: Mapping[str, str]
    demand: str  # recorded, or drawn with which statistics
    pains: Sequence[str]
    digest: str


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """Everything for one target. Costs over the plan's years, by part; `total` is None where a part is unknown."""

    target: Target
    fleet: Fleet
    power: PowerReport
    bills: Sequence[Bill]
    hardware: float | None
    backup: BackupPlan | None
    migration: Migration | None
    trial: Trial | None
    parts: Mapping[str, float | None]
    total: float | None
    reasons: Sequence[str]
    warnings: Sequence[str]
    name: str = ""  # of the fact, as `--target` takes it
    kept: Sequence[Bill] = ()  # what it would be billed for on the hosts of today; nothing where there are none


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole: targets in order of rank, the best first. `currency` is that of all money, `day` the day of the plan,
    `sources` where the numbers of the world come from that it used (prices, electricity, servers), `written` the place
    of every assumption that somebody wrote, by its path."""

    inventory: Inventory
    utilisation: Utilisation | None
    assumptions: Assumptions
    suggestions: Sequence[Suggestion]
    targets: Sequence[TargetPlan]
    refused: Mapping[str, str]  # target and why it cannot be planned
    warnings: Sequence[str]
    currency: str = ""
    day: date | None = None
    sources: Sequence[Source] = ()
    written: Mapping[str, Place] = field(default_factory=dict)
