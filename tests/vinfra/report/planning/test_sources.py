from __future__ import annotations

from dataclasses import replace

from tests.vinfra.report.planning import planned
from vinfra.planning.plan import Plan
from vinfra.report.planning.sources import sources
from vinfra.scenario.results import Source


def billed(edition: str) -> Plan:
    plan = planned.full()
    best = plan.targets[0]
    bill = replace(best.bills[0], edition=edition)
    return replace(plan, targets=[replace(best, bills=[bill]), *plan.targets])


def test_every_fact_a_target_names_is_cited_once() -> None:
    found = sources(billed("proxmox-standard-2026"))
    kinds = {source.kind for source in found}
    assert {"targets", "products", "servers", "processors", "editions"} <= kinds
    assert len(set(found)) == len(found)
    price = next(source for source in found if source.kind == "editions" and source.name == "proxmox-standard-2026")
    assert "price" in price.values and price.citation and price.tag


def test_what_the_planner_says_comes_first_and_names_without_a_fact_are_left_out() -> None:
    plan = billed("no-such-edition")
    own = Source("servers", "dell-r7615", "measured", "SPEC", ("power",))
    plan = replace(plan, sources=[own, *plan.sources])
    found = sources(plan)
    assert found[:2] == plan.sources
    assert [source for source in found if source.name == "dell-r7615"] == [own]
    assert all(source.name != "no-such-edition" for source in found)
    assert sources(planned.nothing()) == []
