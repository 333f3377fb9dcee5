"""What `sweep` says of one path: a list of values, or a range from which values are made.

A range is written `{from: 16 GiB, to: 64 GiB, step: 16 GiB}` or, with `count`, as so many values evenly apart:
v_i = from + (to - from) i / (count - 1), or from (to / from)^(i / (count - 1)) where `scale` is log. A range without
either is what a design draws from. Numbers stay in the unit they are written in; whole ends give whole values.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vinfra.document import Document
from vinfra.errors import InputError, Place, Problem
from vinfra.scenario.overrides import Override, written
from vinfra.scenario.schema_rows import MOST_VALUES
from vinfra.units import NUMBER

UNSAID = "does not say which values between its ends: add `step` or `count`, or a `design` that draws from it"
QUANTITY = re.compile(rf"(-?{NUMBER}) ?([^\d\s](?:\D*\S)?)?")  # one number: `1 h 30 min` has two, and no step


@dataclass(frozen=True, slots=True)
class Choice:
    """Values one by one."""

    path: str
    values: tuple[Override, ...]

    def drawn(self, u: float) -> Override:
        """The value at 0 <= u < 1 of the way through them."""
        return self.values[int(u * len(self.values))]


@dataclass(frozen=True, slots=True)
class Between:
    """Everything from `low` to `high` in `unit`; whole numbers alone where `whole`."""

    path: str
    low: float
    high: float
    unit: str
    whole: bool
    log: bool
    place: Place

    def drawn(self, u: float) -> Override:
        """The value at 0 <= u < 1 of the way: six digits, so that every machine draws the same."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole and not self.log else (self.low, self.high)
        value = low * (high / low) ** u if self.log else low + (high - low) * u
        number = math.floor(value + 0.5) if self.whole else float(f"{value:.6g}")
        return self.override(min(max(number, self.low), self.high))

    def override(self, number: float) -> Override:
        """The change that sets it."""
        shown: Any = int(number) if self.whole else number
        return Override(self.path, f"{_plain(shown)} {self.unit}" if self.unit else shown, {(): self.place})


Axis = Choice | Between


def axes(document: Document, drawn: bool) -> list[Axis]:
    """The swept paths in the order of the file; InputError with all that is wrong of ranges, which say which values
    they have unless rows are `drawn` from them. What has not the shape of either is left to the schema."""
    sweep = document.data.get("sweep")
    found: list[Axis] = []
    problems: list[Problem] = []
    for path, entry in sweep.items() if isinstance(sweep, dict) else ():
        if isinstance(entry, list) and entry:
            items = [written(document, "sweep", path, index) for index in range(len(entry))]
            found.append(Choice(path, tuple(Override(path, item.value, item.places) for item in items)))
        elif isinstance(entry, dict) and {"from", "to"} <= entry.keys():
            place = document.places.get(("sweep", path), document.places[()])
            try:
                axis = _understood(path, entry, place)
                if isinstance(axis, Between) and not drawn:
                    raise ValueError(UNSAID)
                found.append(axis)
            except ValueError as wrong:
                problems.append(Problem(place, f"sweep.{path}", str(wrong)))
    if problems:
        raise InputError(problems)
    return found


def _understood(path: str, entry: Mapping[str, Any], place: Place) -> Axis:
    (low, unit), (high, other) = _number(entry["from"]), _number(entry["to"])
    if unit != other:
        raise ValueError(f"goes from '{entry['from']}' to '{entry['to']}': write both ends in one unit")
    if low >= high:
        raise ValueError(f"goes from {entry['from']} to {entry['to']}: `from` must be the smaller one")
    log = entry.get("scale") == "log"
    if log and low <= 0:
        raise ValueError("has a `log` scale and begins at 0: begin above it, or leave `scale` out")
    step, count = entry.get("step"), entry.get("count")
    if step is not None and (count is not None or log):
        raise ValueError(f"has a `step` and {'a `log` scale' if log else 'a `count`'}: leave one out")
    whole = not unit and isinstance(entry["from"], int) and isinstance(entry["to"], int)
    between = Between(path, float(low), float(high), unit, whole, log, place)
    if step is not None:
        return Choice(path, _stepped(between, low, high, *_number(step), str(step)))
    if isinstance(count, int) and count >= 2:
        numbers = [_at(between, index / (count - 1)) for index in range(min(count, MOST_VALUES))]
        return Choice(path, tuple(between.override(number) for number in dict.fromkeys(numbers)))
    return between


def _stepped(
    between: Between, low: Fraction, high: Fraction, step: Fraction, unit: str, said: str
) -> tuple[Override, ...]:
    if unit != between.unit:
        raise ValueError(f"has the step '{said}': write it in the unit of its ends")
    if step <= 0:
        raise ValueError("has a `step` that goes nowhere: write one above 0")
    steps = (high - low) // step
    if steps >= MOST_VALUES:
        raise ValueError(f"has more than {MOST_VALUES:,} values: write a larger `step`")
    numbers = [low + index * step for index in range(steps + 1)]
    if between.whole and step.denominator != 1:
        between = Between(between.path, between.low, between.high, "", False, between.log, between.place)
    return tuple(between.override(float(number)) for number in numbers)


def _at(between: Between, part: float) -> float:
    """The value at 0 <= part <= 1 of the way, ends exact."""
    if part in (0.0, 1.0):
        return between.high if part else between.low
    low, high = between.low, between.high
    value = low * (high / low) ** part if between.log else low + (high - low) * part
    return round(value) if between.whole else float(f"{value:.6g}")


def magnitude(value: Any) -> tuple[Fraction, str] | None:
    """The number and the unit (nothing for a bare number) of what was written; None where it is neither."""
    if isinstance(value, int | float):
        known = not isinstance(value, bool) and math.isfinite(value)
        return (Fraction(str(value)), "") if known else None
    match = QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return None if match is None else (Fraction(match[1]), match[2] or "")


def _number(value: Any) -> tuple[Fraction, str]:
    """The number and the unit of an end or a step; ValueError where it is neither."""
    found = magnitude(value)
    if found is None:
        shown = json.dumps(value, default=str)
        raise ValueError(f"has the end or step {shown}: write a number, or one with its unit such as '64 GiB'")
    if abs(found[0]) > sys.float_info.max:
        raise ValueError(f"has the end or step '{value}', which is too large for a number")
    return found


def _plain(number: float) -> str:
    """A number as the language reads it: no exponent where a few zeros do."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number)
