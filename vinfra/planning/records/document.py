"""An inventory as one JSON document, one thing in a line, that is read back to the same inventory.

What has its default is left out. Bytes, hertz and seconds as in inventory.py; infinity, which JSON has not, is only
ever a default. Source of the form: RFC 8259; the keys are the fields of inventory.py.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from vinfra.errors import InputError, Place, Problem, dotted
from vinfra.planning.inventory import Inventory
from vinfra.whole import told, write_text
from vinfra.workloads.files import SHOWN, shown

MARK = '{"vinfra": "inventory", "version": 1'
VERSION = 1
LARGEST = 256 << 20
MOST = 2_000_000  # things in one list
LISTS = ("machines", "hosts", "datastores", "snapshots", "orphans", "sheets", "missing", "notes")
SUFFIX = ".json"


def text(inventory: Inventory) -> str:
    """The document: the same inventory always gives the same text."""
    about = {"form": inventory.form, "source": inventory.source, "taken": _plain(inventory.taken)}
    parts = [f"{MARK}, {json.dumps(about, ensure_ascii=False)[1:-1]}"]
    for name in LISTS:
        lines = [json.dumps(_plain(one), ensure_ascii=False, allow_nan=False) for one in getattr(inventory, name)]
        parts.append(f'"{name}": [' + ("\n  " + ",\n  ".join(lines) + "\n" if lines else "") + "]")
    return ",\n".join(parts) + "}\n"


def write(inventory: Inventory, path: Path) -> None:
    """The document at a path whose name ends in .json, whole or not at all; InputError where it cannot be written."""
    if path.suffix.lower() != SUFFIX:
        raise InputError.at(Place(shown(path)), f"an inventory is written as JSON: name it '{path.stem}{SUFFIX}'")
    with told(Place(shown(path))):
        write_text(path, text(inventory))


def parse(data: bytes, file: str) -> Inventory:
    """The inventory of a document; InputError with every fault, at most twenty, and where it is."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        line = getattr(wrong, "lineno", None)
        raise InputError.at(Place(file, line), "is no JSON, or cut short; write it again with --anonymise") from None
    if not isinstance(found, dict) or found.pop("vinfra", None) != "inventory":
        raise InputError.at(Place(file), "is no inventory that vinfra wrote")
    if found.pop("version", None) != VERSION:
        raise InputError.at(Place(file), f"is of another version than {VERSION}; write it again with this vinfra")
    lists = [found.get(name, []) for name in LISTS]
    if any(isinstance(things, list) and len(things) > MOST for things in lists):
        raise InputError.at(Place(file), f"has more than {MOST:,} things of a kind; split it by cluster")
    unknown = sorted(set(found) - {"form", "source", "taken", *LISTS})
    if unknown:
        raise InputError.at(Place(file), f"has a key '{unknown[0][:40]}' that no inventory has")
    try:
        read = TypeAdapter(Inventory).validate_json(json.dumps(found))
    except ValidationError as wrong:
        faults = [(dotted(error["loc"]), error["msg"]) for error in wrong.errors(include_url=False)[:SHOWN]]
        raise InputError(Problem(Place(file), where, said) for where, said in faults) from None
    lists_of: dict[str, Any] = {name: tuple(getattr(read, name)) for name in LISTS}
    whole = dataclasses.replace(read, **lists_of)
    problems = list(_faults(whole, file))[:SHOWN]
    if problems:
        raise InputError(problems)
    return whole


def _faults(inventory: Inventory, file: str) -> Iterator[Problem]:
    """Numbers that nothing can have, and names that two machines have."""
    for kind in ("machines", "hosts", "datastores", "snapshots", "orphans"):
        for place, thing in enumerate(getattr(inventory, kind)):
            for where, value in _numbers(thing, (kind, place)):
                unlimited = str(where[-1]).endswith("_limit") and value == math.inf
                if not (unlimited or 0 <= value < math.inf):
                    yield Problem(Place(file), dotted(where), f"must be a finite number of at least 0, got {value}")
    for place, machine in enumerate(inventory.machines):
        if machine.vcpus < 1:
            yield Problem(Place(file), dotted(("machines", place, "vcpus")), f"must be at least 1, got {machine.vcpus}")
    for name, count in Counter(machine.name for machine in inventory.machines).items():
        if count > 1:
            yield Problem(Place(file), "machines", f"{count} machines are called '{name[:40]}'")


def _numbers(thing: Any, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], float]]:
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, float | int) and not isinstance(value, bool):
            yield (*where, field.name), value
        elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for place, inner in enumerate(value):
                yield from _numbers(inner, (*where, field.name, place))


def _plain(value: Any) -> Any:
    """What JSON can hold; a thing without the fields that have their default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        kept = [(field.name, getattr(value, field.name)) for field in fields if not _is_default(field, value)]
        return {name: _plain(item) for name, item in kept}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _is_default(field: dataclasses.Field[Any], thing: Any) -> bool:
    value = getattr(thing, field.name)
    return field.default is not dataclasses.MISSING and type(value) is type(field.default) and value == field.default
