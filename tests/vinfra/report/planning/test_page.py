from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vinfra.report.html import Page
from tests.vinfra.report.planning import estate, planned
from tests.vinfra.report.samples import HOSTILE
from vinfra.planning.explaining import explained
from vinfra.planning.plan import Plan
from vinfra.report.planning import page, words
from vinfra.report.planning.document import document
from vinfra.report.planning.figures import figures
from vinfra.report.planning.loads import by_name, loads
from vinfra.report.planning.sizing import sizes

MAKE: list[Callable[[], Plan]] = [planned.full, planned.bare, planned.nothing]


def flat(plan: Plan) -> str:
    return " ".join(Page(page.render(plan)).text.split())


def said(text: str) -> str:
    """As it stands in the flat text: without the spaces that do not break."""
    return " ".join(text.split())


@pytest.mark.parametrize("make", MAKE)
def test_page_is_well_formed_sealed_and_loads_nothing(make: Callable[[], Plan]) -> None:
    html = page.render(make())
    Page(html).check_sealed()
    assert "url(" not in html and "@import" not in html


@pytest.mark.parametrize("make", MAKE)
def test_page_can_be_read_aloud_and_every_link_leads_somewhere(make: Callable[[], Plan]) -> None:
    found = Page(page.render(make()))
    assert len(found.all("h1")) == 1 and len(found.all("main")) == 1
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in found.all("a")} <= set(ids)
    for attribute in ("aria-labelledby",):
        assert {about[attribute] for _, about in found.elements if attribute in about} <= set(ids)
    for chart in (attributes for _, attributes in found.elements if attributes.get("class", "").startswith("chart")):
        assert chart["role"] == "img" and chart["aria-label"]
    tables = [attributes for attributes in found.all("table") if attributes.get("class") != "sources"]
    assert len(found.all("caption")) == len(tables)
    regions = [about for _, about in found.elements if about.get("class") == "scroll"]
    assert all(about["tabindex"] == "0" and about["role"] == "region" for about in regions)


def test_hostile_names_are_text_and_nothing_else() -> None:
    plan = planned.full()
    worst = replace(plan.suggestions[4], machine=HOSTILE, reason=HOSTILE, risk_why=HOSTILE)
    target = replace(plan.targets[0], reasons=[HOSTILE], warnings=[HOSTILE], parts={HOSTILE: 1.0}, name=HOSTILE)
    hostile = replace(
        plan,
        inventory=replace(plan.inventory, source=HOSTILE, notes=(HOSTILE,)),
        suggestions=[worst, *plan.suggestions],
        targets=[replace(target, target=target.target.model_copy(update={"title": HOSTILE})), *plan.targets[1:]],
        refused={HOSTILE: HOSTILE},
        warnings=[HOSTILE],
        currency=HOSTILE,
    )
    found = Page(page.render(hostile))
    assert len(found.scripts) == 3 and found.open == []
    assert HOSTILE in found.text
    assert not {"img", "i", "u"} & {tag for tag, _ in found.elements}
    specs = [figure["spec"] for figure in found.data["figures"]]
    assert "onerror" not in json.dumps([{**spec, "encoding": 0} for spec in specs if "layer" not in spec])
    assert "alert" not in "".join(text for attributes, text in found.scripts if "type" not in attributes)


def test_the_first_screen_answers_with_a_link_to_the_basis_of_every_number() -> None:
    plan = planned.full()
    best, text = plan.targets[0], flat(plan)
    first = text[: text.index("Targets in order")]
    assert best.power.before is not None and best.migration is not None and best.backup is not None
    for number in (
        f"6 → {best.fleet.hosts} hosts, today and planned",
        words.money(best.total),
        words.kwh(best.power.before.facility_kwh),
        words.kwh(best.power.after.facility_kwh),
        words.carbon(best.power.after.carbon_kg),
        f"{len(best.migration.nights)} nights to migrate",
        words.day(best.migration.finished),
        words.time(best.backup.window),
        *(f"{name} {words.money(cost)}" for name, cost in best.parts.items()),
    ):
        assert said(number) in first
    assert first.index("no host there") < first.index("needs hands") and "The largest risks" in first


def test_numbers_of_every_target_stand_in_the_tables() -> None:
    plan = planned.full()
    text = flat(plan)
    for one in plan.targets:
        assert one.backup is not None and one.migration is not None and one.trial is not None
        numbers = [words.money(one.total), words.money(one.hardware, "EUR"), words.size(one.backup.repository)]
        numbers += [words.kwh(draw.facility_kwh) for draw in (one.power.after, one.power.standby) if draw is not None]
        numbers += [words.watts(one.power.after.peak), words.size(one.migration.moved), *one.trial.pains, *one.reasons]
        assert [number for number in numbers if said(number) not in text] == []


def test_a_trial_has_its_metrics_in_words_with_their_unit() -> None:
    text = flat(planned.full())
    assert "CPU ready (%) 0.8000 4.200" in text and "CPU ready, p99 (%) 9.100" in text
    assert "memory was not tried: balloons are not modelled with management" in text


