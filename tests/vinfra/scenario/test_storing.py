"""The language of networks, arrays and datastores: who is meant by a name, and what is wrong in one line."""

from __future__ import annotations

import pytest

from vinfra.document import parse
from vinfra.engine.names import Names
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.storing import datastores, homes, lun_numbers, members_of
from vinfra.scenario.world import World, build

ESTATE = """\
scenario: estate
question: Who sees what?
duration: 1 h
topology:
  san:
    kind: fibre-channel
    speed: 4 Gbit/s
    joins: [esx, array1]
  lan: {speed: 1 Gbit/s, joins: [esx]}
arrays:
  array1: {ports: 2}
datastores:
  other: {array: array1, disks: 8 x sata-7k2}
  vmfs: {count: 3, array: array1, lun: 10, size: 1.5 TiB, raid: raid5, disks: 10 x fc-15k}
hosts:
  esx: {count: 3, server: hp-proliant-dl380-g5-5160, memory: 16 GiB, hbas: 2}
vms:
  web: {count: 7, hosts: [esx-3, esx-1], memory: 1 GiB, demand: 10 %, datastore: vmfs}
"""


def changed(*pairs: tuple[str, str]) -> str:
    text = ESTATE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def resolved(*pairs: tuple[str, str]) -> Resolved:
    return resolve(parse(changed(*pairs), "estate.yaml"))


def world(*pairs: tuple[str, str]) -> World:
    return build(resolved(*pairs), None)


def test_datastores_that_are_alike_have_a_number_each() -> None:
    assert list(datastores(resolved())) == ["other", "vmfs-1", "vmfs-2", "vmfs-3"]
    assert members_of(resolved(), "vmfs") == ["vmfs-1", "vmfs-2", "vmfs-3"]
    assert members_of(resolved(), "vmfs-2") == ["vmfs-2"]


def test_lun_numbers_go_on_from_the_first_and_the_others_take_what_is_free() -> None:
    assert lun_numbers(resolved()) == {"other": 0, "vmfs-1": 10, "vmfs-2": 11, "vmfs-3": 12}
    assert lun_numbers(resolved(("lun: 10", "lun: 0")))["other"] == 3


def test_vms_take_the_datastores_of_a_group_in_turn() -> None:
    names = Names.numbered("web", 7)
    assert [*homes(resolved(), names)] == [f"vmfs-{n}" for n in (1, 2, 3, 1, 2, 3, 2)]
    one = resolved(("datastore: vmfs", "datastore: vmfs-2"))
    assert [*homes(one, names)] == ["vmfs-2"] * 7


def test_every_host_comes_to_use_every_datastore() -> None:
    made = world(("count: 3, array", "count: 2, array"))
    at = [made.hosts.names[host] for host in made.vms.host]
    used = set(zip(at, made.homes, strict=True))
    assert used == {(host, home) for host in ("esx-1", "esx-3") for home in ("vmfs-1", "vmfs-2")}


def test_vms_take_the_hosts_that_are_named_in_turn() -> None:
    made = world()
    at = {name: made.hosts.names[host] for name, host in zip(made.vms.names, made.vms.host, strict=True)}
    assert [at[f"web-{number}"] for number in range(1, 8)] == ["esx-3", "esx-1"] * 3 + ["esx-3"]


def test_a_host_group_among_the_hosts_stands_for_all_of_them() -> None:
    made = world(("hosts: [esx-3, esx-1]", "hosts: [esx]"))
    assert sorted(made.vms.host.tolist()) == [0, 0, 0, 1, 1, 2, 2]


def test_who_finds_no_room_on_the_host_whose_turn_it_is_has_none() -> None:
    made = world(("memory: 1 GiB", "memory: 6 GiB"))
    assert [(group.group, group.count) for group in made.unplaced] == [("web", 3)]
    assert sorted(made.vms.names) == ["web-1", "web-2", "web-3", "web-4"]


def test_luns_are_spread_over_ports_by_their_numbers() -> None:
    over = world().fabric
    ports = [list(over.to_lun("esx-1", name))[1] for name in ("other", "vmfs-1", "vmfs-2", "vmfs-3")]
    assert ports == [f"link/san/array1.port{number}" for number in (1, 2, 1, 2)]


