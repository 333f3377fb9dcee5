"""Runs to report on: a day of a fleet, a sweep with a refusal and a failing claim, one variant, and hostile text."""

from __future__ import annotations

from typing import Any

import numpy as np

from vinfra.metrics.metric import find
from vinfra.scenario.results import Claim, Interval, Point, Run, Source, Variant

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)> <!-- {{7*7}} \x1b[31m"

SOURCES = [
    Source(
        "servers",
        "hp-proliant-g4",
        "measured",
        "SPECpower_ssj2008 result, HP ProLiant ML110 G4, 2011",
        ("power", "memory"),
    ),
    Source("servers", "hp-proliant-g4", "assumed", "no published figure; the usual number of NICs", ("nics",)),
    Source("processors", "xeon-3040", "derived", "data sheet clock times the number of cores", ("capacity",)),
    Source("processors", "xeon-3040", "measured", "Adams and Agesen, ASPLOS 2006, table 1", ("exit_round_trip",), True),
]


def day(variants: int = 2, epochs: int = 288) -> Run:
    """The PlanetLab day: power policies over 288 epochs of five minutes."""
    rng = np.random.default_rng(1)
    names = ["npa", "dvfs", *(f"policy-{number}" for number in range(3, variants + 1))]
    time = np.arange(epochs) * 300.0
    points = []
    for index, name in enumerate(names):
        day_wave = 0.12 + 0.05 * np.sin(2 * np.pi * (time / 86400 - 0.3)) + 0.01 * rng.normal(size=epochs).cumsum() / 8
        load = np.clip(day_wave + 0.004 * rng.normal(size=epochs), 0.01, 1)
        power = (800 * 117.0 if index == 0 else 800 * (86 + 31 * load - 3 * index)) * np.ones(epochs)
        series = {
            "time_s": time,
            "power_w": power,
            "cpu_utilisation": load,
            "cpu_ready": np.clip(0.004 + 0.002 * rng.normal(size=epochs), 0, None),
            "hosts_on": np.full(epochs, 800.0),
        }
        metrics: dict[str, float | None] = {
            "energy_kwh": float(power.sum() * 300 / 3.6e6),
            "power_mean_w": float(power.mean()),
            "power_peak_w": float(power.max()),
            "cpu_utilisation_pct": float(100 * load.mean()),
            "cpu_ready_pct": float(100 * series["cpu_ready"].mean()),
            "hosts_on": 800.0,
        }
        intervals = [Interval("h1-17", "full", 3600.0, 4200.0), Interval("h2-3", "full", 36000.0, 36900.0)]
        points.append(Point(name, {}, 0, metrics, series=series, intervals=intervals))
    first, second = (points[index].metrics["energy_kwh"] or 0.0 for index in (0, 1))
    return assembled(
        "planetlab-day",
        "How much energy does a day of a thousand virtual machines take, and what does following the load save?",
        {name: {"power": name} for name in names},
        points,
        [
            Claim("energy: npa > dvfs", True, "idle hosts clock down", f"{first:.6g} > {second:.6g}"),
            Claim("energy: dvfs within 2 % of 1650", True, "", f"{second:.6g} against 1650"),
        ],
        ["energy_kwh", "power_mean_w", "power_peak_w", "cpu_utilisation_pct", "cpu_ready_pct", "hosts_on"],
        contents={"traces/20110303": "9f" * 32},
    )


def sweep(series: bool = True) -> Run:
    """Four techniques, three workloads, three replications; one technique is refused, a point and a claim fail."""
    rng = np.random.default_rng(2)
    factor = {"native": 1.0, "shadow": 0.78, "nested": 0.92, "nested-large": 0.97}
    points = []
    for count, workload in enumerate(["kernel-build", "oltp", "pointer-chase"], start=1):
        for name, speed in factor.items():
            for replication in range(3):
                point = Point(name, {"vms.guest.workload": workload}, replication)
                points.append(point)
                if name == "nested-large":
                    point.refused = "processor opteron-248 has no nested paging; choose one with it: opteron-2356"
                    continue
                if (name, workload, replication) == ("shadow", "oltp", 1):
                    point.error = "RuntimeError: conservation: 3.2 cycles more went out than came in"
                    continue
                value = 4 * speed * (1 - 0.05 * count) * (1 + 0.01 * float(rng.normal()))
                point.metrics = {"throughput_per_s": value, "cpu_overhead_pct": 100 * (1 / speed - 1) * count}
                if series:
                    time = np.arange(60) * 10.0
                    point.series = {"time_s": time, "cpu_utilisation": 0.5 + 0.4 * rng.random(60) * speed}
    return assembled(
        "nested-paging",
        "Does nested paging change which workloads are worth virtualizing?",
        {
            "native": {"hosts.h1.hypervisor": None},
            "shadow": {},
            "nested": {"hosts.h1.technique": "nested-paging"},
            "nested-large": {"hosts.h1.technique": "nested-paging", "vms.guest.pages": "2 MiB"},
        },
        points,
        [
            Claim("throughput: nested > shadow, when vms.guest.workload = kernel-build", True, "", "3.50137 > 2.96452"),
            Claim(
                "throughput: shadow > nested, when vms.guest.workload = pointer-chase",
                False,
                "a TLB miss walks two tables",
                "2.65 > 3.13 at vms.guest.workload = pointer-chase",
            ),
        ],
        ["throughput_per_s", "cpu_overhead_pct"],
        sweep=["vms.guest.workload"],
        relative={"throughput_per_s": "native"},
    )


def counts(variants: int = 3) -> Run:
    """A sweep over numbers and a second path, without series."""
    points = []
    for pages in ["4 KiB", "2 MiB"]:
        for number in [1, 2, 4, 8]:
            for index in range(variants):
                at = {"vms.guest.count": number, "vms.guest.pages": pages}
                for replication in range(2):
                    level = number / (1 + 0.1 * index * number) + 0.05 * replication + (pages == "2 MiB")
                    points.append(Point(f"v{index}", at, replication, {"throughput_per_s": level}))
    changes: dict[str, dict[str, Any]] = {f"v{index}": {"hosts.h1.cores": index} for index in range(variants)}
    return assembled(
        "counts",
        "How far does it scale?",
        changes,
        points,
        [],
        ["throughput_per_s"],
        sweep=["vms.guest.count", "vms.guest.pages"],
    )


def drawn(rows: int = 64, variants: int = 2, replications: int = 3, noise: float = 0.2) -> Run:
    """A sample of three numbers and a name: energy follows the first and the name, ready time falls with the second
    where the first is large, nothing follows the third; seeds are common to rows and variants."""
    rng = np.random.default_rng(3)
    seeds = rng.normal(size=replications)
    places = np.column_stack([(rng.permutation(rows) + rng.random(rows)) / rows for _ in range(4)])
    points = []
    for first, second, third, name in places.tolist():
        at = {
            "vms.office.count": 100 + round(200 * first),
            "vms.office.reservation": f"{400 + 1200 * second:.6g} MHz",
            "vms.office.disk": f"{20 + 80 * third:.6g} GiB",
            "hosts.esx.server": ("old", "new")[int(2 * name)],
        }
        for index in range(variants):
            for replication in range(replications):
                shift = noise * (seeds[replication] + 0.3 * float(rng.normal()))
                energy = 20 * first + 6 * int(2 * name) + index + shift + 10
                ready = max(0.0, 20 * first - 15 * second) if index == 0 else 0.0
                metrics = {"energy_kwh": energy, "cpu_ready_pct": ready, "hosts_on": 12.0}
                points.append(Point(f"v{index}", at, replication, dict(metrics)))
    return assembled(
        "drawn",
        "What matters?",
        {f"v{index}": {"placement.policy": index} for index in range(variants)},
        points,
        [],
        ["cpu_ready_pct", "energy_kwh", "hosts_on"],
        sweep=["vms.office.count", "vms.office.reservation", "vms.office.disk", "hosts.esx.server"],
    )


def priced() -> Run:
    """Cycles by event under two techniques at two workloads; one kind saves cycles, two kinds never occur."""
    shares = {"native": (0.0, 0.0, 0.0), "translation": (23.4, 6.2, -1.5), "nested": (0.0, 0.0, 3.9)}
    columns = [f"cycles_{kind}_pct" for kind in ("page_tables", "switches", "processes", "calls", "tlb")]
    points = []
    for factor, workload in enumerate(("kernel-build", "oltp"), start=1):
        for name, (tables, calls, tlb) in shares.items():
            for replication in range(2):
                values = (tables * factor, 0.0, 0.0, calls * factor + replication, tlb * factor)
                metrics: dict[str, float | None] = dict(zip(columns, values, strict=True))
                at = {"vms.guest.workload": workload}
                points.append(Point(name, at, replication, metrics | {"throughput_per_s": 4.0 / factor}))
    points.append(Point("refused", {"vms.guest.workload": "oltp"}, 0, refused="no nested paging"))
    run = assembled(
        "priced",
        "Which event pays?",
        {name: {"technique": name} for name in (*shares, "refused")},
        points,
        [],
        ["throughput_per_s", *columns],
        sweep=["vms.guest.workload"],
    )
    run.sources += [Source("techniques", name, "assumed", "tables") for name in ("nested-paging", "binary-translation")]
    return run


def alone() -> Run:
    """One variant, no series, no claims, no sources."""
    metrics: dict[str, float | None] = {"energy_kwh": 12345.678, "vms_unplaced": 0.0, "cpu_ready_pct": None}
    run = assembled("one", "", {"as-written": {}}, [Point("as-written", {}, 0, metrics)], [], list(metrics))
    run.sources = []
    return run


def hostile() -> Run:
    """Text that would like to be markup, a script or an escape code, wherever a run holds text."""
    time = np.arange(5.0)
    names = [HOSTILE, "a'b\"c]\\n"]
    at = {f"vms.{HOSTILE}.x": HOSTILE, "variant": "=1+1", "Variant": 3}
    points = [
        Point(
            name,
            at,
            0,
            {"energy_kwh": 1.0 + index},
            series={"time_s": time, HOSTILE: time * index, "power_w": time},
            intervals=[Interval(HOSTILE, HOSTILE, 0.0, 2.0)],
        )
        for index, name in enumerate(names)
    ]
    points.append(Point("c", at, 0, refused=HOSTILE))
    points.append(Point("d", at, 0, error=HOSTILE))
    run = assembled(
        HOSTILE,
        HOSTILE,
        {name: {HOSTILE: HOSTILE} for name in [*names, "c", "d"]},
        points,
        [Claim(HOSTILE, False, HOSTILE, HOSTILE)],
        ["energy_kwh"],
        sweep=list(at),
    )
    run.sources = [Source(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), True)]
    run.contents = {HOSTILE: HOSTILE}
    run.resolved = run.background = HOSTILE
    return run


