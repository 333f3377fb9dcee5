"""What a scenario can name: plug-ins, facts and metrics, by kind. `vinfra list`, references and the schema read it
here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vinfra import facts
from vinfra.errors import suggest
from vinfra.hardware.power_policy import power_policies
from vinfra.hypervisors.io_path import io_paths
from vinfra.hypervisors.technique import techniques
from vinfra.metrics.metric import metrics
from vinfra.operations.migration import migrations
from vinfra.operations.placement import placements
from vinfra.registry import Registry
from vinfra.workloads.trace import traces

PLUGINS: dict[str, Registry[Any]] = {
    "io-paths": io_paths,
    "migrations": migrations,
    "placements": placements,
    "power-policies": power_policies,
    "techniques": techniques,
    "traces": traces,
}
FACTS = ("disks", "processors", "products", "raid", "servers", "workloads")
KINDS = tuple(sorted([*PLUGINS, *FACTS, "metrics"]))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `vinfra list`: what it is called, what it is, what it offers (features, parameters) and the
    source."""

    name: str
    title: str
    details: tuple[str, ...] = ()
    source: str = ""


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
        return [Entry(name, found.description, (f"better: {found.better}",)) for name, found in metrics().items()]
    return [_fact(kind, name) for name in names(kind)]


def _plugin(name: str, plugin: type[Any]) -> Entry:
    title = (plugin.__doc__ or "").strip().splitlines()[0]
    parameters = tuple(f"{key}: {info.description}" for key, info in plugin.model_fields.items())
    return Entry(name, title, parameters, getattr(plugin, "source", ""))


def _fact(kind: str, name: str) -> Entry:
    fact = facts.read_one(kind, name)
    features = fact.data.get("features") or fact.data.get("techniques") or ()
    sources = sorted({provenance.source for provenance in fact.provenance.values()})
    return Entry(name, str(fact.data.get("title", "")), tuple(map(str, features)), "; ".join(sources))
