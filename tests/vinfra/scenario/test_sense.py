"""What cannot be meant together is said before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve

LAB = """\
scenario: lab
question: Does it make sense?
duration: 1 h
datastores:
  lun1: {array: array1, disks: 4 x fc-15k}
hosts:
  h1: {cores: 4, frequency: 2 GHz, memory: 8 GiB}
vms:
  web: {memory: 1 GiB}
"""


def problems(text: str, inputs: Inputs | None = None) -> str:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), inputs or Inputs())
    return str(wrong.value)


def changed(old: str, new: str) -> str:
    assert old in LAB
    return LAB.replace(old, new)


def test_the_lab_itself_makes_sense() -> None:
    check(parse(LAB, "lab.yaml"), Inputs())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAB + "epoch: 1 us\n", "lab.yaml:10:1 epoch: makes 3,600,000,000 epochs"),
        (LAB + "epoch: 0 s\n", "lab.yaml:10:1 epoch: must be above"),
        (changed("1 h", "0 s"), "lab.yaml:3:1 duration: must be above"),
        (LAB + "workload: {trace: planetlab}\nepoch: 4 min\n", "lab.yaml:11:1 epoch: must divide the 5 min"),
        (LAB + "workload: {trace: planetlab}\nepoch: 10 min\n", "lab.yaml:11:1 epoch: must divide the 5 min"),
        (
            changed("web: {", "web: {limit: 1 GHz, reservation: 2 GHz, "),
            "vms.web.reservation: is above the limit of 1 GHz",
        ),
        (changed("web: {", "web: {transfer: {size: 1 GiB}, "), "vms.web.transfer: needs to know where the disk lies"),
        (
            changed("web: {", "web: {datastore: lun1, transfer: {size: 1 GiB, start: 2 h}, "),
            "vms.web.transfer.start: is after the end of the run at 1 h",
        ),
        (changed("web: {", "web: {count: 0, "), "vms.web.count: must be"),
        (changed("web: {", "web: {vcpus: 8, "), "more than any host it may use has cores"),
        (changed("web: {", "web: {host: h1-1, "), "vms.web.host: no host 'h1-1'"),
        (changed("web: {", "web-2: {}\n  web: {count: 3, "), "vms.web-2: is the name of one of the web too"),
        (LAB + "expect: [{cpu_ready: 3 < 4}]\n", "'3 < 4' names no variant"),
    ],
)
def test_each_is_told_with_place_and_cure(text: str, message: str) -> None:
    assert message in problems(text)


def test_epochs_shorter_than_samples_are_fine_when_they_divide_them() -> None:
    check(parse(LAB + "workload: {trace: planetlab}\nepoch: 1 min\n", "lab.yaml"), Inputs())


def test_a_run_longer_than_its_recording_is_told_how_long_it_may_be(tmp_path: Path) -> None:
    (tmp_path / "vm").write_text("5\n" * 288)
    text = changed("1 h", "24 h") + f"warmup: 1 h\nworkload: {{trace: planetlab, path: {tmp_path}}}\n"
    assert "lab.yaml:3:1 duration: asks for" in problems(text)
    assert "set duration to `23 h` or less" in problems(text)


def test_sense_is_made_of_every_variant_and_row() -> None:
    text = LAB + "compare:\n  one: {}\n  two: {vms.web.limit: 1 MHz}\nsweep:\n  vms.web.reservation: [0 Hz, 2 MHz]\n"
    assert problems(text).splitlines() == ["lab.yaml:14:31 vms.web.reservation: is above the limit of 1 MHz"]


def test_wrong_names_of_plug_ins_are_told_beside_wrong_values_and_once() -> None:
    backup = """
backup:
  proxy: {host: h1}
  transport: sann
  repository: {host: h1, size: -1 TiB}
  jobs: {n: {vms: [all], kind: imagee, method: {method: increment}}}
"""
    text = "scenario: s\nquestion: q\nhosts: {h1: {server: hp-dl360-g5}}\nvms: {v: {}}" + backup
    with pytest.raises(InputError) as wrong:
        resolve(parse(text, "s.yaml"))
    told = [f"{problem.path}: {problem.message}" for problem in wrong.value.problems]
    assert told == [
        "backup.transport: no transport 'sann'; did you mean 'san'?",
        "backup.repository.size: '-1 TiB' is below zero, which a size cannot be",
        "backup.jobs.n.kind: no backup kind 'imagee'; did you mean 'image'?",
        "backup.jobs.n.method.method: no backup method 'increment'; did you mean 'incremental'?",
    ]
