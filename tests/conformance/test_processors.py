"""What every processor must do: its features go together, and its work per cycle is known."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.hardware.pace import pace
from vinfra.hardware.processor import Processor

PROVENANCE = ("measured", "derived", "assumed")
WITH_EXITS = {
    "flexpriority",
    "nested-paging",
    "pause-loop-exiting",
    "unrestricted-guest",
    "vmcs-shadowing",
    "vpid-asid",
}
WITH_NESTED_PAGING = {"nested-tlb", "apic-virtualization", "posted-interrupts", "pause-loop-exiting", "vmcs-shadowing"}


@pytest.fixture(params=facts.names("processors"))
def processor(request: pytest.FixtureRequest) -> Processor:
    found: Processor = facts.load("processors", request.param, Processor)
    return found


def test_it_does_work(processor: Processor) -> None:
    assert pace(processor) > 0


def test_its_features_go_together(processor: Processor) -> None:
    features = set(processor.features)
    assert len(features) == len(processor.features)
    exits = features & {"vt-x", "amd-v"}
    assert exits <= ({"vt-x"} if processor.vendor == "Intel" else {"amd-v"})
    assert exits or not features & WITH_EXITS
    assert "nested-paging" in features or not features & WITH_NESTED_PAGING
    assert processor.vendor == "AMD" or "long-mode-segment-limits" not in features
    assert processor.vendor == "Intel" or not features & {"flexpriority", "vmcs-shadowing"}


def test_what_an_exit_takes_is_said_with_where_it_is_known_from() -> None:
    for name in facts.names("processors"):
        provenance = facts.read_one("processors", name).provenance
        for key in ("exit_round_trip", "monitor_ratio"):
            if (key,) in provenance:
                assert provenance[key,].tag in PROVENANCE, name
                assert provenance[key,] != provenance[()], "its own source, not the data sheet's"


def test_an_exit_that_nobody_measured_is_assumed_and_says_from_where() -> None:
    for name in ("xeon-gold-6148", "xeon-platinum-8480", "epyc-9654", "opteron-6276"):
        origin = facts.read_one("processors", name).provenance["exit_round_trip",]
        assert origin.tag == "assumed"
        assert "carried over" in origin.source or "is assumed" in origin.source