def test_a_lun_that_is_presented_to_a_host_group_is_seen_by_its_hosts() -> None:
    over = world(("disks: 8 x sata-7k2", "disks: 8 x sata-7k2, presented_to: [esx-2]")).fabric
    assert over.sees("esx-2", "other") is None
    assert over.sees("esx-1", "other") == "esx-1 does not see other: array1 presents it to esx-2"


def test_the_order_of_the_file_decides_nothing() -> None:
    lines = ESTATE.splitlines(keepends=True)
    first, second = (
        next(i for i, line in enumerate(lines) if line.startswith(f"  {n}: {{")) for n in ("other", "vmfs")
    )
    lines[first], lines[second] = lines[second], lines[first]
    swapped = build(resolve(parse("".join(lines), "estate.yaml")), None)
    assert swapped.fabric.luns == world().fabric.luns
    assert dict(swapped.capacities) == dict(world().capacities)


ZONES = "joins: [esx, array1]\n    zones: {one: "


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("10 x fc-15k", "fc-15k")], "disks: must be so many of a kind of disk, such as `10 x fc-15k`, got 'fc-15k'"),
        ([("10 x fc-15k", "10 x fc-15")], "datastores.vmfs.disks: no disk 'fc-15'; did you mean 'fc-15k'?"),
        ([("disks: 8 x", "presented_to: [esk], disks: 8 x")], "presented_to[0]: no host 'esk'; did you mean 'esx'?"),
        ([("hosts: [esx-3, esx-1]", "hosts: [esx-4]")], "vms.web.hosts[0]: no host 'esx-4'"),
        ([("datastore: vmfs", "datastore: vmfs-4")], "vms.web.datastore: no datastore 'vmfs-4'"),
        ([("joins: [esx, array1]", "joins: [esx, arry1]")], "joins[1]: no host or array 'arry1'"),
        ([("joins: [esx, array1]", ZONES + "[esx-9]}")], "topology.san.zones.one[0]: no host or array 'esx-9'"),
        ([("joins: [esx, array1]", ZONES + "[esx-1.hba3]}")], "names esx-1.hba3, and esx-1 has 2 of these"),
        ([("joins: [esx, array1]", ZONES + "[array1.port3]}")], "names array1.port3, and array1 has 2 of these"),
        ([("kind: fibre-channel\n", "\n"), ("joins: [esx, array1]", ZONES + "[esx]}")], "are of fibre channel"),
        ([("disks: 8 x", "lun: 11, disks: 8 x")], "makes vmfs-2 LUN 11 of array1, as other is already"),
        ([("hosts: [esx-3, esx-1]", "host: esx, hosts: [esx-1]")], "says what `host` says too: leave one of them out"),
        ([("datastore: vmfs", "io: {rate: 1 /s}")], "needs to know where the disk lies: add `datastore`"),
        ([("datastore: vmfs", "datastore: vmfs, io: {}")], "no `workload` says how many: add `rate`"),
        (
            [("datastore: vmfs", "datastore: vmfs, io: {}, workload: cpu-bound")],
            "cpu-bound does no disk I/Os: add `rate`",
        ),
        (
            [
                ("  vmfs: {", "  other-1: {array: array1, disks: 1 x fc-15k}\n  vmfs: {"),
                ("other: {", "other: {count: 2, "),
            ],
            "datastores.other-1: is the name of one of the other too",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line_with_its_place(pairs: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(changed(*pairs), "estate.yaml"), Inputs())
    found = str(wrong.value)
    assert message in found and len(found.splitlines()) == 1 and found.startswith("estate.yaml:"), found


def test_segments_that_are_joined_carry_what_goes_between_their_hosts() -> None:
    wan = "  far: {speed: 1 Gbit/s, joins: [vault]}\n  wan: {speed: 10 Mbit/s, joins: [lan, far]}\n"
    vault = "hosts:\n  vault: {server: hp-proliant-dl380-g5-5160, memory: 8 GiB}\n"
    over = world(("arrays:\n", wan + "arrays:\n"), ("hosts:\n  esx", vault + "  esx")).fabric
    assert list(over.between("esx-2", "vault")) == ["link/lan/esx-2", "link/wan/lan", "link/wan/far", "link/far/vault"]
    assert over.capacities()["link/wan/lan"] == 1.25e6
