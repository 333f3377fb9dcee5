"""Every hardware fact loads, refers to what exists, and says nothing that cannot be."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.errors import InputError
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.spec import Spec
from vinfra.storage.lun import Disk, Raid
from vinfra.validate import validate

SPECS: dict[str, type[Spec]] = {"disks": Disk, "processors": Processor, "raid": Raid, "servers": Server}
FILES = [(kind, name) for kind in SPECS for name in facts.names(kind)]


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_fact_loads(kind: str, name: str) -> None:
    assert facts.load(kind, name, SPECS[kind])


@pytest.mark.parametrize("name", facts.names("servers"))
def test_server_names_a_processor_that_is_known(name: str) -> None:
    assert facts.load("servers", name, Server).processor in facts.names("processors")


@pytest.mark.parametrize("name", facts.names("processors"))
def test_nested_paging_comes_with_hardware_exits(name: str) -> None:
    processor = facts.load("processors", name, Processor)
    assert not processor.has("nested-paging") or processor.has("vt-x") or processor.has("amd-v")
    assert processor.exit_round_trip is None or processor.has("vt-x") or processor.has("amd-v")


def test_exits_became_cheaper_from_prescott_to_westmere() -> None:
    names = ["pentium-4-672", "xeon-5160", "xeon-e5440", "xeon-x5570", "xeon-x5670"]
    trips = [facts.load("processors", name, Processor).exit_round_trip for name in names]
    assert trips == [3963, 1579, 1266, 1009, 761]


def test_cores_of_the_servers_are_those_of_the_results() -> None:
    cores = {}
    for name in (
        "hp-proliant-ml110-g4",
        "hp-proliant-ml110-g5",
        "dell-r830",
        "dell-r940",
        "hpe-proliant-dl385-gen11-9845",
    ):
        server = facts.load("servers", name, Server)
        cores[name] = server.sockets * facts.load("processors", server.processor, Processor).cores
    assert list(cores.values()) == [2, 2, 88, 112, 320]


def test_faster_spindles_do_more_and_parity_makes_writes_dearer() -> None:
    iops = [facts.load("disks", name, Disk).iops for name in ("sata-5k4", "sata-7k2", "sas-10k", "fc-15k")]
    penalties = [
        facts.load("raid", name, Raid).write_penalty for name in ("raid0", "raid1", "raid10", "raid5", "raid6")
    ]
    assert iops == [80, 100, 150, 200]
    assert penalties == [1, 2, 2, 4, 6]


def test_what_was_recalled_is_marked() -> None:
    provenance = facts.read_one("processors", "xeon-5160").provenance
    assert provenance["exit_round_trip",].recalled
    assert not provenance["frequency",].recalled
    assert provenance["exit_round_trip",].tag == "measured"


def test_a_misspelt_event_and_a_missing_point_are_refused_with_the_cure() -> None:
    measured = facts.read_one("processors", "pentium-4-672")
    wrong = {**measured.data, "measured": {"native": {"sycall": "242 cycles"}}}
    with pytest.raises(InputError, match="no guest event 'sycall'; did you mean 'syscall'"):
        validate(Processor, wrong, measured.places)
    server = facts.read_one("servers", "hp-proliant-ml110-g4")
    with pytest.raises(InputError, match=r"must be 11 points .* or 2 .*, got 3"):
        validate(Server, {**server.data, "power": ["1 W", "2 W", "3 W"]}, server.places)
