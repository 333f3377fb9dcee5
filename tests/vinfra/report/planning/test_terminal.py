from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vinfra.report.planning import planned
from vinfra.planning.inventory import Missing
from vinfra.planning.plan import Plan
from vinfra.report.planning import answer, terminal
from vinfra.report.planning.words import kwh, money

MAKE: list[Callable[[], Plan]] = [planned.full, planned.bare, planned.nothing]


def flat(plan: Plan, width: int = 100) -> str:
    return " ".join(terminal.text(plan, [], width).split())


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("width", [30, 44, 80, 160])
def test_no_line_is_wider_than_the_terminal(make: Callable[[], Plan], width: int) -> None:
    for line in terminal.text(make(), [], width).splitlines():
        assert len(line) <= width


def test_the_answer_comes_first_and_every_target_has_its_numbers() -> None:
    plan = planned.full()
    said = flat(plan)
    assert said.startswith("Proxmox VE 8 on 2 hosts")
    for rank, one in enumerate(plan.targets, start=1):
        row = [f"{rank} {one.target.title}", str(one.fleet.hosts), str(len(one.fleet.racks))]
        row += [money(one.total, "EUR"), kwh(one.power.after.facility_kwh)]
        assert " ".join(" ".join(row).split()) in said


def test_a_narrow_terminal_has_the_same_numbers() -> None:
    plan = planned.full()
    for one in plan.targets:
        assert " ".join(money(one.total, "EUR").split()) in flat(plan, 44)


def test_what_hurts_is_said_with_the_reason() -> None:
    said = flat(planned.full())
    assert "risk: 1 machine has no host there. srv-00039: wants 64 vCPUs, a host has 48." in said
    assert "not planned: xen-3: no server of 2026 is known to it" in said
    assert "warning: 12 machines have no recording" in said


def test_a_warning_that_is_a_risk_already_is_not_said_again() -> None:
    plan = planned.bare()
    missing = [Missing("vNetwork", "which machines pass network cards through")]
    text = "without vNetwork the plan cannot say which machines pass network cards through"
    plan = replace(plan, inventory=replace(plan.inventory, missing=missing), warnings=[text, "another one"])
    assert any(risk.text == f"W{text[1:]}." for risk in answer.risks(plan)[: answer.SHOWN])
    shown = flat(plan, 200)
    assert shown.lower().count(text.lower()) == 1
    assert "warning: another one" in shown


def test_machines_that_need_hands_are_told_once() -> None:
    plan = planned.bare()
    hands = replace(planned.migration(["a"]), blocked={"a": "a raw LUN"})
    best = replace(plan.targets[0], migration=hands, warnings=["1 machine needs hands to be moved"])
    assert flat(replace(plan, targets=[best]), 200).count("needs hands") == 1


def test_what_is_unknown_is_a_dash_and_said() -> None:
    said = flat(planned.bare())
    assert "1 KVM 1 0 \u2013 1,577 kWh \u2013" in said
    assert "Its cost is not complete: licence could not be found out." in said
    assert "nothing to place" in flat(planned.nothing())


def test_piped_text_has_no_colour_and_ascii_where_it_must_be() -> None:
    class Pipe(io.StringIO):
        encoding = "ascii"  # type: ignore[assignment]

    out = Pipe()
    terminal.show(planned.full(), [Path("out/plan.html")], out, 80)
    assert out.getvalue().isascii() and "\x1b" not in out.getvalue()
    assert out.getvalue().rstrip().endswith("html out/plan.html")
