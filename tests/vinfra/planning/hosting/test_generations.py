"""Which generation a record's processor is, by fact or by model number."""

import pytest

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.planning.hosting.generations import ModelNumbers, by_number, generation, work_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz", "Cascade Lake"),
        ("Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz", "Skylake"),
        ("Intel(R) Xeon(R) Gold 6430", "Sapphire Rapids"),
        ("Intel(R) Xeon(R) CPU E5-2650 v4 @ 2.20GHz", "Broadwell"),
        ("Intel(R) Xeon(R) CPU E5-2640 0 @ 2.50GHz", "Sandy Bridge"),
        ("Intel(R) Xeon(R) CPU X5650 @ 2.67GHz", "Westmere"),
        ("2x Intel(R) Xeon(R) CPU 5160 @ 3.00GHz", "Core (65 nm, Merom)"),
        ("Intel(R) Xeon(R) CPU E5420 @ 2.50GHz", "Core (45 nm, Penryn)"),
        ("AMD EPYC 7543 32-Core Processor", "Zen 3"),
        ("AMD EPYC 7F52 16-Core Processor", "Zen 2"),
        ("AMD EPYC 9354 32-Core Processor", "Zen 4"),
        ("Dual-Core AMD Opteron(tm) Processor 2220", "K8"),
        ("Something else", None),
        ("", None),
    ],
)
def test_model_numbers_say_the_generation(text: str, found: str | None) -> None:
    assert generation(text) == found


@pytest.mark.parametrize("name", facts.names("processors"))
def test_no_pattern_contradicts_a_fact(name: str) -> None:
    processor = facts.load("processors", name, Processor)
    assert generation(processor.title) == processor.microarchitecture
    assert by_number(processor.title) in (None, processor.microarchitecture)


def test_every_generation_of_a_pattern_has_a_worth() -> None:
    for rule in facts.load("generations", "model-numbers", ModelNumbers).rules:
        assert work_of(rule.microarchitecture) is not None, rule.pattern
    assert work_of("Pentium") is None
