"""A scenario to its last default: every value with the file and line it came from, and the sources of the facts it
used."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import yaml
from pydantic_core import PydanticUndefined

from vinfra import facts
from vinfra.compute.memory.policy import Policy
from vinfra.errors import dotted
from vinfra.operations.clusters.capping import PowerCap
from vinfra.operations.clusters.dpm import Dpm
from vinfra.operations.clusters.ha import Ha
from vinfra.scenario.catalog import FACTS, PLUGINS
from vinfra.scenario.load import Resolved
from vinfra.scenario.references import Key, place
from vinfra.scenario.results import Source
from vinfra.scenario.schema_clusters import Cluster, managed
from vinfra.scenario.schema_consolidation import Consolidation
from vinfra.scenario.schema_costs import Costs
from vinfra.scenario.schema_maintenance import Maintenance
from vinfra.scenario.schema_storage import GuestIo
from vinfra.spec import Spec

ASKED = ("compare", "sweep", "measure", "expect")


def as_yaml(resolved: Resolved) -> str:
    """The scenario as it was asked, `--set` included, as YAML that `vinfra run` accepts from wherever it lies."""
    data = _found(resolved.document.data, resolved)
    if resolved.sites:
        data = {**data, "sites": {name: _found(data["sites"][name], part) for name, part in resolved.sites.items()}}
    text: str = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def _found(data: Any, resolved: Resolved) -> Any:
    """What is written, with the recording's whole path where it names one."""
    written = data.get("workload")
    if resolved.recording is None or not isinstance(written, dict):
        return data
    return {**data, "workload": {**written, "path": str(resolved.recording.resolve())}}


def lines(resolved: Resolved) -> Iterator[str]:
    """`path: value  # origin` for every value: where it was written, the fact it is from, or that it is the default."""
    rows = list(_rows(resolved))
    width = min(max(len(f"{path}: {value}") for path, value, _ in rows), 76)
    for path, value, origin in rows:
        yield f"{f'{path}: {value}':<{width}}  # {origin}"


def _rows(resolved: Resolved) -> Iterator[tuple[str, str, str]]:
    document = resolved.document
    implied = resolved.scenario.cluster is None and managed(resolved.scenario)
    for path, raw, kind in _values(resolved.scenario, document.data, ()):
        if implied and path == ("cluster",):
            continue  # its terms are listed below
        origin = str(place(document, path)) if path in document.places else "default"
        yield dotted(path), _plain(raw), origin
        if kind in FACTS and raw is not None:
            for below, value, where in _fact(kind, raw.rpartition(" x ")[2]):
                yield dotted((*path, *below)), _plain(value), where
    for at, plugin in _plugins(resolved):
        for key, info in type(plugin).model_fields.items() if plugin is not None else ():
            if (*at, key) not in document.places:
                yield dotted((*at, key)), _plain(info.default), "default"
    for name, (move, method) in resolved.migrations.items():
        for key, info in {**type(move).model_fields, **type(method).model_fields}.items():
            if ("migrations", name, key) not in document.places:
                yield f"migrations.{name}.{key}", _plain(info.default), "default"


def _plugins(resolved: Resolved) -> Iterator[tuple[Key, Spec | None]]:
    """Every plug-in that is named in one place, and where."""
    yield ("placement",), resolved.placement
    yield ("admission",), resolved.admission
    yield ("power",), resolved.power
    yield ("workload",), resolved.trace
    yield ("scheduling",), resolved.scheduler
    yield ("balancer",), resolved.balancer
    yield ("cluster",), Cluster() if resolved.scenario.cluster is None and managed(resolved.scenario) else None
    if resolved.consolidation is not None:
        asked, detector, _ = resolved.consolidation
        yield ("consolidation",), asked
        yield ("consolidation",), detector
    for name, window in resolved.maintenance.items():
        yield ("maintenance", name), window.settings
        yield ("maintenance", name), window.work
    for name, behaviour in resolved.behaviours.items() if resolved.scheduler is not None else ():
        yield ("vms", name, "behaviour"), behaviour


def _values(spec: Spec, raw: Any, path: Key) -> Iterator[tuple[Key, Any, str]]:
    """Every value below a Spec as it was written: (path, value, kind of fact it names or nothing)."""
    for key, info in type(spec).model_fields.items():
        if not path and key in ASKED:
            continue
        written = raw.get(key, info.default) if isinstance(raw, dict) else info.default
        value = getattr(spec, key)
        here = (*path, key)
        if isinstance(value, Spec):
            yield from _values(value, written, here)
        elif isinstance(value, dict):
            for name, inner in value.items():
                below = written.get(name) if isinstance(written, dict) else inner
                if isinstance(inner, Spec):
                    yield from _values(inner, below, (*here, name))
                else:
                    yield (*here, name), below, ""
        else:
            extra = info.json_schema_extra
            kind = str(extra.get("names", extra.get("counted", ""))) if isinstance(extra, dict) else ""
            yield here, None if written is PydanticUndefined else written, kind


def _fact(kind: str, name: str) -> Iterator[tuple[Key, Any, str]]:
    """Every value of a fact with its file and line."""
    fact = facts.read_one(kind, name)
    for key, value in fact.data.items():
        if not isinstance(value, dict):
            yield (key,), value, str(fact.places[(key,)])
            continue
        for inner, below in value.items():
            yield (key, inner), below, str(fact.places[(key, inner)])


