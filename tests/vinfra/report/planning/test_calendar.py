from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.vinfra.report.planning import planned
from vinfra.planning.plan import Migration
from vinfra.report.planning import calendar, racks


def moved(nights: int, late: int = -1) -> Migration:
    first = date(2026, 11, 11)  # a Wednesday
    found = [planned.night(n, first + timedelta(days=n), "wave", ["a", "b"]) for n in range(nights)]
    found = [replace(night, fits=night.number != late) for night in found]
    return Migration(found, {}, "cold", 0.0, 0.0, None, "")


def test_weeks_begin_on_monday_and_every_night_has_its_day() -> None:
    found = calendar.calendar(moved(10, late=3))
    assert [week[0].on.weekday() for week in found.weeks] == [0, 0]
    marks = ["", "", "wave", "wave", "wave", "late", "wave", *["wave"] * 5, "", ""]
    assert [cell.mark for week in found.weeks for cell in week] == marks
    assert found.weeks[0][5].short == "2!" and "longer than the window" in found.weeks[0][5].words


def test_two_kinds_in_one_night_are_one_cell_with_both() -> None:
    on = date(2026, 11, 9)
    both = [planned.night(1, on, "rehearsal", ["a"]), planned.night(1, on, "wave", ["b", "c"])]
    cell = calendar.calendar(replace(moved(1), nights=both)).weeks[0][0]
    assert (cell.short, cell.mark) == ("3", "wave") and "rehearsal 1" in cell.words and "wave 1" in cell.words


def test_what_does_not_fit_on_the_page_is_counted() -> None:
    found = calendar.calendar(moved(7 * 40))
    assert len(found.weeks) == calendar.WEEKS and found.more == 41 - calendar.WEEKS
    assert calendar.calendar(moved(0)).weeks == []


def test_racks_that_are_alike_are_drawn_once_and_none_is_lost() -> None:
    fleet = planned.full(1500).targets[0].fleet
    drawn, more = calendar.drawn(fleet, 16)
    assert sum(one.count for one in drawn) + more == len(fleet.racks) and len(drawn) == 2
    assert drawn[0].slots == 16 and drawn[0].load == 0.8


def test_every_host_stands_in_a_rack_unless_there_are_too_few() -> None:
    fleet = planned.full(1500).targets[0].fleet
    at = racks.of_hosts(fleet)
    assert [int((at == rack).sum()) for rack in range(len(fleet.racks))] == [rack.hosts for rack in fleet.racks]
    assert (racks.of_hosts(replace(fleet, racks=fleet.racks[:1])) >= 0).sum() == fleet.racks[0].hosts
