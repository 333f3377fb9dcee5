"""A plan as one document for programs, `vinfra plan --json`: stable names that carry their unit, and a digest.

Sizes are in bytes, times in seconds, powers in watts, energy in kWh, money in `currency`; assumptions are text with
their unit, as `--assume` reads them; None is what could not be found out. No wall clock, path or version enters it, so
the same inventory under the same assumptions gives the same digest: SHA-256 over the document with numbers rounded to 9
significant digits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from vinfra.hypervisors.edition import Bill
from vinfra.planning.explaining import explained
from vinfra.planning.plan import Draw, Fleet, Migration, Plan, TargetPlan, Trial
from vinfra.report.planning import costs, estate
from vinfra.scenario.results import rounded


def document(plan: Plan) -> dict[str, Any]:
    """All of the plan that programs ask for; `digest` covers everything else in it."""
    said = {
        "day": _day(plan.day),
        "currency": costs.currency(plan),
        "years": plan.assumptions.years,
        "inventory": _inventory(plan),
        "assumptions": {row.path: row.value for row in explained(plan.assumptions, plan.written)},
        "targets": [_target(rank, one, plan.assumptions.years) for rank, one in enumerate(plan.targets, start=1)],
        "refused": dict(sorted(plan.refused.items())),
        "warnings": list(plan.warnings),
        "machines": [
            {
                "name": one.machine,
                "verdict": one.verdict,
                "risk": one.risk,
                "vcpus_now": one.vcpus_now,
                "vcpus": one.vcpus,
                "memory_now_bytes": one.memory_now,
                "memory_bytes": one.memory,
                "disk_now_bytes": one.disk_now,
                "disk_bytes": one.disk,
            }
            for one in plan.suggestions
        ],
    }
    return {"digest": digest(said), **said}


def digest(said: Mapping[str, Any]) -> str:
    """SHA-256 over a document."""
    return hashlib.sha256(json.dumps(_rounded(said), sort_keys=True).encode("utf-8", "backslashreplace")).hexdigest()


def _inventory(plan: Plan) -> dict[str, Any]:
    found = estate.estate(plan)
    return {
        "form": plan.inventory.form,
        "taken": _day(plan.inventory.taken),
        "machines": found.machines,
        "running": found.running,
        "off": found.off,
        "suspended": found.suspended,
        "templates": found.templates,
        "physical": found.physical,
        "vcpus": found.vcpus,
        "memory_bytes": found.memory,
        "hosts": found.hosts,
        "cores": found.cores,
        "host_memory_bytes": found.host_memory,
        "disk_bytes": {truth.name.replace("-", "_"): truth.held if truth.known else None for truth in found.truths},
        "disk_planned_bytes": found.disk if found.disk_by else None,
        "disk_planned_with": plan.assumptions.storage.truth,
        "snapshots": len(found.snapshots),
        "old_snapshots": found.old,
        "orphans": len(found.orphans),
        "orphans_bytes": found.orphans_held,
        "blocked": found.blocked,
        "recorded": 0 if plan.utilisation is None else len(plan.utilisation.names),
        "recorded_s": None if plan.utilisation is None else plan.utilisation.duration,
        "missing": [{"what": one.what, "without": one.without} for one in plan.inventory.missing],
    }


def _target(rank: int, one: TargetPlan, years: float) -> dict[str, Any]:
    after = one.power.after
    energy = {
        "energy_kwh": after.facility_kwh,
        "energy_cost_per_year": after.cost,
        "carbon_kg_per_year": after.carbon_kg,
    }
    return {
        "rank": rank,
        "name": one.name,
        "title": one.target.title,
        "edition": one.bills[0].edition if one.bills else one.target.edition,
        "server": one.target.server,
        **_fleet(one.fleet),
        "cost": one.total,
        "cost_parts": dict(one.parts),
        "licence_per_year": sum(bill.per_year for bill in one.bills) if one.bills else None,
        "licence_once": sum(bill.once for bill in one.bills) if one.bills else None,
        "hardware_once": one.hardware,
        "years": years,
        **energy,
        "bills": [_bill(bill) for bill in one.bills],
        "bills_on_hosts_of_today": [_bill(bill) for bill in one.kept],
        "power": {
            "before": _draw(one.power.before),
            "after": _draw(after),
            "standby": _draw(one.power.standby),
        },
        "backup": _backup(one),
        "migration": _migration(one.migration),
        "trial": _trial(one.trial),
        "reasons": list(one.reasons),
        "warnings": list(one.warnings),
    }


def _fleet(fleet: Fleet) -> dict[str, Any]:
    return {
        "hosts": fleet.hosts,
        "hosts_carrying": fleet.chosen.hosts,
        "hosts_spare": fleet.spare,
        "clusters": fleet.clusters,
        "hosts_heuristic": fleet.heuristic.hosts,
        "hosts_bound": fleet.chosen.bound,
        "hosts_gap": fleet.chosen.gap,
        "placed_by": fleet.chosen.method,
        "needed_by": fleet.needed_by,
        "racks": [
            {"hosts": rack.hosts, "peak_w": rack.peak, "limit_w": rack.limit, "full_by": rack.full_by}
            for rack in fleet.racks
        ],
        "cpu_fill": fleet.cpu_fill,
        "memory_fill": fleet.memory_fill,
        "vcpus_per_core": fleet.vcpus_per_core,
        "unplaced": dict(sorted(fleet.unplaced.items())),
    }


def _bill(bill: Bill) -> dict[str, Any]:
    lines = [
        {
            "what": line.what,
            "unit": line.unit,
            "counted": line.counted,
            "billed": line.billed,
            "price": line.price,
            "currency": line.currency,
            "per": line.per,
            "amount": line.amount,
            "why": line.why,
            "price_for": line.price_for,
            "source": line.source,
            "tag": line.tag,
            "recalled": line.recalled,
        }
        for line in bill.lines
    ]
    about = {"edition": bill.edition, "title": bill.title, "currency": bill.currency, "date": str(bill.date)}
    return {"once": bill.once, "per_year": bill.per_year, **about, "warnings": list(bill.warnings), "lines": lines}


def _draw(draw: Draw | None) -> dict[str, Any] | None:
    if draw is None:
        return None
    return {
        "hosts": draw.hosts,
        "idle_w": draw.idle,
        "mean_w": draw.mean,
        "peak_w": draw.peak,
        "server_kwh": draw.kwh,
        "energy_kwh": draw.facility_kwh,
        "cost_per_year": draw.cost,
        "carbon_kg": draw.carbon_kg,
        "basis": draw.basis,
    }


def _backup(one: TargetPlan) -> dict[str, Any] | None:
    found = one.backup
    if found is None:
        return None
    return {
        "method": found.method,
        "full_bytes": found.full,
        "nightly_bytes": found.nightly,
        "backup_window_s": found.window,
        "allowed_s": found.allowed,
        "fits": found.fits,
        "limited_by": found.limited_by,
        "repository_bytes": found.repository,
        "first_full_s": found.first_full,
        "proxies_enough": found.proxies,
    }


def _migration(found: Migration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "method": found.method,
        "nights": len(found.nights),
        "rehearsals": sum(night.kind == "rehearsal" for night in found.nights),
        "machines": sum(len(night.moves) for night in found.nights if night.kind == "wave"),
        "moved_bytes": found.moved,
        "downtime_s": found.downtime,
        "finished": _day(found.finished),
        "late_nights": sum(not night.fits for night in found.nights),
        "blocked": dict(sorted(found.blocked.items())),
    }


def _trial(found: Trial | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "digest": found.digest,
        "demand": found.demand,
        "cases": {case: dict(metrics) for case, metrics in found.cases.items()},
        "refused": dict(found.refused),
        "pains": list(found.pains),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _rounded(value: Any) -> Any:
    """Numbers as the digest sees them; the rest as it is."""
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return rounded(value) if isinstance(value, float) else value
