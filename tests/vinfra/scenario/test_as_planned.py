"""Placements and recordings by name: who stands where a file says, who follows which column, and what is told."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.document import read
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.run import plan
from vinfra.scenario.simulation import Simulation, notes
from vinfra.scenario.world import World, build

LAB = """\
scenario: lab
question: Who starts where?
duration: 10 min
hosts:
  esx: {count: 3, server: hp-proliant-ml110-g4, memory: 8 GiB}
vms:
  db: {memory: 4 GiB}
  web: {count: 4, memory: 1 GiB}
placement: {policy: as-planned, path: where.csv}
workload: {trace: utilisation, path: use.csv}
"""
WHERE = "vm,host,machine\ndb,esx-2,oracle\nweb-1,esx-3,w1\nweb-2,esx-1,w2\nweb-3,esx-3,w3\nweb-4,esx-1,w4\n"
USE = "time_s,web-2,db,web-1,web-4,web-3\n0,2,50,1,4,3\n300,20,60,10,40,30\n"


def lab(folder: Path, where: str = WHERE, use: str = USE, text: str = LAB) -> Resolved:
    (folder / "where.csv").write_text(where)
    (folder / "use.csv").write_text(use)
    (folder / "lab.yaml").write_text(text)
    return resolve(read(folder / "lab.yaml"))


def made(resolved: Resolved) -> World:
    return build(resolved, Inputs().recording(resolved))


def homes(world: World) -> dict[str, str]:
    return {name: world.hosts.names[host] for name, host in zip(world.vms.names, world.vms.host.tolist(), strict=True)}


def wanted(world: World, epoch: int) -> dict[str, float]:
    """Percent of its vCPU that each VM wants."""
    demand = Simulation(world, Streams(1)).demand
    assert demand is not None
    found = 100 * demand.at(epoch)[world.vms.column]
    return dict(zip(world.vms.names, found.round(3).tolist(), strict=True))


def test_vms_stand_where_the_file_says_and_follow_their_own_columns(tmp_path: Path) -> None:
    world = made(lab(tmp_path))
    assert homes(world) == {"db": "esx-2", "web-1": "esx-3", "web-2": "esx-1", "web-3": "esx-3", "web-4": "esx-1"}
    assert wanted(world, 0) == {"db": 50, "web-1": 1, "web-2": 2, "web-3": 3, "web-4": 4}
    assert wanted(world, 1) == {"db": 60, "web-1": 10, "web-2": 20, "web-3": 30, "web-4": 40}
    simulation = Simulation(world, Streams(1))
    simulation.run()
    assert notes(simulation) == []


def test_vms_that_the_file_does_not_name_go_to_the_best_fit_after_those_it_names(tmp_path: Path) -> None:
    text = LAB.replace("  web:", "  also: {count: 2, memory: 3 GiB}\n  web:")
    world = made(lab(tmp_path, text=text))
    assert homes(world) | {"also-1": "", "also-2": ""} == {
        **homes(made(lab(tmp_path))),
        "also-1": "",
        "also-2": "",
    }
    # esx-2 has least memory left beside the 4 GiB of db.
    assert (homes(world)["also-1"], homes(world)["also-2"]) == ("esx-2", "esx-1")
    assert world.notes == (
        "2 VMs (also-1, also-2) not in the plan, placed as best fit does",
        "2 VMs (also-1, also-2) have no column in the recording, their demand is drawn",
    )


def test_a_host_that_is_not_there_and_one_that_is_full_are_told(tmp_path: Path) -> None:
    where = WHERE.replace("web-1,esx-3", "web-1,esx-9").replace("web-3,esx-3", "web-3,esx-2")
    text = LAB.replace("db: {memory: 4 GiB}", "db: {memory: 8 GiB}")
    world = made(lab(tmp_path, where, text=text))
    assert homes(world) == {"db": "esx-2", "web-1": "esx-1", "web-2": "esx-1", "web-3": "esx-1", "web-4": "esx-1"}
    assert world.notes == (
        "1 VMs (web-1) on hosts of the plan that are not there, placed as best fit does",
        "1 VMs (web-3) without room on the host of the plan, placed as best fit does",
    )


def test_a_vm_without_a_column_is_drawn_the_same_whoever_else_has_one(tmp_path: Path) -> None:
    some = wanted(made(lab(tmp_path, use="time_s,db\n0,50\n300,60\n")), 1)
    more = wanted(made(lab(tmp_path, use="time_s,db,web-1\n0,50,1\n300,60,10\n")), 1)
    assert some["web-2"] == more["web-2"] and some["web-4"] == more["web-4"]
    assert (some["db"], more["web-1"]) == (60, 10)


def test_columns_of_nobody_are_counted(tmp_path: Path) -> None:
    use = USE.replace("db", "ghost")
    assert made(lab(tmp_path, use=use)).notes == (
        "1 VMs (db) have no column in the recording, their demand is drawn",
        "1 columns of the recording have the name of no VM that follows it",
    )


def test_content_is_the_question_not_the_path(tmp_path: Path) -> None:
    def identity(name: str, where: str, use: str = USE) -> str:
        folder = tmp_path / name
        folder.mkdir()
        lab(folder, where, use)
        text = (folder / "lab.yaml").read_text()
        if name == "renamed":
            (folder / "where.csv").rename(folder / "elsewhere.csv")
            (folder / "lab.yaml").write_text(text.replace("where.csv", "elsewhere.csv"))
        return plan(read(folder / "lab.yaml"), Inputs()).identity

    first = identity("here", WHERE)
    assert identity("there", WHERE) == first
    assert identity("renamed", WHERE) == first
    assert identity("moved", WHERE.replace("web-4,esx-1", "web-4,esx-2")) != first
    assert identity("named", WHERE, USE.replace("web-2,db", "db,web-2")) != first


def test_variants_have_files_of_their_own(tmp_path: Path) -> None:
    text = LAB + "compare:\n  planned: {}\n  swapped: {placement.path: swapped.csv}\n"
    (tmp_path / "swapped.csv").write_text(WHERE.replace("db,esx-2", "db,esx-1"))
    lab(tmp_path, text=text)
    document = read(tmp_path / "lab.yaml")
    first = plan(document, Inputs())
    assert len(first.contents) == 3
    (tmp_path / "swapped.csv").write_text(WHERE.replace("db,esx-2", "db,esx-3"))
    assert plan(document, Inputs()).identity != first.identity


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 4)), min_size=1, max_size=12),
    st.integers(1, 3),
)
def test_no_host_gets_more_than_it_has_and_who_fits_where_planned_is_there(
    groups: list[tuple[int, int]], alike: int
) -> None:
    """Groups of `alike` VMs with so many GiB, planned on a host from 1; 0 is nowhere in the file, 4 is no host."""
    vms = {f"vm{number}": (size, home) for number, (size, home) in enumerate(groups)}
    text = LAB.replace("workload: {trace: utilisation, path: use.csv}\n", "")
    text = (
        text[: text.index("vms:")]
        + "vms:\n"
        + "".join(f"  {name}: {{count: {alike}, memory: {size} GiB}}\n" for name, (size, _) in vms.items())
        + "placement: {policy: as-planned, path: where.csv}\n"
    )
    lines = [
        f"{name if alike == 1 else f'{name}-{number}'},esx-{home}"
        for name, (_, home) in vms.items()
        for number in range(1, alike + 1)
        if home
    ]
    with tempfile.TemporaryDirectory() as folder:
        world = made(lab(Path(folder), "vm,host\n" + "\n".join(lines) + "\n", text=text))
    at = homes(world)
    size_of = {line.split(",")[0]: vms[line.split(",")[0].split("-")[0]][0] for line in lines}
    for host in ("esx-1", "esx-2", "esx-3"):
        taken = sum(vms[name.split("-")[0]][0] for name, there in at.items() if there == host)
        assert taken <= 8
        planned = [line.split(",")[0] for line in lines if line.endswith(host)]
        if sum(size_of[name] for name in planned) <= 8 and all(line.split(",")[1] != "esx-4" for line in lines):
            fits_all = all(
                sum(size_of[line.split(",")[0]] for line in lines if line.endswith(other)) <= 8
                for other in ("esx-1", "esx-2", "esx-3")
            )
            assert not fits_all or all(at[name] == host for name in planned)


def complaint(folder: Path, where: str = WHERE, text: str = LAB) -> str:
    with pytest.raises(InputError) as told:
        lab(folder, where, text=text)
        check(read(folder / "lab.yaml"), Inputs())
    return str(told.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("vm;host\n", "where.csv:1: must begin with a line that names the columns vm and host once"),
        ("vm,host\ndb\n", "where.csv:2: must name a VM and a host, got 'db'"),
        ("vm,host\ndb,esx-1\n\ndb,esx-2\n", "where.csv:4: names the VM 'db' a second time"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_line(tmp_path: Path, where: str, message: str) -> None:
    assert complaint(tmp_path, where) == message


def test_no_file_is_told_where_the_placement_stands(tmp_path: Path) -> None:
    text = LAB.replace(", path: where.csv", "")
    message = "lab.yaml:9:1 placement: names no file: add `path`, a CSV file with the columns vm and host"
    assert complaint(tmp_path, text=text) == message
    assert "nowhere.csv: cannot be read" in complaint(tmp_path, text=LAB.replace("where.csv", "nowhere.csv"))


def test_who_leaves_the_count_to_a_recording_by_name_is_told(tmp_path: Path) -> None:
    text = LAB.replace("web: {count: 4", "web: {count: per-trace")
    assert "per-trace needs a recording whose columns belong to nobody" in complaint(tmp_path, text=text)
