"""Assumptions: from a file and from --set, with every mistake at its line."""

import re
from pathlib import Path

import pytest

from vinfra.errors import InputError
from vinfra.planning.assuming import assumed


def test_nothing_said_is_the_defaults_and_nothing_counts_as_changed():
    found = assumed()
    assert found.values.sizing.cpu_percentile == 95
    assert found.written == {}


def test_set_wins_over_the_file_and_both_are_known_by_their_place(tmp_path: Path):
    file = tmp_path / "ours.yaml"
    file.write_text("sizing:\n  cpu_percentile: 98\nhosts: {spare: 2}\n")
    found = assumed(file, ["hosts.spare=3", "waves.rate=200 MB/s"])
    assert (found.values.sizing.cpu_percentile, found.values.hosts.spare, found.values.waves.rate) == (98, 3, 200e6)
    assert str(found.written["sizing.cpu_percentile"]) == f"{file}:2:3"
    assert str(found.written["hosts.spare"]) == "--set"


def test_every_mistake_of_a_file_is_told_at_its_line(tmp_path: Path):
    file = tmp_path / "ours.yaml"
    file.write_text("sizing:\n  cpu_percentil: 98\nhosts:\n  spare: -1\nwaves: {rate: 100}\n")
    with pytest.raises(InputError) as wrong:
        assumed(file)
    lines = str(wrong.value).splitlines()
    assert len(lines) == 3
    assert lines[0] == f"{file}:2:3 sizing.cpu_percentil: unknown key 'cpu_percentil'; did you mean 'cpu_percentile'?"
    assert lines[1].startswith(f"{file}:4:3 hosts.spare: must be at least 0")
    assert "waves.rate" in lines[2]


def test_a_server_that_nobody_knows_is_refused_with_a_suggestion():
    with pytest.raises(InputError, match=r"--set hosts.server: no server 'dell-r64'; did you mean 'dell-r640'"):
        assumed(sets=["hosts.server=dell-r64"])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("storage.raid=raid9", "no RAID level 'raid9'"),
        ("storage.disks=8 x ssdd", "no disk 'ssdd'; did you mean 'ssd'?"),
    ],
)
def test_storage_that_nobody_knows_is_refused(said: str, told: str):
    with pytest.raises(InputError, match=re.escape(told)):
        assumed(sets=[said])


def test_a_target_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="--target targets\\[0\\]: no target 'esx-on-toast'"):
        assumed(targets=["esx-on-toast"])


def test_a_list_is_no_assumptions(tmp_path: Path):
    file = tmp_path / "ours.yaml"
    file.write_text("- a\n")
    with pytest.raises(InputError, match="assumptions are a mapping"):
        assumed(file)


def test_set_without_a_value_says_how_it_is_written():
    with pytest.raises(InputError, match="write --set PATH=VALUE"):
        assumed(sets=["hosts.spare"])
