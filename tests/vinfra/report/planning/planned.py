"""Plans to report on: a full one of any size with four targets, one in which everything that can be unknown is, and
one of nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np

from tests.vinfra.report.planning import estate
from tests.vinfra.report.planning.estate import DAY, GIB
from vinfra.errors import Place
from vinfra.hypervisors.edition import Bill, BillLine
from vinfra.planning.assumptions import Assumptions, Sizing
from vinfra.planning.inventory import Inventory
from vinfra.planning.plan import (
    BackupPlan,
    Draw,
    Fleet,
    Migration,
    Move,
    Night,
    Packing,
    Plan,
    PowerReport,
    Rack,
    TargetPlan,
    Trial,
)
from vinfra.planning.target import Target
from vinfra.scenario.results import Source
from vinfra.scenario.schema_costs import Costs

TITLES = ("Proxmox VE 8", "Windows Server 2022 Hyper-V", "XCP-ng 8.3 <script>", "VMware Cloud Foundation 9")
NAMES = ("proxmox-ve", "hyper-v", "xcp-ng", "vmware-vcf")
PER_HOST = 40  # machines


def full(machines: int = 40) -> Plan:
    """Everything is known; the ranking is by total cost."""
    inventory = estate.inventory(machines)
    running = [found.name for found in inventory.machines if found.runs]
    targets = [target(index, running) for index in range(4)]
    return Plan(
        inventory,
        None,
        Assumptions(costs=Costs(currency="EUR", years=5), sizing=Sizing(cpu_percentile=90.0)),
        [estate.suggestion(number) for number in range(machines)],
        sorted(targets, key=lambda one: one.total or 0.0),
        {"xen-3": "no server of 2026 is known to it"},
        ["12 machines have no recording"],
        "EUR",
        DAY,
        [Source("editions", "vcf", "assumed", "a blog of 2025", ("price: 350",), True)],
        {"costs.years": Place("ours.yaml", 3, 8), "sizing.cpu_percentile": Place("--set")},
    )


def target(index: int, running: list[str]) -> TargetPlan:
    carrying = max(1, len(running) // PER_HOST)
    order = np.arange(len(running))
    packing = Packing("first-fit-decreasing", carrying + 1, order % (carrying + 1), carrying, "memory")
    chosen = Packing("CP-SAT", carrying, order % carrying, carrying, "the optimiser's proof")
    hosts, spare = carrying + 1 + index, 1 + index
    fleet = Fleet(
        running, packing, chosen, spare,
        [Rack(min(8, hosts - done), 800.0 * min(8, hosts - done), 8000.0, "power") for done in range(0, hosts, 8)],
        0.55, 0.71, 3.2, "memory", {running[-1]: "wants 64 vCPUs, a host has 48"} if running else {},
    )  # fmt: skip
    licence, years = bill(index, hosts), 5
    power = draws(hosts)
    parts = {
        "licence": licence.per_year * years,
        "hardware": 9000.0 * hosts,
        "power and cooling": power.after.cost * years,
        "guest licences": 6155.0 * hosts,
    }
    return TargetPlan(
        Target(
            title=TITLES[index],
            hypervisor="kvm-6.8",
            edition="standard",
            server="dell-r7615",
            memory="2 TiB",
        ),
        fleet,
        power,
        [licence, windows(hosts)],
        9000.0 * hosts,
        BackupPlan("changed blocks", 5e12, 250e9, 5.5 * 3600, 8 * 3600, "the proxies' cores", 40e12, 20 * 3600, "two"),
        migration(running, warm=index == 1),
        Trial(
            {
                "as planned": {"cpu_ready_pct": 0.8, "latency_p99_ms": None},
                "a host fails": {"cpu_ready_pct": 4.2, "cpu_ready_p99_pct": 9.1},
            },
            {"memory": "balloons are not modelled with management"},
            "drawn with the statistics of Bitbrains",
            ["host 2 waits 6 % of the time on Monday at 9:00 <u>", "srv-00004 swaps"] if index else [],
            "0f" * 32,
        ),
        parts,
        sum(parts.values()),
        ["costs least over 5 years" if not index else "fewest hosts", "no machine waits <b>"],
        ["one machine has no host"],
        NAMES[index],
    )  # fmt: skip


def bill(index: int, hosts: int) -> Bill:
    price, cores = (355.0, 500.0, 900.0, 3500.0)[index], 16 * hosts
    why = "each of the CPUs counts at least 16 cores"
    source, tag = ("a blog of 2025 <i>", "assumed") if index == 3 else (f"price list {index}", "specified")
    line = BillLine(
        "subscription",
        "per-core",
        8 * hosts,
        cores,
        price,
        1,
        "EUR",
        "year",
        price * cores,
        why,
        source,
        tag,
        index == 3,
    )
    said = ["buyers report to pay less"] if index == 3 else []
    on = date(2025, 4, 10)
    return Bill(
        f"edition-{index}", f"Edition {index}", [line], 0.0, line.amount, "EUR", on, source, tag, index == 3, said
    )


def windows(hosts: int) -> Bill:
    source, amount = "Microsoft price list", 6155.0 * hosts
    line = BillLine(
        "Windows Server Datacenter", "per-host", hosts, hosts, 6155.0, 1, "EUR", "once", amount, "all of it", source,
        "specified", False,
    )  # fmt: skip
    return Bill("ws", "Windows Server", [line], amount, 0.0, "EUR", date(2024, 11, 1), source, "specified", False)


def draws(hosts: int) -> PowerReport:
    def draw(what: str, count: int, factor: float) -> Draw:
        mean = 400.0 * count * factor
        kwh = mean * 8.76
        return Draw(
            what, count, 200.0 * count * factor, mean, 800.0 * count, kwh, 1.5 * kwh, 0.3 * kwh, 0.38 * kwh, "SPECpower"
        )

    return PowerReport(draw("before", hosts * 2, 1), "", draw("after", hosts, 1), draw("standby", hosts, 0.7), "")


def migration(running: list[str], warm: bool = False) -> Migration:
    first, per_night = date(2026, 11, 9), 60
    groups = [running[:5], *(running[at : at + per_night] for at in range(5, len(running), per_night))]
    nights = [night(0, first, "rehearsal", running[:4])]
    nights += [night(n, first + timedelta(days=n), "wave", group) for n, group in enumerate(groups, start=1) if group]
    return Migration(
        nights, {estate.name(28): "a raw LUN"}, "replication, then a switch" if warm else "cold copy",
        len(running) * 50e9, len(running) * 1800.0, nights[-1].on, "converter rates of 2007",
    )  # fmt: skip


def night(number: int, on: date, kind: str, machines: list[str]) -> Night:
    moves = [Move(name, "cold copy", 600.0 * n, 600.0 * n + 1800.0, 50e9, 1800.0) for n, name in enumerate(machines)]
    ends = datetime(on.year, on.month, on.day, 22) + timedelta(seconds=max((move.ends for move in moves), default=0.0))
    return Night(on, kind, number, moves, ends, number % 7 != 6)  # type: ignore[arg-type]


def bare() -> Plan:
    """Machines that run, and nothing else is known."""
    inventory = Inventory("list.csv", "servers", None, [estate.Machine("a", "physical", 4, 8.0 * GIB)])
    packing = Packing("first-fit-decreasing", 1, np.zeros(1, dtype=np.int64), 0, "nothing")
    draw = Draw("after", 1, 100.0, 120.0, 200.0, 1051.2, 1576.8, 0.0, 0.0, "SPECpower")
    only = TargetPlan(
        Target(title="KVM", hypervisor="kvm-6.8", edition="none", server="dell-r7615", memory="64 GiB"),
        Fleet(["a"], packing, packing, 0, [], 0.1, 0.2, 1.0, "memory", {}),
        PowerReport(None, "no host of today is known", draw, None, "one sample says nothing of the night"),
        [], None, None, None, None, {"licence": None}, None, [], [],
    )  # fmt: skip
    return Plan(inventory, None, Assumptions(), [estate.suggestion(4)], [only], {}, [])


def nothing() -> Plan:
    """No machine and no target."""
    return Plan(Inventory("empty.csv", "servers"), None, Assumptions(), [], [], {"esx": "nothing to place"}, [])


def big(machines: int = 20_000) -> Plan:
    """An estate of the largest size that is planned for."""
    return full(machines)


def hosts_of(one: TargetPlan) -> np.ndarray:
    """Machines on each host, counted the slow way."""
    counts: dict[int, int] = {}
    for host in one.fleet.chosen.at.tolist():
        counts[host] = counts.get(host, 0) + 1
    return np.array([counts[host] for host in sorted(counts)])
