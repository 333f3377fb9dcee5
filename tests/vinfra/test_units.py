"""Quantities: a strict grammar, SI inside, and a cure for everything that is nearly right."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from vinfra import units
from vinfra.spec import Spec, field
from vinfra.units import DIMENSIONS, parse, show

GOOD = [
    ("5 min", "time", 300.0),
    ("24 h", "time", 86400.0),
    ("1 h 30 min", "time", 5400.0),
    ("1h30min", "time", 5400.0),
    ("1 d 2 h 3 min 4.5 s", "time", 93784.5),
    ("250us", "time", 250e-6),
    ("250 µs", "time", 250e-6),
    ("3 ns", "time", 3e-9),
    ("64 GiB", "size", 64 * 2.0**30),
    ("64 GB", "size", 64e9),
    ("1.5 TiB", "size", 1.5 * 2**40),
    ("2 PB", "size", 2e15),
    ("0 B", "size", 0.0),
    ("2.66 GHz", "frequency", 2.66e9),
    ("117 W", "power", 117.0),
    ("1.5 MW", "power", 1.5e6),
    ("10 Gbit/s", "data rate", 1.25e9),
    ("1 bit/s", "data rate", 0.125),
    ("100 MB/s", "data rate", 1e8),
    ("1 GiB/s", "data rate", 2.0**30),
    ("200 /s", "rate", 200.0),
    ("60/min", "rate", 1.0),
    ("1.2e3 /h", "rate", 1 / 3),
    ("2409 cycles", "cycles", 2409.0),
    ("12 %", "fraction", 0.12),
    ("35 %", "fraction", 0.35),
    ("0.12", "fraction", 0.12),
    ("100 %", "fraction", 1.0),
]

BAD = [
    ("64G", "size", "'64G' has no unit that vinfra knows; write '64 GB' or '64 GiB'"),
    ("64 k", "size", "write '64 kB' or '64 KiB'"),
    ("64 gb", "size", "case matters; write '64 GB'"),
    ("64 gib", "size", "case matters; write '64 GiB'"),
    ("64", "size", "'64' needs a unit: write it like '64 GiB'"),
    ("5 min", "size", "'5 min' is a time; this wants a size such as '64 GiB'"),
    ("10 GB", "data rate", "'10 GB' is a size; this wants a data rate such as '10 Gbit/s'"),
    ("10 Gbps", "data rate", "write '10 Gbit/s'"),
    ("10 Gb/s", "data rate", "write '10 Gbit/s'"),
    ("10 gbps", "data rate", "write '10 Gbit/s' or '10 GB/s'"),
    ("10 MBps", "data rate", "write '10 MB/s'"),
    ("5 m", "time", "write '5 min'; a month is written in days, '30 d'"),
    ("5 H", "time", "case matters; write '5 h'"),
    ("5 seconds", "time", "write '5 s'"),
    ("2 weeks", "time", "'7 d' for one week"),
    ("1h30", "time", "from large to small, as in '1 h 30 min'"),
    ("30 min 1 h", "time", "from large to small"),
    ("1 h 1 h", "time", "from large to small"),
    ("1.5 h 30 min", "time", "from large to small"),
    ("22:30", "time", "'22:30' is not a time; write a number and its unit, such as '5 min'"),
    ("3:1", "time", "is not a time"),
    ("10 mW", "power", "write '10 MW' for megawatts; milliwatts are written '0.001 W'"),
    ("2.66 ghz", "frequency", "case matters; write '2.66 GHz'"),
    ("3 G", "frequency", "write '3 GHz'"),
    ("200 Hz", "rate", "write '200 /s'"),
    ("200 per second", "rate", "write '200 /s'"),
    ("12 percent", "fraction", "write '12 %'"),
    ("250 %", "fraction", "is above 100 %"),
    ("12", "fraction", "is above 100 %"),
    ("-5 min", "time", "is below zero, which a time cannot be"),
    ("-5 s", "size", "is below zero, which a size cannot be"),
    ("+5 min", "time", "is not written plainly; write '5 min'"),
    ("5  min", "time", "is not written plainly; write '5 min'"),
    ("5\u00a0min", "time", "is not written plainly; write '5 min'"),
    (" 5 min ", "time", "is not written plainly; write '5 min'"),
    (".5 h", "time", "is not written plainly; write '0.5 h'"),
    ("5. h", "time", "is not written plainly; write '5 h'"),
    ("010 B", "size", "is not written plainly; write '10 B'"),
    ("1_000 B", "size", "is not written plainly; write '1000 B'"),
    ("1,500 B", "size", "has a comma in its number; write '1500 B', or '1.500 B' if it is a decimal sign"),
    ("nan s", "time", "is not a time"),
    ("inf GiB", "size", "is not a size"),
    ("1e999 s", "time", "is too large for a number"),
    ("GiB", "size", "is not a size; write a number and its unit, such as '64 GiB'"),
    ("", "size", "is not a size"),
    ("7 km", "size", "'7 km' has no unit that vinfra knows; write it like '64 GiB'"),
    ("9" * 200 + " B", "size", "is too long for a size"),
]


@pytest.mark.parametrize(("text", "dimension", "value"), GOOD)
def test_a_quantity_is_read_into_si(text: str, dimension: str, value: float) -> None:
    assert parse(text, dimension) == value


@pytest.mark.parametrize(("text", "dimension", "cure"), BAD)
def test_a_near_miss_is_refused_with_the_cure(text: str, dimension: str, cure: str) -> None:
    with pytest.raises(ValueError, match=re.escape(cure)):
        parse(text, dimension)


@pytest.mark.parametrize(("text", "dimension", "cure"), BAD)
def test_every_cure_that_stands_alone_is_a_quantity(text: str, dimension: str, cure: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text, dimension)
    for written in re.findall(r"(?:write|write it like|such as|or) '([^']*)'", str(caught.value)):
        assert math.isfinite(parse(written, dimension))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_examples_are_quantities_and_shown_as_written(dimension: str) -> None:
    example = DIMENSIONS[dimension].example
    assert parse(show(parse(example, dimension), dimension), dimension) == parse(example, dimension)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_cure_names_units_that_exist(dimension: str) -> None:
    kind = DIMENSIONS[dimension]
    for word, cure in kind.meant.items():
        assert word not in kind.units, f"{word} is a unit"
        for written in re.findall(r"'([^']*)'", cure.format(n=1)):
            parse(written, dimension)


@pytest.mark.parametrize(
    ("value", "dimension", "text"),
    [
        (4.5 * 2**30, "size", "4.5 GiB"),
        (64e9, "size", "64 GB"),
        (1_234_567_890.5, "size", "1.14978 GiB"),
        (2.66e9, "frequency", "2.66 GHz"),
        (12.0, "power", "12 W"),
        (5400.0, "time", "1 h 30 min"),
        (90061.0, "time", "1 d 1 h 1 min 1 s"),
        (5423.387, "time", "1 h 30 min 23.39 s"),
        (0.0005, "time", "500 us"),
        (0.0, "time", "0 s"),
        (0.0, "size", "0 B"),
        (1.25e9, "data rate", "1.25 GB/s"),
        (1 / 60, "rate", "60 /h"),
        (0.1234, "fraction", "12.34 %"),
        (1.5, "fraction", "150 %"),
        (-90.0, "time", "-1 min 30 s"),
        (math.inf, "time", "inf"),
    ],
)
def test_quantities_are_shown_to_people(value: float, dimension: str, text: str) -> None:
    assert show(value, dimension) == text


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A quantity of at most six digits in some unit, as a person would write it."""
    dimension = draw(st.sampled_from(sorted(DIMENSIONS)))
    unit = draw(st.sampled_from(sorted(DIMENSIONS[dimension].units)))
    whole = draw(st.integers(0, 999 if dimension != "fraction" else 99))
    decimals = draw(st.sampled_from(["", ".5", ".25", ".125"]))
    return f"{whole}{decimals} {unit}", dimension