def _plain(value: Any) -> str:
    """A value on one line, as YAML would have it."""
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value.strip(), ensure_ascii=False)
    text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=True, width=10_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def sources(resolved: Collection[Resolved], priced: Iterable[tuple[str, str]]) -> list[Source]:
    """Where the numbers come from that these scenarios use: facts by kind and name, and the plug-ins' constants;
    `priced` are those that priced the VMs."""
    resolved = [part for whole in resolved for part in whole.parts.values()]
    used: dict[tuple[str, str], None] = {}
    for one in resolved:
        for _, raw, kind in _values(one.scenario, one.document.data, ()):
            if kind in FACTS and raw is not None and (name := raw.rpartition(" x ")[2]) in facts.names(kind):
                _use(used, kind, name)
        if one.trace is not None and one.recording is None:
            used["traces", one.trace.name] = None
    used |= {(kind, name): None for kind, name in priced if kind not in PLUGINS}
    found = [source for kind, name in sorted(used) for source in cited(kind, name)]
    found += [source for kind, name in sorted(priced) if kind in PLUGINS for source in _constants(kind, name)]
    moves = [move for one in resolved for move in (*one.migrations.values(), *one.leaving.values())]
    methods = {method.name for _, method in moves}
    found += [source for name in sorted(methods) for source in _constants("migrations", name)]
    detailed = [one for one in resolved if one.scheduler is not None]
    ways = {("schedulers", one.scheduler.name) for one in detailed if one.scheduler is not None}
    ways |= {("behaviours", behaviour.name) for one in detailed for behaviour in one.behaviours.values()}
    found += [source for kind, name in sorted(ways) for source in _constants(kind, name)]
    if consolidated := [one.consolidation for one in resolved if one.consolidation is not None]:
        found += _written("consolidation", "passes", Consolidation)
        rules = {detector.name for _, detector, _ in consolidated}
        found += [source for name in sorted(rules) for source in _constants("detectors", name)]
    found += _of_management(resolved)
    if any(group.overcommit is not None for one in resolved for group in one.scenario.hosts.values()):
        found += _written("memory", "policy", Policy)
    if any(group.io is not None for one in resolved for group in one.scenario.vms.values()):
        found += _written("vms", "io", GuestIo)
    if any(one.scenario.costs is not None for one in resolved) or any(kind == "editions" for kind, _ in used):
        found += _written("costs", "terms", Costs)
    return found


def _of_management(resolved: Collection[Resolved]) -> list[Source]:
    """The same of hosts under management, and of who may start on them."""
    found: list[Source] = []
    admitting = {one.admission.name for one in resolved if one.admission is not None}
    found += [source for name in sorted(admitting) for source in _constants("admissions", name)]
    if any(managed(one.scenario) for one in resolved):
        found += _written("cluster", "terms", Cluster)
    if any(isinstance(one.scenario.dpm, Dpm) for one in resolved):
        found += _written("dpm", "rules", Dpm)
    if any(isinstance(one.scenario.ha, Ha) for one in resolved):
        found += _written("ha", "rules", Ha)
    balancing = {one.balancer.name for one in resolved if one.balancer is not None}
    found += [source for name in sorted(balancing) for source in _constants("balancers", name)]
    if any(one.scenario.power_cap not in (None, "none") for one in resolved):
        found += _written("power_cap", "level", PowerCap)
    if any(one.maintenance for one in resolved):
        found += _written("maintenance", "windows", Maintenance)
    upkeep = {window.work.name for one in resolved for window in one.maintenance.values()}
    found += [source for name in sorted(upkeep) for source in _constants("works", name)]
    return found


def _use(used: dict[tuple[str, str], None], kind: str, name: str) -> None:
    used[kind, name] = None
    processor = facts.read_one(kind, name).data.get("processor") if kind == "servers" else None
    if processor is not None:
        used["processors", processor] = None


def cited(kind: str, name: str) -> Iterator[Source]:
    """One Source for each citation a fact's values have."""
    fact = facts.read_one(kind, name)
    grouped: dict[tuple[str, str, bool], list[str]] = {}
    # A mapping of values says nothing itself: they are listed one by one.
    holders = {path[:-1] for path in fact.places if path and isinstance(path[-1], str)}
    for path in fact.places:
        whole = not any(isinstance(part, int) for part in path)
        if path and whole and path not in holders and path in fact.provenance and path[-1] != "title":
            origin = fact.provenance[path]
            grouped.setdefault((origin.tag, origin.source, origin.recalled), []).append(dotted(path))
    for (tag, citation, recalled), values in sorted(grouped.items()):
        yield Source(kind, name, tag, citation, tuple(values), recalled)


def _constants(kind: str, name: str) -> Iterator[Source]:
    """One Source for each constant of a plug-in that is written with its source."""
    return _written(kind, name, PLUGINS[kind][name])


def _written(kind: str, name: str, spec: type[Spec]) -> Iterator[Source]:
    for key, info in spec.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and "source" in extra:
            yield Source(kind, name, str(extra["tag"]), str(extra["source"]), (f"{key}: {info.default}",))
