"""What keys of the language are made of: names, and fields that name a fact or a plug-in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

KEBAB = r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*$")]
Kebab = Annotated[str, Field(pattern=KEBAB)]


def _moment(value: Any) -> datetime:
    """A date with a time of day; YAML reads some spellings of it itself."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if type(value) is date or found is None or found.tzinfo is not None:
        why = f"must be a date and a time of day, local and without a zone, such as 2007-10-01T00:00; got {value}"
        raise PydanticCustomError("moment", "{why}", {"why": why})
    return found


Moment = Annotated[
    datetime,
    BeforeValidator(_moment, json_schema_input_type=str),
]


def named(kind: str, default: Any, description: str, also: tuple[str, ...] = ()) -> Any:
    """A field that names a fact or a plug-in of a kind (`vinfra list KIND`), or one of the words `also`; the editor
    completes it."""
    extra: dict[str, Any] = {"names": kind} | ({"also": list(also)} if also else {})
    return Field(default, description=f"{description} (vinfra list {kind})", json_schema_extra=extra)


def chosen(kind: str, default: Any, description: str) -> Any:
    """A mapping that names a plug-in of a kind and gives its parameters; load.py reads it with the plug-in's own
    class."""
    return Field(default, description=description, json_schema_extra={"plugin": kind})
