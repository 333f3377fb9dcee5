"""Sweeps on a cluster: the same to the bit, and nothing lost whatever dies."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]
SLOWLY = ("--set", "placement.seconds=0.15")
Run = Callable[..., Any]
LISTEN = "0A"  # a socket's state as /proc/net/tcp has it


@pytest.fixture
def on(whole: Any) -> tuple[str, ...]:
    """Options that say where."""
    return ("--on", "ray", "--address", whole.address)


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """Where processes that simulate leave their number."""
    folder = tmp_path / "diary"
    folder.mkdir()
    return folder


def counts(answer: dict[str, Any]) -> list[int]:
    """Which points there are."""
    return [point["at"]["vms.web.count"] for point in answer["points"]]


def test_any_number_of_actors_gives_the_digest_of_one_process(vinfra: Run, on: tuple[str, ...]) -> None:
    here = vinfra(out="here").answer()
    for actors in ("1", "2"):
        there = vinfra(*on, "--actors", actors, out=f"on-{actors}").answer()
        assert there == here
    assert counts(here) == list(range(1, 41))


def test_recordings_are_sent_once_and_read_by_all(vinfra: Run, on: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    for number in range(40):
        lines = ((number * 7 + epoch * (number + 3)) % 101 for epoch in range(288))
        (tmp_path / "day" / f"vm-{number:02}").write_text("".join(f"{line}\n" for line in lines))
    recorded = ("--set", "workload.path=day")
    assert vinfra(*on, *recorded).answer() == vinfra(*recorded, out="here").answer()


def test_replications_until_known_are_the_same_however_far_actors_run_ahead(vinfra: Run, on: tuple[str, ...]) -> None:
    until = ("--set", "replications={at_least: 3, at_most: 12, until: {cpu_utilisation: 10 %}}")
    rows = "{vms.web.count: [4, 12, 16, 20, 40]}"  # the mean of many VMs is known earlier than that of few
    there, here = vinfra(*on, *until, sweep=rows).answer(), vinfra(*until, out="here", sweep=rows).answer()
    assert there == here
    replications = Counter(counts(here))
    assert replications[4] == 12 and replications[40] == 3 and len(set(replications.values())) > 2


def test_an_actor_that_is_killed_costs_no_point(vinfra: Run, on: tuple[str, ...], diary: Path) -> None:
    run = vinfra(*on, *SLOWLY, "--set", f"placement.diary={diary}")
    run.wait_for(4)
    for process in [int(path.name) for path in diary.iterdir()]:
        os.kill(process, signal.SIGKILL)
    answer = run.answer()
    assert counts(answer) == list(range(1, 41))
    assert len(list(diary.iterdir())) > 2, "others took over"


def test_a_machine_that_is_killed_costs_no_point(vinfra: Run, whole: Any, on: tuple[str, ...]) -> None:
    run = vinfra(*on, *SLOWLY)
    run.wait_for(4)
    lost = min(whole.worker_nodes, key=lambda node: node.node_id)
    os.kill(lost.all_processes["raylet"][0].process.pid, signal.SIGKILL)
    assert counts(run.answer()) == list(range(1, 41))


def test_a_cluster_that_loses_every_machine_goes_on_when_one_joins(
    vinfra: Run, whole: Any, on: tuple[str, ...]
) -> None:
    run = vinfra(*on, *SLOWLY)
    run.wait_for(4)
    for node in list(whole.worker_nodes):
        whole.remove_node(node, allow_graceful=False)
    time.sleep(1.0)
    assert run.process.poll() is None and run.done() < 40
    whole.add_node(num_cpus=1, node_ip_address="127.0.0.1")
    assert counts(run.answer()) == list(range(1, 41))


def test_kill_9_of_the_driver_loses_nothing_that_was_done(vinfra: Run, on: tuple[str, ...]) -> None:
    run = vinfra(*on, *SLOWLY)
    run.wait_for(6)
    run.process.send_signal(signal.SIGKILL)
    run.process.communicate(timeout=30)
    kept = run.done()
    assert 6 <= kept < 40
    began = (run.folder / "ledger.sqlite").stat().st_mtime_ns
    answer = vinfra(*SLOWLY).answer()  # in one process, on the same ledger
    assert (run.folder / "ledger.sqlite").stat().st_mtime_ns >= began
    assert counts(answer) == list(range(1, 41))
    assert answer == vinfra(*SLOWLY, out="whole").answer()


def test_an_interrupted_run_leaves_with_130_and_continues(vinfra: Run, on: tuple[str, ...]) -> None:
    run = vinfra(*on, *SLOWLY)
    run.wait_for(4)
    os.killpg(run.process.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
    code, out, err = run.end(30)
    assert (code, out) == (130, "") and "the same command continues" in err
    kept = run.done()
    assert 4 <= kept < 40
    assert vinfra(*on, *SLOWLY).answer() == vinfra(*SLOWLY, out="whole").answer()


def test_a_point_that_raises_is_recorded_and_the_others_go_on(vinfra: Run, on: tuple[str, ...]) -> None:
    some = "{placement.wrong: [false, true], vms.web.count: [1, 2, 3]}"
    answer, err = failing(vinfra(*on, sweep=some))
    assert sorted(bool(point["metrics"]) for point in answer["points"]) == [False] * 3 + [True] * 3
    assert "ZeroDivisionError: made for tests" in err


def test_a_point_that_ends_its_process_again_and_again_is_given_up(vinfra: Run, on: tuple[str, ...]) -> None:
    some = "{vms.web.count: [1, 2, 3], placement.deadly: [false, true]}"
    answer, err = failing(vinfra(*on, sweep=some))
    assert [bool(point["metrics"]) for point in answer["points"]] == [True, False] * 3
    assert "ended the process it was simulated in 3 times" in err


def failing(run: Any) -> tuple[dict[str, Any], str]:
    code, out, err = run.end()
    assert code == 1, err
    return json.loads(out), err


def test_a_private_cluster_is_quiet_on_the_loopback_alone_and_gone_afterwards(vinfra: Run, plugged: Path) -> None:
    run = vinfra("--on", "ray", "--actors", "2", "--set", "placement.seconds=0.05")
    run.wait_for(1)
    heard = listening(run.processes())
    assert heard and all(address.is_loopback for address in heard), heard
    code, _, err = run.end()
    assert (code, err) == (0, "")
    run.gone()


def test_a_private_cluster_is_gone_after_an_interrupt_and_another_one(vinfra: Run, plugged: Path) -> None:
    run = vinfra("--on", "ray", *SLOWLY)
    run.wait_for(2)
    os.killpg(run.process.pid, signal.SIGINT)
    time.sleep(0.5)  # while Ray is being stopped
    os.killpg(run.process.pid, signal.SIGINT)
    code, out, err = run.end(30)
    assert (code, out, err) == (130, "", "interrupted; the same command continues\n")
    run.gone()


def listening(processes: list[int]) -> list[ipaddress.IPv4Address]:
    """Addresses at which processes listen for connections, as Linux tells them."""
    mine = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                mine.add(os.readlink(descriptor))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == LISTEN and f"socket:[{inode}]" in mine:
                words = local.partition(":")[0]  # an IPv4 address within IPv6 ends with it; the bytes stand in reverse
                found.append(ipaddress.IPv4Address(bytes.fromhex(words[-8:])[::-1]))
    return found


def test_nobody_at_the_address_is_said_at_once(vinfra: Run) -> None:
    code, out, err = vinfra("--on", "ray", "--address", "127.0.0.1:1").end(20)
    assert (code, out) == (2, "")
    assert err.startswith("--address: no cluster at '127.0.0.1:1'")
