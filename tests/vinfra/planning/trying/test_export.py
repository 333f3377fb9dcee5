"""A plan as a scenario: it is checked and run like any other, and its claims hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

import vinfra
from tests.vinfra.planning.small import GIB, HYPERV, PROXMOX, fleet, listed, machines, plan, recorded, target_plan
from vinfra import facts
from vinfra.document import read
from vinfra.hypervisors.edition import HostShape, edition
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.estates.drawn import estate
from vinfra.planning.licences import bills
from vinfra.planning.target import Target
from vinfra.planning.trying.export import written
from vinfra.planning.trying.roster import ALONE
from vinfra.planning.trying.trial import trial
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.schema_costs import Costs


def exported(folder: Path, count: int) -> Path:
    some = machines(count)
    use = recorded(some, 20.0, 30.0)
    names, wanted = listed(some, use, (PROXMOX, HYPERV))
    targets = []
    for target, on_each in ((PROXMOX, 6), (HYPERV, 9)):
        hosts = fleet(some, on_each)
        targets.append(target_plan(target, hosts, trial(target, hosts, names, Assumptions(), wanted, use)))
    return written(plan(some, *targets), folder, (names, wanted))


@pytest.mark.parametrize("count", [20, ALONE + 2])
def test_it_is_clean_runs_and_its_claims_hold(tmp_path: Path, count: int) -> None:
    path = exported(tmp_path / "plan", count)
    checked = check(read(path), Inputs())
    assert [column.name for column in checked.columns] == ["proxmox-ve-8", "hyper-v-2022"]
    assert not checked.refused and len(checked.expectations) == 4
    run = vinfra.run(vinfra.load(path), out=tmp_path / "run")
    assert [claim.holds for claim in run.expect] == [True] * 4
    hosts = -(-count // 6) + 1
    assert run["proxmox-ve-8"].metrics["hosts_on"] == hosts
    notes = {note for point in run.points for note in point.notes}
    assert not notes


def test_every_machine_stands_where_the_plan_puts_it(tmp_path: Path) -> None:
    exported(tmp_path, 20)
    lines = (tmp_path / "placement-hyper-v-2022.csv").read_text().splitlines()
    assert lines[0] == "vm,host,machine"
    assert lines[1] == "srv-000-example-org,host-1,Srv 000.example.org"
    assert lines[20] == "srv-019-example-org,host-3,Srv 019.example.org"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "placement-hyper-v-2022.csv",
        "placement-proxmox-ve-8.csv",
        "plan.yaml",
        "utilisation.csv",
    ]


def test_it_can_be_argued_with_as_its_comments_say(tmp_path: Path) -> None:
    path = exported(tmp_path / "plan", 20)
    question = vinfra.load(path)
    fewer = vinfra.run(question.with_("hosts.host.count", 2), out=tmp_path / "fewer")
    assert not fewer.expect[0].holds
    assert (fewer["proxmox-ve-8"].metrics["vms_unplaced"] or 0) > 0
    assert "--set 'placement={policy: best-fit}' --variant proxmox-ve-8" in path.read_text()
    other = check(question.with_("placement", {"policy": "best-fit"}).document, Inputs(), ["proxmox-ve-8"])
    assert other.base.placement.name == "best-fit"


def test_the_same_plan_is_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        exported(tmp_path / name, 12)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_editions_of_the_file_are_those_of_the_bills(tmp_path: Path) -> None:
    some = machines(6)
    hosts = fleet(some, 3)
    sold = facts.load("targets", "hyper-v", Target).model_copy(update={"server": PROXMOX.server, "memory": 96 * GIB})
    shape = [HostShape("host", 2, 24, hosts.hosts)]
    billed = bills(sold, shape, 1, Costs(date=date(2026, 11, 1)))
    names = listed(some, None, (sold,))
    one = replace(target_plan(sold, hosts, trial(sold, hosts, names[0], Assumptions(), names[1])), bills=billed)
    path = written(plan(some, one), tmp_path, names)
    assert read(path).data["hosts"]["host"]["edition"] == billed[0].edition == "windows-server-2025-standard"
    assert "Windows Server Standard is counted here for guests spread evenly" in path.read_text()
    assert vinfra.run(vinfra.load(path), out=tmp_path / "run").variants[0].metrics["licence_once"]


def test_what_is_no_windows_is_licensed_as_none(tmp_path: Path) -> None:
    some = [replace(one, os="FreeBSD (64-bit)") for one in machines(3)]
    path = written(plan(some, target_plan(PROXMOX, fleet(some, 2), None)), tmp_path)
    assert {vms.get("os") for vms in read(path).data["vms"].values()} == {"linux"}


def test_a_plan_without_a_target_writes_nothing(tmp_path: Path) -> None:
    some = machines(2)
    assert written(plan(some), tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_placements_of_an_older_plan_do_not_stay_beside_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "placement-mine.csv").write_text("vm,host\n")
    exported(tmp_path, 6)
    assert (tmp_path / "placement-mine.csv").exists()  # no plan was here yet, so it is somebody's own
    (tmp_path / "placement-vmware-vcf.csv").write_text("vm,host\n")
    exported(tmp_path, 6)
    assert sorted(path.name for path in tmp_path.glob("placement-*.csv")) == [
        "placement-hyper-v-2022.csv",
        "placement-proxmox-ve-8.csv",
    ]


def test_machines_that_a_target_has_no_host_for_are_left_out_and_named(tmp_path: Path) -> None:
    some = machines(6)
    wide = replace(some[0], vcpus=1000)
    some[0] = wide
    hosts = fleet(some, 3)
    hosts = replace(hosts, unplaced={wide.name: "it has more vCPUs than a host has cores"})
    names, wanted = listed(some, None)
    tried = trial(PROXMOX, hosts, names, Assumptions(), wanted)
    assert tried.cases["as planned"]["vms_unplaced"] == 1
    assert tried.pains[0] == "Srv 000.example.org cannot come: it has more vCPUs than a host has cores"
    path = written(plan(some, target_plan(PROXMOX, hosts, tried)), tmp_path)
    assert "# Srv 000.example.org\n" in path.read_text()
    run = vinfra.run(vinfra.load(path), out=tmp_path / "run")
    assert all(claim.holds for claim in run.expect) and len(run.expect) == 2


def test_licences_are_counted_as_the_costs_of_the_plan_say(tmp_path: Path) -> None:
    some = machines(6)
    hosts = fleet(some, 3)
    sold = facts.load("targets", "hyper-v", Target).model_copy(update={"server": HYPERV.server, "memory": 96 * GIB})
    foreign = facts.load("targets", "proxmox-ve", Target).model_copy(update={"server": PROXMOX.server})
    names = listed(some, None, (sold, foreign))
    tried = [trial(one, hosts, *names[:1], Assumptions(), names[1]) for one in (sold, foreign)]
    made = plan(some, *(target_plan(one, hosts, two) for one, two in zip((sold, foreign), tried, strict=True)))
    path = written(made, tmp_path / "dollars", names)
    run = vinfra.run(vinfra.load(path), out=tmp_path / "run")
    first, second = run.variants
    assert (first.metrics["licence_per_year"] or 0) + (first.metrics["licence_once"] or 0) > 0
    euros = edition(foreign.edition).terms.currency == "EUR"
    assert "Licences are not counted of Proxmox VE 8, Standard subscription" in path.read_text()
    assert euros and second.metrics.get("licence_per_year") in (None, 0)
    rated = Assumptions(costs={"rates": {"EUR": 1.1}, "electricity": 0.2, "date": "2026-11-02"})  # type: ignore[arg-type]
    path = written(replace(made, assumptions=rated), tmp_path / "both", names)
    again = vinfra.run(vinfra.load(path), out=tmp_path / "again")
    assert all((variant.metrics["cost_over_years"] or 0) > 0 for variant in again.variants)
    assert read(path).data["costs"] == {"rates": {"EUR": 1.1}, "electricity": 0.2, "date": "2026-11-02"}


def test_targets_whose_cycles_do_more_are_asked_for_fewer_of_them(tmp_path: Path) -> None:
    given = assumed(targets=["proxmox-ve", "older"], sets=["own={older: {like: proxmox-ve, server: dell-r640}}"])
    made = planner.plan(estate(12, 1), None, given, lambda words: None)
    path = written(made.plan, tmp_path, made.tried)
    scenario = yaml.safe_load(path.read_text())
    first, other = (one.name for one in made.plan.targets)
    ours = {float(entry["speed"].split()[0]) for entry in scenario["vms"].values()}
    theirs = float(scenario["compare"][other]["vms.*.speed"].split()[0])
    more = max(ours) / theirs if first == "older" else theirs / max(ours)
    assert more == pytest.approx(3.1 / 2.2)  # Zen 4 to Skylake
    assert vinfra.run(vinfra.load(path), out=tmp_path / "run").variants[1].refused is None


@pytest.mark.parametrize("odd", ["\u2028hosts: nowhere", "\x85hosts: nowhere", "\x07", "\nhosts: nowhere"], ids=repr)
def test_no_name_breaks_out_of_a_comment(tmp_path: Path, odd: str) -> None:
    some = machines(4)
    some[3] = replace(some[3], name=f"web{odd}")
    use = recorded(some, 20.0)
    hosts = replace(fleet(some[:3], 3), unplaced={some[3].name: "is too large"})
    called = replace(plan(some, target_plan(replaced_title(odd), hosts, None)).inventory, source=f"x/estate{odd}.csv")
    whole = replace(plan(some, target_plan(replaced_title(odd), hosts, None)), inventory=called)
    path = written(whole, tmp_path, listed(some, use))
    assert not check(read(path), Inputs()).refused


def replaced_title(odd: str) -> Target:
    return PROXMOX.model_copy(update={"title": f"ours{odd}"})
