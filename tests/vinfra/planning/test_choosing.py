"""Targets of one's own beside those that exist."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vinfra.errors import InputError
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.assumptions import Assumptions, Own
from vinfra.planning.choosing import chosen, target
from vinfra.planning.estates.drawn import estate
from vinfra.planning.target import current

DAY = date(2026, 11, 1)


def test_ones_own_is_the_one_it_is_like_but_for_what_is_said() -> None:
    own = {"ours": Own(like="proxmox-ve", server="dell-r640", price=9000)}
    found, like = target("ours", own), target("proxmox-ve", {})
    assert (found.title, found.server, found.price) == ("ours", "dell-r640", 9000)
    assert (found.hypervisor, found.edition, found.memory) == (like.hypervisor, like.edition, like.memory)


def test_it_is_planned_for_beside_those_of_the_day_unless_some_are_named() -> None:
    rules = Assumptions(own={"ours": Own(like="proxmox-ve")})
    assert list(chosen(rules, DAY)) == [*current(DAY), "ours"]
    only = rules.model_copy(update={"targets": ["ours"]})
    assert list(chosen(only, DAY)) == ["ours"]


def test_a_day_of_which_no_target_is_needs_one_to_be_named() -> None:
    with pytest.raises(InputError, match="no target is of 1999-01-01"):
        chosen(Assumptions(), date(1999, 1, 1))


def test_every_mistake_is_told_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        "hosts: {server: dell-r640, memory: 1 TiB}\n"
        "own:\n"
        "  a: {like: proxmox}\n"
        "  b: {like: proxmox-ve, server: dell-r64, edition: vcf-2025, memory: 1 TiB}\n"
        "  hyper-v: {like: proxmox-ve}\n"
    )
    with pytest.raises(InputError) as wrong:
        assumed(file)
    told = [str(one) for one in wrong.value.problems]
    assert [line.partition(" ")[0].removeprefix(str(file)) for line in told] == [
        ":3:7",
        *[":4:25"] * 2,
        ":4:43",
        ":4:62",
        ":5:3",
    ]
    assert "did you mean 'proxmox-ve'?" in told[0]
    assert any("no edition 'vcf-2025' of proxmox-ve-8" in line for line in told)
    assert "cannot both be said" in told[1] + told[2]
    assert told[-1].endswith("is the name of a target that exists: choose another")


def test_hardware_is_in_the_cost_of_all_targets_or_of_none() -> None:
    rules = assumed(sets=["own.ours={like: proxmox-ve, price: 9000}"], targets=["ours", "proxmox-ve"])
    plan = planner.plan(estate(20, 1), None, rules, lambda words: None).plan
    assert all("hardware" not in one.parts for one in plan.targets)
    assert len({one.total for one in plan.targets}) == 1
    assert "costs are without hardware: its price is known of some targets alone (hosts.price)" in plan.warnings
    all_of = assumed(
        sets=["own.ours={like: proxmox-ve, price: 9000}", "hosts.price=1000"], targets=["ours", "proxmox-ve"]
    )
    first, second = planner.plan(estate(20, 1), None, all_of, lambda words: None).plan.targets
    assert (first.name, second.name) == ("proxmox-ve", "ours")
    assert second.parts["hardware"] == 9000 * second.fleet.hosts
