"""The scenario language as JSON Schema, for completion and checks in an editor. The files in scenarios/ name it.

Names of facts and plug-ins become enumerations, parameters of plug-ins the properties of their mapping.
"""

from __future__ import annotations

from typing import Any

from vinfra.scenario import catalog
from vinfra.scenario.schema import Move, Scenario
from vinfra.scenario.schema_consolidation import Consolidation
from vinfra.scenario.schema_maintenance import Maintenance
from vinfra.spec import Spec

WORDS = {
    "admission policy": ("policy", "admissions"),
    "balancer": ("policy", "balancers"),
    "behaviour": ("kind", "behaviours"),
    "fault": ("kind", "faults"),
    "migration": ("method", "migrations"),
    "overload detector": ("detector", "detectors"),
    "placement": ("policy", "placements"),
    "power policy": ("policy", "power-policies"),
    "scheduler": ("policy", "schedulers"),
    "trace": ("trace", "traces"),
    "work": ("work", "works"),
}
BESIDE: dict[str, type[Spec]] = {"migration": Move, "overload detector": Consolidation, "work": Maintenance}
FILE = "scenarios/scenario.schema.json"


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file, draft 2020-12."""
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "vinfra scenario"
    made: dict[str, Any] = _completed(schema)
    return made


def _completed(part: Any) -> Any:
    """The same schema with what only the catalogue knows filled in."""
    if isinstance(part, list):
        return [_completed(item) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(kind := part.get("names"), str):
        return _named(part, kind)
    if isinstance(kind := part.get("counted"), str):
        return _counted(part, kind)
    if isinstance(kind := part.get("plugin"), str):
        return _chosen(part, kind, part["word"]) if "word" in part else _plugged(part, kind)
    made = {key: _completed(value) for key, value in part.items()}
    # Defaults are held in SI; what a file may hold is text with a unit, so the description has to do.
    if made.get("type") == "string" and not isinstance(made.get("default", ""), str):
        del made["default"]
    return made


def _named(part: dict[str, Any], kind: str) -> dict[str, Any]:
    kept = {key: value for key, value in part.items() if key in ("description", "default") and value is not None}
    return {"type": "string", "enum": [*part.get("also", ()), *catalog.names(kind)], **kept}


def _counted(part: dict[str, Any], kind: str) -> dict[str, Any]:
    """So many of a fact: `10 x fc-15k`."""
    kept = {key: value for key, value in part.items() if key in ("description", "default") and value is not None}
    return {"type": "string", "pattern": f"^[1-9][0-9]{{0,5}} x (?:{'|'.join(catalog.names(kind))})$", **kept}


def _chosen(part: dict[str, Any], kind: str, word: str) -> dict[str, Any]:
    """A plug-in by its name alone, or with parameters; where the value may be missing, nothing too."""
    names = {"type": "string", "enum": list(catalog.names(kind))}
    branches = _branches(word, kind, {"properties": {}, "required": []})
    kept = {key: part[key] for key in ("description", "default") if part.get(key) is not None}
    return {**kept, "anyOf": [names, *branches]}


def _plugged(part: dict[str, Any], kind: str) -> dict[str, Any]:
    """One branch for each plug-in: the word that names it, its parameters, and what stands beside them."""
    word, plural = WORDS[kind]
    beside = _completed(BESIDE[kind].model_json_schema()) if kind in BESIDE else {"properties": {}}
    branches = _branches(word, plural, {"required": [], **beside})
    if kind in ("migration", "work"):
        return {"description": part["description"], "type": "object", "additionalProperties": {"anyOf": branches}}
    if kind == "fault":
        called = {name: _unsaid(branch, word) for name, branch in zip(catalog.names(plural), branches, strict=True)}
        rest = {"type": "object", "properties": called, "additionalProperties": {"anyOf": branches}}
        return {"description": part["description"], **rest}
    return {"description": part["description"], "anyOf": branches}


def _unsaid(branch: dict[str, Any], word: str) -> dict[str, Any]:
    """The same branch where the word need not stand: the key says it. Another kind under that key says so."""
    return {**branch, "required": [one for one in branch["required"] if one != word]}


def _branches(word: str, plural: str, beside: dict[str, Any]) -> list[dict[str, Any]]:
    """One for each plug-in of a kind."""
    registry = catalog.PLUGINS[plural]
    branches = []
    for name in registry:
        made = _completed(registry[name].model_json_schema())
        parameters = made.get("properties", {})
        properties = {
            word: {"const": name, "description": (registry[name].__doc__ or "").strip()},
            **beside["properties"],
            **parameters,
        }
        if plural == "traces":
            properties["path"] = {"type": "string", "description": "file or folder of the recording"}
        required = [word, *beside["required"], *made.get("required", ())]
        branches.append(
            {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
        )
    return branches
