"""The timelines of the page: what is told, what is drawn of many, what the script reads, and that it draws."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.vinfra.report import estates, samples
from tests.vinfra.report.estates import DAY, HOUR
from tests.vinfra.report.html import Page
from vinfra.report import curves, dates, page, table, timeline, trace
from vinfra.report.timeline import timelines
from vinfra.report.tones import INDEX
from vinfra.scenario.results import Interval, Point, Run

RUNS: list[Callable[[], Run]] = [estates.fortnight, estates.night, estates.moves]


def unpacked(numbers: list[float]) -> list[tuple[int, float, float]]:
    """(state, start, end) of the bars of a row, as the page's script reads them."""
    found, at = [], 0.0
    for state, gap, lasts in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        found.append((int(state), at + gap, at + gap + lasts))
        at += gap + lasts
    return found


@pytest.mark.parametrize("make", RUNS)
def test_every_bar_of_a_picture_is_an_interval_of_the_run(make: Callable[[], Run]) -> None:
    run = make()
    for point, panel in zip(run.points, timelines(run).panels, strict=True):
        data = panel.data
        drawn = [
            (row[0].partition(",")[0], data["states"][state][0], round(start), round(end))
            for row, numbers in zip(data["rows"], data["bars"], strict=True)
            for state, start, end in unpacked(numbers)
        ]
        assert sorted(drawn) == sorted(
            (i.entity.rpartition("/")[2], i.state, round(i.start), round(i.end))
            for i in point.intervals
            if not i.entity.startswith("window/")
        )


def test_a_run_of_nights_opens_at_its_worst_and_offers_the_others() -> None:
    bad, good = timelines(estates.fortnight()).panels
    assert len(bad.spans) == 15 and bad.spans[-1].name == "the whole run"
    assert bad.spans[bad.chosen].name == "Tue 9 Oct 22:00, 20 not protected"
    assert "failed: db-3 (snapshot could not be removed); nightly ran 2 h 7 min past" in bad.spans[bad.chosen].sentence
    assert bad.sentence.startswith("14 nights, 6 of them without a loss; 30 backups missed or failed in the others.")
    assert bad.sentence.endswith("Wanted back: 1 of 2 restored; not db-1 (no restore point in the catalog).")
    assert good.sentence == "14 nights, everything protected in each."


def test_one_night_is_one_picture() -> None:
    (panel,) = timelines(estates.night()).panels
    assert len(panel.spans) == 1 and panel.unfolded
    assert panel.sentence.startswith("60 VMs, 37 protected in 9 h 16 min of 8 h; missed: web-8, web-9,")
    assert 'role="img"' in page.render(estates.night())


def test_of_thousands_those_with_trouble_are_drawn_and_all_are_counted() -> None:
    run = estates.crowd()
    (panel,) = timelines(run).panels
    names = [row[0] for row in panel.data["rows"] if row[0].startswith(("app", "web"))]
    assert len(names) == timeline.SOME
    assert "all 5,000" in [row[0] for row in panel.data["rows"]]
    assert panel.more.startswith("Not drawn: 2,733 more VMs with trouble and 2,227 more VMs without trouble, 4 more")
    assert len(page.render(run)) < 2_000_000


def test_a_page_of_many_variants_and_nights_stays_small() -> None:
    intervals = estates.estate(14, {"app": 30, "web": 30})
    html = page.render(estates.run({f"v{number}": intervals for number in range(12)}, 14.5 * DAY))
    assert len(html) < 1_100_000  # beside the libraries, which the tests have no need of


def test_what_there_is_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "BARS", 100)
    (panel,) = timelines(estates.night()).panels
    missed = panel.data["states"].index(["missed", INDEX["missed"]])
    drawn = [bar for numbers in panel.data["bars"] for bar in unpacked(numbers)]
    assert sum(state == missed for state, _, _ in drawn) == 23 and len(drawn) <= 130
    assert re.search(r"\d+ shorter intervals", panel.more)


def test_variants_of_a_row_share_their_axis_and_only_the_first_row_is_unfolded() -> None:
    run = samples.sweep()
    for number, point in enumerate(run.points):
        point.intervals = [Interval("vm", "transfer", 0.0, 60.0 * (number + 1))]
    panels = timelines(run).panels
    assert [panel.spans[-1].end for panel in panels[:4]] == [panels[0].spans[-1].end] * 4
    assert [panel.unfolded for panel in panels] == [True] * 4 + [False] * 8
    assert panels[4].title == "native, workload = oltp"


def test_hosts_that_are_full_are_no_story_of_their_own() -> None:
    assert timelines(samples.day()).panels == []
    assert "Timeline" not in Page(page.render(samples.day())).text