def test_a_price_has_its_day_its_source_and_how_it_is_backed() -> None:
    plan = planned.full()
    text = flat(plan)
    for bill in (bill for one in plan.targets for bill in one.bills):
        for line in bill.lines:
            row = f"{words.plain(line.counted)} {words.plain(line.billed)} {words.money(line.price, 'EUR')}"
            assert said(row) in text and line.why in text
            tag = f"{line.tag} from memory" if line.recalled else line.tag
            assert said(f"{tag} {line.source}, {words.day(bill.date)}") in text
    assert "none of them is an offer, and none is today's" in text


def test_what_is_unknown_is_a_dash_with_the_reason() -> None:
    text = flat(planned.bare())
    assert "Its cost is not complete: licence could not be found out." in text
    assert "today no host of today is known" in text
    assert "KVM, idle hosts on standby one sample says nothing of the night" in text
    assert "No migration is planned: the record has no disks" in text and "The plan was not simulated." in text
    assert "nothing can be said of backups" in text and "its price is not known" in text


def test_what_is_said_of_several_targets_is_said_once() -> None:
    plan = planned.full()
    text = flat(plan)
    assert text.count("converter rates of 2007") == 1
    cold = [one.target.title for one in plan.targets if one.migration and one.migration.method == "cold copy"]
    assert said(f"{', '.join(cold)} cold copy") in text
    assert "estate/" not in text and "<b>rvtools.xlsx" in text


def test_nothing_to_plan_leaves_a_page_without_a_script_that_says_why() -> None:
    found = Page(page.render(planned.nothing()))
    assert found.scripts == [] and "esx: nothing to place" in found.text


def test_every_assumption_is_there_with_its_value_and_who_changed_it() -> None:
    plan = planned.full()
    found = Page(page.render(plan))
    text, ids = " ".join(found.text.split()), {about.get("id") for _, about in found.elements}
    for row in explained(plan.assumptions, plan.written):
        assert f"a-{row.path}" in ids
        if row.tag and row.written is None:
            assert said(f"{row.path} {row.value} {row.meaning} {row.tag} {row.source}") in text
    assert "2 values were changed for this plan" in text
    assert "sizing.cpu_percentile 90.0 percentile of CPU use that must fit changed --set" in text


def test_lists_are_cut_and_say_where_the_rest_is() -> None:
    text = flat(planned.full(400))
    found = sizes(planned.full(400))
    assert f"10 of {len(found.oversized)} oversized machines; all of them are in plan.xlsx, sheet Machines." in text
    assert f"10 of {len(found.undersized)} undersized machines" in text
    assert "10 of 13 snapshots" in text and "11 are older than 72 hours" in text


def test_the_three_truths_stand_side_by_side_and_one_is_planned_with() -> None:
    plan = planned.full()
    text = flat(plan)
    total = sum(machine.in_use or 0.0 for machine in plan.inventory.machines if not machine.template)
    assert said(f"in-use planned with {words.size(total)} 39 of 39") in text
    assert "guest-used" in text and "26 of 39" in text


def test_the_fill_chart_is_memory_over_what_a_host_has() -> None:
    plan = planned.full(400)
    drawn = figures(plan, by_name(plan), sizes(plan))["fill"]
    found = loads(plan, plan.targets[0], by_name(plan))
    total = sum(one.memory for one in plan.suggestions if one.machine in set(plan.targets[0].fleet.machines))
    assert found.memory.sum() == pytest.approx(total)
    shown = [value["v"] for value in drawn.values]
    assert shown == sorted(shown, reverse=True)
    assert sum(shown) == pytest.approx(total / plan.targets[0].target.memory)


def test_the_same_plan_makes_the_same_page() -> None:
    assert page.render(planned.full()) == page.render(planned.full())
    assert document(planned.full())["digest"][:16] in page.render(planned.full())


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    assert page.write(planned.full(), tmp_path / "deep") == tmp_path / "deep" / "plan.html"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["plan.html"]


def test_twenty_thousand_machines_make_no_larger_page() -> None:
    plan = planned.big()
    begun = time.process_time()
    html = page.render(plan)
    assert time.process_time() - begun < 10
    assert len(html.encode()) < 1e6  # beside the script of the charts, which is 0.9 MB
    assert estate.name(3) in Page(html).text


@pytest.mark.slow
def test_every_chart_is_a_specification_that_draws() -> None:
    import vl_convert

    plan = planned.full(400)
    drawn = figures(plan, by_name(plan), sizes(plan))
    assert set(drawn) == {"cost", "vcpus", "memory", "watts", "fill", "nights"}
    for figure in drawn.values():
        spec = {**figure.spec, "width": 600, "datasets": {"rows": list(figure.values)}}
        svg = vl_convert.vegalite_to_svg(spec)
        assert svg.count("<path") >= len(figure.values), figure.id
