"""Power before and after, by the curves of measured servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from tests.vinfra.planning.hosting.estates import HZ, days, estate, host
from vinfra import facts
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.server import Server
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.hosting.placing import fleet
from vinfra.planning.hosting.power import power_report
from vinfra.planning.hosting.servers import served
from vinfra.planning.hosting.tariff import Tariff
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.plan import Fleet, PowerReport
from vinfra.planning.recordings.hours import hours_of
from vinfra.planning.sizing.suggesting import suggestions
from vinfra.planning.target import Target
from vinfra.planning.utilisation import Utilisation

TARIFF = Tariff(price=0.2, pue=1.5, carbon=400.0)
NEW = 96 * 2.4e9
FACTOR = 2.2 / 3.1  # Skylake to Zen 4


def report(
    inventory: Inventory, utilisation: Utilisation | None = None, of: str = "vmware-vcf", **changes: Any
) -> tuple[Fleet, PowerReport]:
    assumed, target = Assumptions(**changes), facts.load("targets", of, Target)
    known = suggestions(inventory, utilisation, assumed)
    made = fleet(known, inventory, utilisation, target, assumed)
    return made, power_report(made, known, inventory, utilisation, target, assumed, TARIFF)


def curve(name: str) -> PowerCurve:
    server: Server = facts.load("servers", name, Server)
    assert server.power is not None
    return PowerCurve(server.power)


def test_before_follows_each_hour_on_the_curve_of_the_hosts_model() -> None:
    _, found = report(estate(20), days(20, 5.0, 50.0))
    before = found.before
    assert before is not None
    night, day = (10 * 4 * part * HZ / (56 * HZ) for part in (0.05, 0.5))
    mean = 2 * (14 * curve("dell-r640").watts(night) + 10 * curve("dell-r640").watts(day)) / 24
    assert before.mean == pytest.approx(float(mean))
    assert (before.idle, before.peak, before.hosts) == (110.0, 938.0, 2)
    assert before.kwh == pytest.approx(before.mean * 8.76)
    assert before.facility_kwh == pytest.approx(before.kwh * 1.5)
    assert before.cost == pytest.approx(before.facility_kwh * 0.2)
    assert before.carbon_kg == pytest.approx(before.facility_kwh * 0.4)
    assert "2 by model" in before.basis and "each hour of the recording" in before.basis


def test_after_follows_the_load_on_the_new_hosts_and_spare_ones_idle() -> None:
    made, found = report(estate(20), days(20, 5.0, 50.0))
    assert (made.chosen.hosts, made.spare) == (1, 1)
    new = curve("dell-r7615")
    night, day = (20 * 4 * part * HZ * FACTOR / NEW for part in (0.05, 0.5))
    mean = (14 * new.watts(night) + 10 * new.watts(day)) / 24 + new.watts(0.0)
    assert found.after.mean == pytest.approx(float(mean), rel=1e-5)
    assert found.after.peak == pytest.approx(2 * 347)
    assert "1 kept for failures idles" in found.after.basis


def test_without_a_recording_the_use_that_hosts_say_is_taken() -> None:
    inventory = estate(20)
    inventory = replace(inventory, hosts=[replace(one, cpu_used=0.3) for one in inventory.hosts])
    _, found = report(inventory)
    assert found.before is not None
    assert found.before.mean == pytest.approx(2 * float(curve("dell-r640").watts(0.3)))
    assert found.standby is None and "hours of the day are not known" in found.standby_why


def test_measured_watts_of_physical_servers_win() -> None:
    servers = [Machine("db", "physical", 56, 64e9, host="db", core_hz=HZ, watts=333.0, cpu_used=5 * HZ)]
    _, found = report(Inventory("t", "t", machines=servers, hosts=[host("db")]))
    assert found.before is not None
    assert found.before.mean == 333.0
    assert "1 as measured" in found.before.basis


def test_an_estate_without_hosts_has_no_before() -> None:
    _, found = report(replace(estate(5), hosts=()))
    assert found.before is None and "no hosts" in found.before_why
    assert found.after.mean > 0


def test_hosts_sleep_at_night_where_the_edition_has_dpm() -> None:
    made, found = report(estate(240, vcpus=8), days(240, 2.0, 60.0))
    assert made.chosen.hosts >= 4
    assert found.standby is not None
    assert found.standby.mean < found.after.mean
    least, most = (int(word) for word in found.standby.basis.split(" of ")[0].split(" to "))
    assert 2 <= least < most <= made.hosts


def test_no_host_sleeps_where_memory_in_use_needs_them_all() -> None:
    recording = days(240, 2.0, 10.0)
    recording = Utilisation(recording.interval, recording.names, recording.cpu, begins=recording.begins)
    _, found = report(estate(240, vcpus=8), recording)  # memory is not recorded: all of it may be in use
    assert found.standby is None
    assert found.standby_why == "even in the quietest hour memory in use needs all hosts at 63 %"


def test_an_edition_without_dpm_puts_nobody_on_standby() -> None:
    _, found = report(estate(20), days(20, 5.0, 50.0), of="xcp-ng")
    assert found.standby is None
    assert "puts no hosts on standby by itself" in found.standby_why


@pytest.mark.parametrize(
    ("changes", "name", "how"),
    [
        ({}, "dell-r640", "by model"),
        ({"model": "PowerEdge R740"}, "dell-r640", "by processor"),
        ({"vendor": "HP", "model": "ProLiant DL385 G7", "processor": ""}, "hp-proliant-dl385-g7", "by model"),
        ({"model": "", "processor": ""}, "hpe-proliant-dl380-gen10", "by the nearest in size"),
    ],
    ids=["model", "processor", "older", "size"],
)
def test_hosts_of_today_are_known_by_model_processor_or_size(changes: Any, name: str, how: str) -> None:
    found = served(host("a", **changes))
    assert how in found.how
    if how != "by the nearest in size":
        assert found.name == name


def test_watts_are_in_proportion_to_sockets() -> None:
    assert np.allclose(served(host("a", sockets=1)).curve.points * 2, served(host("a")).curve.points)


def test_hours_are_means_and_holes_are_filled() -> None:
    table = np.full((36, 2), 10.0, dtype=np.float32)
    table[12:24, 0] = 40.0
    table[24:, 0] = np.nan
    found = hours_of(Utilisation(300.0, ["a", "b"], table))
    assert found is not None
    assert found.percent.tolist() == [[10, 10], [40, 10], [25, 10]]
    at = np.array([0, 0, -1])
    loads = found.loads(np.array([0, 1, 0]), np.array([100.0, 200.0, 1.0]), np.zeros(3), at, 2)
    assert loads.tolist() == [[30, 0], [60, 0], [45, 0]]
    constant = found.loads(np.array([-1]), np.array([1.0]), np.array([7.0]), np.array([1]), 2)
    assert constant.tolist() == [[0, 7]] * 3
    assert hours_of(Utilisation(300.0, ["a"], table[:5, :1])) is None


@pytest.mark.parametrize("minutes", [5, 45, 120], ids=str)
def test_hours_of_the_day_do_not_drift_whatever_the_interval(minutes: int) -> None:
    rows = 10 * 24 * 60 // minutes
    use = Utilisation(minutes * 60.0, ["a"], np.ones((rows, 1), np.float32), begins=datetime(2026, 11, 2))
    found = hours_of(use)
    assert found is not None
    assert found.days == pytest.approx(10)
    assert found.of_day[len(found.of_day) // 2] == 0, "five days after midnight it is midnight"


def test_samples_a_day_apart_know_no_hours() -> None:
    recording = days(240, 2.0, 60.0)
    daily = Utilisation(86400.0, recording.names, recording.cpu[::288], recording.memory[::288])  # type: ignore[index]
    _, found = report(estate(240, vcpus=8), daily)
    assert found.standby is None
    assert found.standby_why.startswith("hours of the day are not known")
