"""One simulation on several actors: the same digest whatever their number, and whatever happens to them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.conftest import join, leave, until
from tests.vinfra.scenario.joined import ring

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]
Run = Callable[..., Any]
PLACED = {"placement": {"policy": "slow"}}


@pytest.fixture
def three(whole: Any) -> Any:
    """A cluster with a machine for each site."""
    while len(whole.worker_nodes) < 3:
        join(whole)
    yield whole
    for node in sorted(whole.worker_nodes, key=lambda node: node.node_id)[2:]:
        leave(whole, node)


def written(hours: int = 12, **more: Any) -> str:
    """The scenario of three sites as a file holds it."""
    text: str = yaml.dump({**ring(hours, **PLACED).data, **more}, Dumper=yaml.CSafeDumper, sort_keys=False)
    return text


def on(cluster: Any, *more: str, actors: int = 2) -> tuple[str, ...]:
    """Options that say where, and on how many."""
    return ("--on", "ray", "--address", cluster.address, "--actors", str(actors), *more)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Where processes that simulate leave their number."""
    folder = tmp_path / "diary"
    folder.mkdir()
    return folder


def test_any_number_of_actors_gives_the_digest_of_one_process(vinfra: Run, three: Any) -> None:
    here = vinfra(out="here", scenario=written()).answer()
    assert here["variants"][0]["metrics"]["migrations"] == 3
    for actors in (1, 2, 3, 5):
        assert vinfra(*on(three, actors=actors), out=f"on-{actors}", scenario=written()).answer() == here


def test_an_actor_that_dies_costs_time_and_nothing_else(vinfra: Run, whole: Any, diary: Path) -> None:
    expected = vinfra(out="here", scenario=written(hours=36)).answer()
    run = vinfra(*on(whole, "--set", f"placement.diary={diary}"), scenario=written(hours=36))
    until(lambda: len(list(diary.iterdir())) == 2)
    time.sleep(0.5)  # windows are under way
    os.kill(min(int(path.name) for path in diary.iterdir()), signal.SIGKILL)
    assert run.answer() == expected
    assert len(list(diary.iterdir())) == 4, "both were begun anew"


def test_a_point_whose_actors_die_again_and_again_is_given_up(vinfra: Run, whole: Any) -> None:
    deadly = "sites.b.placement={policy: slow, deadly: true}"
    code, _, err = vinfra(*on(whole, "--set", deadly), scenario=written()).end()
    assert code == 1
    assert "lost an actor 3 times: the actor of b is gone" in err


def test_what_cannot_be_built_is_refused_on_actors_as_in_one_process(vinfra: Run, three: Any) -> None:
    scenario = written(compare={"fine": {}, "too-wide": {"sites.b.vms.one.vcpus": 64}}, replications=1)
    here = vinfra(out="here", scenario=scenario).answer()
    assert [bool(variant["refused"]) for variant in here["variants"]] == [False, True]
    wide = ("--variant", "too-wide", "--variant", "fine")
    assert vinfra(*on(three, *wide, actors=3), scenario=scenario).answer() == here


def test_more_actors_than_the_cluster_has_room_for_are_not_waited_for(vinfra: Run, whole: Any) -> None:
    assert vinfra(*on(whole, actors=3), scenario=written()).answer() == vinfra(out="here", scenario=written()).answer()


def test_what_raises_at_a_site_is_the_point_s_error(vinfra: Run, whole: Any) -> None:
    wrong = "sites.c.placement={policy: slow, wrong: true}"
    code, _, err = vinfra(*on(whole, "--set", wrong), scenario=written()).end()
    assert code == 1
    assert "ZeroDivisionError: made for tests" in err


def test_windows_that_are_short_stay_in_one_process_and_that_is_said(vinfra: Run, whole: Any) -> None:
    code, _, err = vinfra("--on", "ray", "--address", whole.address, scenario=written()).end()
    assert code == 0
    assert "simulated in this process" in err and "--actors 2 takes 2 all the same" in err
