"""Frozen, typed descriptions: every key of a scenario, every fact and every plug-in's parameters is a field of a Spec.

A field carries its description, unit and source, so schema, reference page, `vinfra list` and errors come from one
place. Quantities are plain floats in SI (see units.py); they are written as text with a unit.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Spec(BaseModel):
    """Frozen, refuses unknown keys and silent conversions (a number where text belongs, text where a number
    belongs)."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=True,
        use_attribute_docstrings=False,
        defer_build=True,  # most plug-ins and many keys are not in a scenario, and building costs a millisecond each
    )


def field(default: Any, description: str, *, source: str | None = None, tag: str | None = None, **checks: Any) -> Any:
    """A documented field. `...` as default makes it required.

    `source` and `tag` (measured, fitted, assumed) say where a model constant comes from; `checks` are pydantic's
    (ge, gt, le, lt, min_length, pattern, ...).
    """
    extra: dict[str, Any] = {key: value for key, value in (("source", source), ("tag", tag)) if value is not None}
    return Field(default, description=description, json_schema_extra=extra or None, **checks)


def _day(written: object) -> object:
    if not isinstance(written, str):
        return written
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise PydanticCustomError("quantity", "must be a day as in 2026-11-01, got '{got}'", {"got": written}) from None


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]
