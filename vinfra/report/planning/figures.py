"""The charts of the page as Vega-Lite specifications: cost by part, power, fill of hosts, sizes, nights.

Names stand in the data, never where Vega reads expressions; what the pointer says of a mark is its `tip`. Units as at
the axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vinfra.planning.plan import Plan, Suggestion, TargetPlan
from vinfra.report.planning import costs
from vinfra.report.planning.loads import loads
from vinfra.report.planning.sizing import Bin, Sizes
from vinfra.report.planning.words import brief, day, kwh, money, part, size, watts

Spec = dict[str, Any]
BARS = 120  # hosts drawn one by one; of more, so many of the sorted ones at equal distances
NIGHTS = 366  # drawn
FEW = 5  # machines
GB = 1e9


@dataclass(frozen=True, slots=True)
class Key:
    """One colour of a legend."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: its words, its specification and its data."""

    id: str
    title: str
    caption: str
    label: str
    spec: Spec
    values: Sequence[Spec]
    keys: Sequence[Key] = field(default_factory=tuple)
    bars: bool = False  # horizontal: as high as it has bars

    @property
    def data(self) -> Spec:
        """What the page's script needs of it."""
        return {"id": self.id, "spec": self.spec, "values": list(self.values)}


def figures(plan: Plan, suggested: Mapping[str, Suggestion], sizes: Sizes) -> dict[str, Figure]:
    """Those that there is something to draw for, by their id."""
    found = [*_money(plan), *_sizes(sizes)]
    if plan.targets:
        best = plan.targets[0]
        found += [*_power(best), *_fill(plan, best, suggested), *_nights(best)]
    return {figure.id: figure for figure in found}


def _money(plan: Plan) -> Iterator[Figure]:
    """Stacked bars: a target each, its parts side by side."""
    names, unit = costs.parts(plan), costs.currency(plan)
    values: list[Spec] = []
    for place, one in enumerate(plan.targets):
        known = [(k, one.parts[name]) for k, name in enumerate(names) if one.parts.get(name)]
        total = sum(cost for _, cost in known if cost is not None)
        bar: Spec = {"y": place, "n": one.target.title, "e": total, "t": brief(total)}
        if one.total is None:
            bar["t"] += " + ?"
        values += [
            {**bar, "k": k, "v": cost, "first": k == known[0][0], "tip": f"{bar['n']}, {names[k]}: {money(cost, unit)}"}
            for k, cost in known
        ]
    if not values:
        return
    colours = [f"var(--c{k % 8})" for k in range(len(names))]
    x = {
        "type": "quantitative",
        "axis": {"title": unit or None, "grid": True, "tickCount": 4, "format": "~s", "labelOverlap": True},
    }
    text = {"type": "text", "align": "left", "dx": 6, "fontSize": 11.5, "color": "var(--ink)"}
    spec = {
        **_frame({"step": 34}),
        "padding": {"left": 2, "right": 60, "top": 4, "bottom": 2},
        "encoding": {"y": _names()},
        "layer": [
            {
                "mark": {"type": "bar", "stroke": "var(--paper)", "strokeWidth": 1, "tooltip": {"content": "data"}},
                "encoding": {
                    "x": {"field": "v", "stack": "zero", **x},
                    "color": _coloured(range(len(names)), colours),
                    "order": {"field": "k"},
                },
            },
            {
                "transform": [{"filter": "datum.first"}],
                "mark": text,
                "encoding": {"x": {"field": "e", **x}, "text": {"field": "t"}},
            },
        ],
    }
    caption = f"Over {plan.assumptions.years:g} years. A question mark is a part that could not be found out."
    label = f"Stacked bars of cost by part, one bar for each of {len(plan.targets)} targets"
    keys = [Key(name, colour) for name, colour in zip(names, colours, strict=True)]
    yield Figure("cost", "Cost by part", caption, label, spec, values, keys, bars=True)


def _power(best: TargetPlan) -> Iterator[Figure]:
    """Idle, mean and peak of before, after and with standby."""
    draws = [("now", best.power.before), ("planned", best.power.after), ("planned, with standby", best.power.standby)]
    shown = [(name, draw) for name, draw in draws if draw is not None]
    values = [
        {"x": place, "n": words, "k": k, "v": watt / 1e3, "tip": f"{name}, {words}: {watts(watt)}"}
        for k, (name, draw) in enumerate(shown)
        for place, (words, watt) in enumerate((("idle", draw.idle), ("mean", draw.mean), ("peak", draw.peak)))
    ]
    colours = ["var(--c5)", "var(--c0)", "var(--c2)"]
    if best.power.before is None:
        colours = colours[1:]
    energy = "; ".join(f"{name} {kwh(draw.facility_kwh)}" for name, draw in shown)
    yield Figure(
        "watts",
        "Power of the servers",
        f"Without cooling. With cooling, a year takes: {energy}.",
        "Bars of idle, mean and peak power",
        _grouped("kW", len(shown), colours),
        values,
        [Key(name, colour) for (name, _), colour in zip(shown, colours, strict=False)],
    )