def assembled(
    name: str,
    question: str,
    changes: dict[str, dict[str, Any]],
    points: list[Point],
    expect: list[Claim],
    metrics: list[str],
    sweep: list[str] | None = None,
    relative: dict[str, str] | None = None,
    contents: dict[str, str] | None = None,
) -> Run:
    variants = []
    for variant, changed in changes.items():
        mine = [point for point in points if point.variant == variant]
        refused = next((point.refused for point in mine if point.refused), None)
        means: dict[str, float | None] = {}
        for column in metrics:
            values = [value for point in mine if (value := point.metrics.get(column)) is not None]
            means[column] = sum(values) / len(values) if values else None
        variants.append(Variant(variant, changed, means, refused))
    return Run(
        scenario=name,
        question=question,
        background="The servers of 2011 draw most of their power when idle. Many papers compare on this day.",
        identity="3b" * 32,
        seed=2007,
        version="0.1.0",
        variants=variants,
        points=points,
        expect=expect,
        metrics=[find(column) for column in metrics],
        sources=list(SOURCES),
        sweep=sweep or [],
        relative=relative or {},
        contents=contents or {},
        resolved=f"scenario: {name}\nseed: 2007\nduration: 1 d\nhosts:\n  h1:\n    server: hp-proliant-g4\n",
        wall_s=0.31,
        cpu_s=0.29,
    )
