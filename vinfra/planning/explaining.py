"""Every assumption as a person reads it: path, value with its unit, what it means, where it comes from, who changed it.

The same rows make the page, the workbook and the file that `vinfra plan --assumptions` prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import yaml
from pydantic.fields import FieldInfo

from vinfra.errors import Place
from vinfra.planning.assumptions import Assumptions
from vinfra.spec import Spec
from vinfra.units import Quantity, show

WIDE = 100  # columns of a comment


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value. `written` is where somebody wrote it, None where it is the default, whose tag and source are here."""

    path: str
    value: str
    meaning: str
    source: str
    tag: str
    written: str | None


def explained(values: Assumptions, written: Mapping[str, Place]) -> Iterator[Assumption]:
    """All of them, in the order they are declared in."""
    yield from _of(values, "", written)


def _of(spec: Spec, above: str, written: Mapping[str, Place]) -> Iterator[Assumption]:
    for key, info in type(spec).model_fields.items():
        value, path = getattr(spec, key), f"{above}{key}"
        if isinstance(value, Spec):
            yield from _of(value, f"{path}.", written)
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        place = written.get(path)
        yield Assumption(
            path=path,
            value=_shown(value, info),
            meaning=info.description or "",
            source=str(extra.get("source", "")),
            tag=str(extra.get("tag", "")),
            written=None if place is None else str(place),
        )


def _shown(value: Any, info: FieldInfo) -> str:
    """As it would be written in a file."""
    if isinstance(value, date):
        return value.isoformat()
    if (dimension := _dimension(info)) is not None and isinstance(value, float):
        return show(value, dimension)
    if isinstance(value, dict):
        value = {key: _said(one) if isinstance(one, Spec) else one for key, one in value.items()}
    text: str = yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _said(spec: Spec) -> dict[str, Any]:
    """What somebody said of several things beside each other, quantities with their unit."""
    fields = {key: (getattr(spec, key), info) for key, info in type(spec).model_fields.items()}
    return {
        key: show(value, dimension) if (dimension := _dimension(info)) is not None else value
        for key, (value, info) in fields.items()
        if value is not None
    }


def _dimension(info: FieldInfo) -> str | None:
    """What kind of quantity a field holds, also where it may be left unsaid."""
    inside = [part for branch in get_args(info.annotation) for part in get_args(branch)]
    found = next((one for one in [*info.metadata, *inside] if isinstance(one, Quantity)), None)
    return None if found is None else found.dimension


def as_yaml(values: Assumptions, written: Mapping[str, Place]) -> str:
    """A file of all of them with what each means, which --assume reads again; what is unsaid stands as a comment."""
    lines = ["# What `vinfra plan` assumes. Change what is different with you and give the file with --assume."]
    section = ""
    for row in explained(values, written):
        above, _, key = row.path.rpartition(".")
        if above != section:
            lines += ["", f"{above}:"]
            section = above
        indent = "  " * bool(above)
        origin = f" [{row.tag}: {row.source}]" if row.source and row.written is None else ""
        lines += [f"{indent}# {part}" for part in _wrapped(row.meaning + origin)]
        lines.append(
            f"{indent}{'# ' if row.value == 'null' else ''}{key}: {row.value if row.value != 'null' else ''}".rstrip()
        )
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDE) or [""]