def _fill(plan: Plan, best: TargetPlan, suggested: Mapping[str, Suggestion]) -> Iterator[Figure]:
    """Memory given out on each host that carries machines, the fullest first, and the limit."""
    found = loads(plan, best, suggested)
    fill = found.fill
    if not fill.size:
        return
    picked = np.unique(np.linspace(0, len(fill) - 1, min(BARS, len(fill))).round().astype(int))
    values = [
        {"x": int(at) + 1, "v": float(fill[at]), "tip": f"{part(float(fill[at]))} of {size(found.memory_of)}"}
        for at in picked
    ]
    narrow = {"type": "bar", "color": "var(--c0)", "tooltip": {"content": "data"}}
    spec = {
        **_frame(190),
        "layer": [
            {
                "mark": narrow,
                "encoding": {
                    "x": {"field": "x", "type": "ordinal", "axis": {"title": "hosts, the fullest first", **_sparse()}},
                    "y": {**_upright("v"), "axis": {"title": "memory given out", "format": "%"}},
                },
            },
            {
                "mark": {"type": "rule", "color": "var(--bad)", "strokeDash": [5, 3], "strokeWidth": 1.4},
                "encoding": {"y": {"datum": found.limit}},
            },
        ],
    }
    caption = f"The line is the limit of {part(found.limit)}."
    if len(picked) < len(fill):
        caption += f" {len(picked)} of {len(fill):,} hosts, at equal distances in their order; all are in the workbook."
    yield Figure("fill", "How full the hosts are", caption, "Bars of memory given out on each host", spec, values)


def _sizes(sizes: Sizes) -> Iterator[Figure]:
    """Machines by vCPUs and by memory, as configured and as suggested."""
    for id_, title, bins in (
        ("vcpus", "Machines by vCPUs", sizes.by_vcpus),
        ("memory", "Machines by memory", sizes.by_memory),
    ):
        if bins:
            yield Figure(
                id_,
                title,
                "Running machines. Memory is counted up to the power of two."
                if id_ == "memory"
                else "Running machines.",
                f"Bars of {title.lower()}, configured and suggested",
                _grouped("machines", 2, ["var(--c5)", "var(--c0)"], _whole(bins)),
                list(_bars(bins)),
                [Key("configured", "var(--c5)"), Key("suggested", "var(--c0)")],
            )


def _whole(bins: Sequence[Bin]) -> Spec:
    """Ticks at whole machines, where there are so few that the axis would be divided further."""
    most = max(max(one.now, one.then) for one in bins)
    return {"values": list(range(most + 1))} if most <= FEW else {}


def _bars(bins: Sequence[Bin]) -> Iterator[Spec]:
    for place, one in enumerate(bins):
        for k, (word, count) in enumerate((("configured", one.now), ("suggested", one.then))):
            yield {"x": place, "n": one.name, "k": k, "v": count, "tip": f"{one.name}: {count:,} {word}"}


def _nights(best: TargetPlan) -> Iterator[Figure]:
    """What each night copies."""
    if best.migration is None or not best.migration.nights:
        return
    nights = best.migration.nights
    values = []
    for night in nights[:NIGHTS]:
        copied = sum(move.moved for move in night.moves)
        tip = f"{day(night.on)}, {night.kind}: {size(copied)}, {len(night.moves)} machines"
        k = 2 if not night.fits else int(night.kind == "wave")
        values.append({"x": night.on.isoformat(), "v": copied / GB, "k": k, "tip": tip})
    colours = ["var(--c6)", "var(--c0)", "var(--bad)"]
    spec = {
        **_frame(170),
        "mark": {"type": "bar", "tooltip": {"content": "data"}},
        "encoding": {
            "x": {
                "field": "x",
                "type": "temporal",
                "timeUnit": "utcyearmonthdate",
                "scale": {"type": "utc"},
                "axis": {"title": None, "tickCount": 5, "format": "%-d %b"},
            },
            "y": {**_upright("v"), "axis": {"title": "GB copied"}},
            "color": _coloured(range(3), colours),
        },
    }
    caption = f"The first {NIGHTS} of {len(nights):,} nights." if len(nights) > NIGHTS else ""
    names = ("rehearsal", "wave", "longer than its window")
    kept = {value["k"] for value in values}
    keys = [Key(name, colour) for k, (name, colour) in enumerate(zip(names, colours, strict=True)) if k in kept]
    yield Figure("nights", "Copied each night", caption, "Bars of data copied in each night", spec, values, keys)


def _frame(height: Any) -> Spec:
    return {
        "width": "container",
        "height": height,
        "padding": {"left": 2, "right": 14, "top": 16, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "rows"},
    }


def _grouped(title: str, groups: int, colours: Sequence[str], ticks: Spec | None = None) -> Spec:
    """Bars side by side, named below."""
    return {
        **_frame(190),
        "mark": {"type": "bar", "tooltip": {"content": "data"}},
        "encoding": {
            "x": {"field": "n", "type": "nominal", "sort": {"field": "x", "op": "min"}, "axis": _level()},
            "xOffset": {"field": "k", "type": "nominal"},
            "y": {**_upright("v"), "axis": {"title": title, **(ticks or {})}},
            "color": _coloured(range(groups), colours[:groups]),
        },
    }


def _names() -> Spec:
    return {
        "field": "n",
        "type": "nominal",
        "sort": {"field": "y", "op": "min"},
        "axis": {"title": None, "domain": False, "ticks": False, "grid": False, "labelLimit": 130},
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.2},
    }


def _coloured(domain: range, colours: Sequence[str]) -> Spec:
    scale = {"domain": list(domain), "range": list(colours)}
    return {"field": "k", "type": "nominal", "legend": None, "scale": scale}


def _upright(name: str) -> Spec:
    return {"field": name, "type": "quantitative", "scale": {"zero": True, "nice": True}}


def _level() -> Spec:
    return {"title": None, "labelAngle": 0, "labelOverlap": True, "ticks": False}


def _sparse() -> Spec:
    return {"labelAngle": 0, "labelOverlap": True, "ticks": False}
