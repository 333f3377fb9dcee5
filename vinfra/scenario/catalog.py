"""What a scenario or a plan can name: plug-ins, facts and metrics, by kind. `vinfra list`, references and the schema
read it here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vinfra import facts
from vinfra.backup.kind import kinds
from vinfra.backup.method import methods
from vinfra.backup.policy import policies
from vinfra.backup.restorer import restorers
from vinfra.backup.transport import transports
from vinfra.compute.scheduling.behaviour import behaviours
from vinfra.compute.scheduling.scheduler import schedulers
from vinfra.errors import suggest
from vinfra.faults.fault import faults
from vinfra.hardware.power_policy import power_policies
from vinfra.hypervisors.io_path import io_paths
from vinfra.hypervisors.licence_unit import licence_units
from vinfra.hypervisors.technique import techniques
from vinfra.metrics.metric import metrics
from vinfra.operations.admission import admissions
from vinfra.operations.clusters.balancer import balancers
from vinfra.operations.clusters.work import works
from vinfra.operations.consolidation.detector import detectors
from vinfra.operations.consolidation.selection import selections
from vinfra.operations.migration import migrations
from vinfra.operations.placement import placements
from vinfra.registry import Registry
from vinfra.storage.commit import commits
from vinfra.storage.identity import lun_identities
from vinfra.storage.lock import locks
from vinfra.workloads.trace import traces

PLUGINS: dict[str, Registry[Any]] = {
    "admissions": admissions,
    "backup-kinds": kinds,
    "backup-methods": methods,
    "backup-policies": policies,
    "balancers": balancers,
    "behaviours": behaviours,
    "commits": commits,
    "detectors": detectors,
    "faults": faults,
    "io-paths": io_paths,
    "licence-units": licence_units,
    "locks": locks,
    "lun-identities": lun_identities,
    "migrations": migrations,
    "placements": placements,
    "power-policies": power_policies,
    "restores": restorers,
    "schedulers": schedulers,
    "selections": selections,
    "techniques": techniques,
    "traces": traces,
    "transports": transports,
    "works": works,
}
FACTS = (
    "arrays",
    "compression",
    "contents",
    "disks",
    "editions",
    "processors",
    "products",
    "raid",
    "servers",
    "targets",
    "workloads",
)
KINDS = tuple(sorted([*PLUGINS, *FACTS, "metrics"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `vinfra list`: what it is called, what it is, what is worth a column, what it offers (features,
    techniques, parameters), the source, and everything it has, with the editions that carry it."""

    name: str
    title: str
    details: tuple[str, ...] = ()
    source: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    has: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def names(kind: str) -> Sequence[str]:
    """Names of a kind, sorted; KeyError with a suggestion when there is no such kind."""
    if kind in PLUGINS:
        return PLUGINS[kind].names()
    if kind in FACTS:
        return facts.names(kind)
    if kind == "metrics":
        return list(metrics())
    raise KeyError(f"nothing is called '{kind}' here{suggest(kind, KINDS)}")


def entries(kind: str) -> list[Entry]:
    """Everything of a kind with a line about it."""
    if kind in PLUGINS:
        registry = PLUGINS[kind]
        return [_plugin(name, registry[name]) for name in registry]
    if kind == "metrics":
        return [
            Entry(name, found.description, (f"better: {found.better}",), has={found.better: ()})
            for name, found in metrics().items()
        ]
    return [_fact(kind, name) for name in names(kind)]


def having(found: Sequence[Entry], feature: str) -> list[Entry]:
    """Those that have a feature; of a product that is sold in editions, with the editions that carry it. KeyError with
    a suggestion when none of them has it."""
    chosen = [entry for entry in found if feature in entry.has]
    if not chosen:
        known = sorted({one for entry in found for one in entry.has})
        raise KeyError(f"nothing in the list has '{feature}'{suggest(feature, known)}")
    return [
        replace(entry, details=(f"in {', '.join(carry)}",)) if (carry := entry.has[feature]) else entry
        for entry in chosen
    ]


def _plugin(name: str, plugin: type[Any]) -> Entry:
    title = (plugin.__doc__ or "").strip().splitlines()[0]
    parameters = {key: f"{key}: {info.description}" for key, info in plugin.model_fields.items()}
    has: dict[str, tuple[str, ...]] = dict.fromkeys(parameters, ())
    return Entry(name, title, tuple(parameters.values()), getattr(plugin, "source", ""), has=has)


def _fact(kind: str, name: str) -> Entry:
    fact = facts.read_one(kind, name)
    title, source = str(fact.data.get("title", "")), "; ".join(sorted({one.source for one in fact.provenance.values()}))
    if kind == "processors":
        return _processor(Entry(name, title, source=source), fact.data)
    if kind == "products":
        return _product(Entry(name, title, source=source), fact.data)
    if kind == "editions":
        return _edition(Entry(name, title, source=source), fact.data)
    if kind == "targets":
        return _target(Entry(name, title, source=source), fact.data)
    return Entry(name, title, source=source)


def _edition(entry: Entry, data: Mapping[str, Any]) -> Entry:
    """The day of its price, the price, what it is counted in; which products it licenses, and which guests."""
    price = f"{data['price']:,} {data['currency']}" + (f" for {data['price_for']}" if "price_for" in data else "")
    per = data["unit"] + (", a year" if data["per"] == "year" else "")
    columns = {"date": str(data["date"]), "price": price, "unit": per}
    licensed = (*data.get("products", ()), *([f"{data['guests']} guests"] if "guests" in data else ()))
    return replace(entry, details=licensed, columns=columns, has=dict.fromkeys(data.get("products", ()), ()))


def _target(entry: Entry, data: Mapping[str, Any]) -> Entry:
    """What `vinfra plan` plans for: edition and server, and the time it is of."""
    columns = {"edition": str(data["edition"]), "server": str(data["server"]), "from": str(data.get("sold_from", ""))}
    until = (f"until {data['sold_until']}",) if "sold_until" in data else ()
    return replace(entry, details=until, columns=columns, has={data["hypervisor"]: ()})


def _processor(entry: Entry, data: Mapping[str, Any]) -> Entry:
    """Generation, clock and cores; what it offers to a hypervisor."""
    cores = f"{data['cores']} core" + ("s" if data["cores"] > 1 else "")
    columns = {"generation": str(data["microarchitecture"]), "clock": str(data["frequency"]), "cores": cores}
    features = tuple(data.get("features", ()))
    return replace(entry, details=features, columns=columns, has=dict.fromkeys(features, ()))


def _product(entry: Entry, data: Mapping[str, Any]) -> Entry:
    """When it was released; its techniques in order of preference, and which of them want a changed kernel. It has what
    it can do besides, by edition."""
    editions: Mapping[str, Mapping[str, Any]] = data.get("editions", {})
    has = {
        feature: tuple(name for name, edition in editions.items() if feature in edition.get("features", ()))
        for feature in data.get("features", ())
    }
    alike: dict[str, tuple[str, ...]] = dict.fromkeys([*data["techniques"], *data.get("memory_reclaim", ())], ())
    released = {"released": str(data.get("released") or "")}
    kernels: Mapping[str, Mapping[str, Any]] = data.get("kernels", {})
    changed = {name for name, kernel in kernels.items() if kernel.get("modified")}
    details = [f"{name} (changed kernel)" if name in changed else name for name in data["techniques"]]
    if changed:
        alike["changed-kernel"] = ()
    return replace(entry, details=tuple(details), columns=released, has=alike | has)
