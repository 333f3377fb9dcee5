from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vinfra.report.planning import planned
from vinfra.planning.plan import Plan
from vinfra.report.planning import answer, costs


def with_best(plan: Plan, **changes: object) -> Plan:
    return replace(plan, targets=[replace(plan.targets[0], **changes), *plan.targets[1:]])  # type: ignore[arg-type]


def test_a_machine_without_a_host_comes_before_everything_else() -> None:
    found = answer.risks(planned.full())
    assert found[0].anchor == "placement" and "srv-00039" in found[0].text
    assert [risk.weight for risk in found] == sorted((risk.weight for risk in found), reverse=True)


def test_a_backup_that_does_not_fit_says_what_limits_it() -> None:
    plan = planned.full()
    backup = plan.targets[0].backup
    assert backup is not None
    slow = with_best(plan, backup=replace(backup, window=9.5 * 3600, proxies=3))
    said = [risk.text.replace("\xa0", " ") for risk in answer.risks(slow)]
    limited = "limited by the proxies' cores; 3 such proxies would do."
    assert f"A night's backup takes 9 h 30 min and has 8 h, {limited}" in said


def test_prices_that_nobody_backs_are_a_risk_with_their_part_of_the_cost() -> None:
    plan = planned.full()
    worst = plan.targets[-1]
    assert worst.total is not None
    found = answer.risks(replace(plan, targets=[worst]))
    share = costs.over_years(worst.bills[0].lines[0], 5) / worst.total
    assert f"{100 * share:.0f}\xa0% of its cost rests on prices" in " ".join(risk.text for risk in found)


def test_what_the_trial_saw_is_a_risk() -> None:
    plan = planned.full()
    found = answer.risks(replace(plan, targets=[plan.targets[1]]))
    assert any("host 2 waits 6 % of the time" in risk.text for risk in found)


def test_a_trial_in_which_nothing_hurts_is_no_risk() -> None:
    plan = planned.full()
    trial = plan.targets[1].trial
    assert trial is not None
    calm = replace(trial, pains=["Nothing hurts: no VM waits for more than 1 %."])
    assert answer.pains(calm) == [] and answer.pains(trial) == list(trial.pains)
    assert all(risk.anchor != "trial" for risk in answer.risks(with_best(plan, trial=calm)))


def test_a_cheaper_target_below_the_first_is_said_to_be_cheaper() -> None:
    plan = planned.full()
    said = answer.sentence(replace(plan, targets=plan.targets[::-1]))
    assert "Proxmox VE 8 is less, though ranked below it, at 97,622\xa0EUR" in said


def test_the_price_at_which_the_ranking_flips_makes_both_cost_the_same() -> None:
    plan = planned.full()
    by_title = {one.target.title: one for one in plan.targets}
    found = costs.flips(plan)
    assert {flip.target for flip in found} == set(by_title) and any(flip.price is None for flip in found)
    for flip in found:
        one, other = by_title[flip.target], by_title[flip.other]
        assert one.total is not None and other.total is not None
        cost = costs.over_years(flip.line, 5)
        if flip.factor is None:
            assert one.total - cost > other.total
        else:
            assert one.total - cost + cost * flip.factor == pytest.approx(other.total)
            assert flip.price == pytest.approx(flip.line.price * flip.factor)


def test_prices_in_other_money_are_not_held_against_totals() -> None:
    assert costs.flips(replace(planned.full(), currency="USD")) == []
    assert costs.flips(planned.bare()) == [] and costs.flips(planned.nothing()) == []


def test_warnings_of_bills_and_hosts_stand_beside_them_and_nowhere_else() -> None:
    one = planned.full().targets[-1]
    beside = replace(one, warnings=[*one.bills[0].warnings, "nobody knows", "nobody knows"])
    assert one.bills[0].warnings and answer.warned(beside) == ["nobody knows"]