def test_names_stand_in_the_data_and_not_in_a_specification() -> None:
    data = Page(page.render(samples.hostile())).data
    assert data["timelines"][0]["rows"][0][0] == samples.HOSTILE
    assert "alert" not in json.dumps([panel["spec"] for panel in data["timelines"]])


def test_the_terminal_says_each_timeline_in_a_sentence() -> None:
    text = " ".join(table.text(estates.fortnight(), width=200).split())
    assert "vm-over-lan: 14 nights, 6 of them without a loss" in text
    assert "The worst, Tue 9 Oct 22:00: 30 VMs, 10 protected in" in text
    assert "VMs" not in table.text(estates.moves())


def test_the_trace_has_a_process_for_each_kind_of_lane() -> None:
    events = list(trace.events(estates.fortnight()))
    names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
    kinds = ["Faults", "Jobs", "Proxies", "Restores", "VMs"]
    assert names[:6] == [*(f"vm-over-lan, {kind}" for kind in kinds), "vm-over-lan"]
    threads = [event["args"]["name"] for event in events if event["name"] == "thread_name" and event["pid"] == 5]
    assert threads[:5] == ["db-1", "db-2", "db-3", "db-4", "file-1"] and threads[-1] == "web-20"


def point(start: datetime | None, end: float, *intervals: Interval) -> Point:
    return Point("a", {}, 0, start=start, end=end, intervals=list(intervals))


def test_a_run_has_dates_when_it_is_long_or_begins_somewhen_or_keeps_a_schedule() -> None:
    unsaid = dates.UNSAID
    assert dates.calendar([point(unsaid, DAY)]) is None
    assert dates.calendar([point(None, 3 * DAY)]) is None
    assert dates.calendar([point(unsaid, DAY + 1)]) is not None
    assert dates.calendar([point(datetime(2026, 3, 1), HOUR)]) is not None
    assert dates.calendar([point(unsaid, HOUR, Interval("job/nightly", "running", 0, 1))]) is not None
    assert dates.calendar([point(datetime(2026, 3, 1), HOUR), point(datetime(2026, 3, 2), HOUR)]) is None


def test_moments_are_told_to_the_minute() -> None:
    known = dates.calendar([point(datetime(2007, 10, 1), 3 * DAY)])
    assert known is not None
    assert dates.moment(known, 22 * HOUR - 10) == "Mon 1 Oct 22:00"
    assert dates.moment(known, DAY - 1) == "Tue 2 Oct 00:00"
    assert dates.clock(known, 30.5 * HOUR) == "Tue 06:30"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.25, "0.25 s"),
        (59.7, "1 min"),
        (200, "3 min 20 s"),
        (3599, "1 h"),
        (18720, "5 h 12 min"),
        (90 * HOUR, "3 d 18 h"),
    ],
)
def test_spans_are_told_in_two_units(seconds: float, words: str) -> None:
    assert dates.span(seconds) == words


def test_a_line_over_days_has_the_calendar_at_its_axis() -> None:
    (power,) = curves.curves(estates.fortnight()).curves
    assert power.zero == 1191196800000 and power.ticks is None
    assert power.lines[0][2][96] == 1.0
    data = Page(page.render(estates.fortnight())).data["figures"][0]
    assert (data["zero"], data["scale"]) == (power.zero, DAY)
    assert data["spec"]["encoding"]["x"]["type"] == "temporal"


def test_a_series_of_a_group_is_called_so() -> None:
    assert curves.quantity("guest_latency_s/web", 0.02) == ("Guest latency of web", "ms", 1000.0)


@pytest.mark.slow
@pytest.mark.parametrize("make", [*RUNS, estates.crowd])
def test_every_picture_draws_its_bars(make: Callable[[], Run]) -> None:
    import vl_convert

    for panel in timelines(make()).panels:
        data = panel.data
        begin, end, _ = data["spans"][-1]
        names = {str(middle): name for name, middle, *_ in [*data["heads"], *data["rows"]]}
        scale = data["scale"]
        values: dict[str, Any] = {"begin": begin / scale, "end": end / scale, "names": names, "bad": []}
        bars = [
            {"a": a / scale, "b": b / scale, "c": data["states"][s][1], "y": top, "z": top + 9, "m": top}
            for (_, _, top, *_), numbers in zip(data["rows"], data["bars"], strict=True)
            for s, a, b in unpacked(numbers)
        ]
        params = [{"name": param["name"], "value": values[param["name"]]} for param in data["spec"]["params"]]
        spec = {**data["spec"], "params": params, "width": 900, "datasets": {"bars": bars, "windows": []}}
        drawn = vl_convert.vegalite_to_svg(spec)
        assert "var(--t-read)" in drawn or "var(--t-move)" in drawn
        assert all(f">{name}<" in drawn for name in names.values() if len(name) < 15)