@given(written())
def test_what_a_person_writes_comes_back_exactly(quantity: tuple[str, str]) -> None:
    text, dimension = quantity
    value = parse(text, dimension)
    again = parse(show(value, dimension), dimension)
    assert again == value or (dimension == "time" and again == pytest.approx(value, rel=5e-6))


@given(st.floats(0, 1e300), st.sampled_from(sorted(set(DIMENSIONS) - {"fraction"})))
def test_what_is_shown_is_read_again_to_six_digits(value: float, dimension: str) -> None:
    assert parse(show(value, dimension), dimension) == pytest.approx(value, rel=5.01e-6, abs=1e-320)


class Machine(Spec):
    """A machine with one field of every type."""

    wait: units.Seconds = field("5 min", "how long", gt=0)
    memory: units.Bytes | None = field(None, "how much")
    clock: units.Hertz = field("1 GHz", "how fast")
    draw: units.Watts = field("100 W", "how hungry")
    link: units.BytesPerSecond = field("1 Gbit/s", "how wide")
    calls: units.PerSecond = field("1 /s", "how often")
    cost: dict[str, units.Cycles] = field({}, "how dear")
    share: units.Fraction = field(0.5, "how much of it")


def complaint(**values: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        Machine.model_validate(values)
    (error,) = caught.value.errors()
    return error["type"], error["msg"]


def test_fields_hold_si() -> None:
    machine = Machine.model_validate({"memory": "2 GiB", "cost": {"syscall": "242 cycles"}, "share": "12 %"})
    assert (machine.wait, machine.memory, machine.link) == (300.0, 2.0**31, 1.25e8)
    assert (machine.cost, machine.share) == ({"syscall": 242.0}, 0.12)
    assert type(Machine.model_validate({"share": 1}).share) is float


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"memory": 64}, "64 needs a unit: write it like '64 GiB'"),
        ({"memory": 6.4e10}, "64000000000.0 needs a unit: write it like '64 GiB'"),
        ({"memory": "64G"}, "'64G' has no unit that vinfra knows; write '64 GB' or '64 GiB'"),
        ({"wait": True}, "must be a time such as '5 min', got true"),
        ({"wait": None}, "must be a time such as '5 min', got nothing"),
        ({"wait": ["5 min"]}, "must be a time such as '5 min', got a list"),
        ({"wait": {}}, "must be a time such as '5 min', got a mapping"),
        ({"share": 12}, "must be between 0 and 1, got 12; write '12 %'"),
        ({"share": -0.5}, "must be between 0 and 1, got -0.5"),
        ({"share": math.nan}, "must be between 0 and 1, got nan"),
        ({"share": "130 %"}, "'130 %' is above 100 %"),
    ],
)
def test_fields_refuse_with_the_cure_and_no_prefix(values: dict[str, Any], message: str) -> None:
    assert complaint(**values) == ("quantity", message)


def test_bounds_of_a_field_hold_for_the_si_value() -> None:
    assert complaint(wait="0 s")[0] == "greater_than"
    assert TypeAdapter(Annotated[units.Bytes, Field(le=1e9)]).validate_python("1 GB") == 1e9


def test_the_schema_lets_an_editor_check_what_the_reader_checks() -> None:
    schema = Machine.model_json_schema()
    assert schema["properties"]["wait"]["type"] == "string"
    assert schema["properties"]["wait"]["examples"] == ["5 min"]
    accepts = jsonschema.Draft202012Validator(schema).is_valid
    keys = {
        "time": "wait",
        "size": "memory",
        "frequency": "clock",
        "power": "draw",
        "data rate": "link",
        "rate": "calls",
    }
    for text, dimension, _ in GOOD:
        assert dimension not in keys or accepts({keys[dimension]: text}), text
    for text, dimension, _ in BAD:
        if dimension in keys and text not in ("1e999 s", "30 min 1 h", "1 h 1 h", "1.5 h 30 min"):
            assert len(text) > units.LONGEST or not accepts({keys[dimension]: text}), text
    assert accepts({"share": "12 %"}) and accepts({"share": 0.12}) and accepts({"memory": None})
    assert not accepts({"share": 12}) and not accepts({"memory": 64})
