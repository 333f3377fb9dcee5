"""Physical servers out of a csv file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.inventory import Inventory
from vinfra.planning.records.reader import read

GIB = 2.0**30
HEAD = "Server,Model,CPU,Sockets,Cores,CPU MHz,RAM GB,Disk (GB),Disk used (GB),OS,CPU %,CPU p95 %,Peak CPU %,"
HEAD += "Memory used (%),Watts,Rack,Role\n"
LINE = "web1,HP ProLiant DL380 G5,Xeon 5160,2,4,3000,4,146,80.5,Windows Server 2003,7.5,40,80,60,340,A1,web\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "servers.csv"


def written(file: Path, text: str | bytes) -> Inventory:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(file)


def told(file: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as wrong:
        file.write_text(text)
        read(file, "servers-csv")
    return str(wrong.value).replace(str(file), "FILE").splitlines()


def test_every_column_arrives_in_si(file: Path) -> None:
    inventory = written(file, HEAD + LINE)
    (machine,), (host,) = inventory.machines, inventory.hosts
    assert inventory.form == "servers-csv"
    assert (machine.name, machine.kind, machine.vcpus, machine.memory) == ("web1", "physical", 4, 4 * GIB)
    assert (machine.core_hz, machine.cpu_used, machine.cpu_p95, machine.cpu_peak) == (3e9, 0.9e9, 4.8e9, 9.6e9)
    assert machine.memory_consumed == pytest.approx(2.4 * GIB)
    assert (machine.disk, machine.guest_used) == (146e9, 80.5e9)
    assert (machine.watts, machine.rack, machine.role, machine.family) == (340, "A1", "web", "windows")
    assert (host.name, host.sockets, host.cores_per_socket, host.cpu_used) == ("web1", 2, 2, 0.075)
    assert host.memory_used == pytest.approx(0.6)
    assert [sheet.read for sheet in inventory.sheets] == [1]
    assert not inventory.missing


def test_columns_are_found_by_name_in_any_order_and_units_stand_beside_the_value(file: Path) -> None:
    inventory = written(file, "memory,hostname,owner,clock,cores\n2048 MB,db,me,2.4 GHz,2\n")
    (machine,) = inventory.machines
    assert (machine.name, machine.memory, machine.core_hz, machine.vcpus) == ("db", 2 * GIB, 2.4e9, 2)
    assert any("owner" in remark for remark in inventory.sheets[0].remarks)
    assert {"column 'disk'", "column 'watts'", "column 'cpu mean'"} <= {missing.what for missing in inventory.missing}


def test_a_semicolon_means_that_a_comma_is_the_decimal_sign(file: Path) -> None:
    (machine,) = written(file, "name;cores;memory;clock (GHz)\na;2;1,5 GB;2,4\n").machines
    assert (machine.memory, machine.core_hz) == (1.5 * GIB, 2.4e9)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_windows_are_read(file: Path, encoding: str) -> None:
    (machine,) = written(file, "name,cores,memory\nbüro,2,1 GB\n".encode(encoding)).machines
    assert machine.name == "büro"


def test_what_the_processor_is_says_what_the_record_does_not(file: Path) -> None:
    inventory = written(file, "name,sockets,processor,memory\na,2,Intel(R) Xeon(R) CPU 5160 @ 3.00GHz,8 GB\n")
    (machine,) = inventory.machines
    assert (machine.vcpus, machine.core_hz) == (4, 3e9)
    assert inventory.sheets[0].guessed == 1


def test_servers_that_are_called_alike_get_numbers(file: Path) -> None:
    inventory = written(file, "name,cores,memory\na,1,1 GB\na,1,1 GB\na (2),1,1 GB\na,1,1 GB\n")
    names = [machine.name for machine in inventory.machines]
    assert names == ["a", "a (3)", "a (2)", "a (4)"]
    assert [host.name for host in inventory.hosts] == names


def test_all_mistakes_are_told_with_line_column_and_cure(file: Path) -> None:
    lines = 'a,two,1 GB,\nb,2,4,\n,2,4 GB,\nd,2,4 GB,130\ne,2,"1,024 MB",5\nf,2,4 GHz,5\n'
    found = told(file, "name,cores,memory,CPU %\n" + lines)
    assert found == [
        "FILE:2: cores: 'two' is no number",
        "FILE:3: memory: '4' needs a unit, in the header or beside the value; write it like '4 GB'",
        "FILE:4: name: is empty; every server has one",
        "FILE:5: CPU %: '130' is above 100 %",
        "FILE:6: memory: '1,024 MB' may be read in two ways; write it without the comma",
        "FILE:7: memory: '4 GHz' has no unit that vinfra knows here; write it like '4 GB'",
    ]


def test_twenty_mistakes_are_told_at_the_most(file: Path) -> None:
    found = told(file, "name,cores,memory\n" + "a,x,1 GB\n" * 50)
    assert len(found) == 21 and found[-1] == "and 30 more"


def test_a_missing_column_is_told_with_its_name(file: Path) -> None:
    assert told(file, "name,clock\na,1 GHz\n") == [
        "FILE:1: no column says how many processors; call one 'sockets' or 'cores'",
        "FILE:1: no column says the memory; call one 'Memory (GB)'; there are 'name', 'clock'",
    ]


def test_cores_that_cannot_be_are_told(file: Path) -> None:
    assert "3 cores cannot be on 2 sockets" in told(file, "name,sockets,cores,memory\na,2,3,1 GB\n")[0]


def test_a_formula_is_a_text(file: Path) -> None:
    (machine,) = written(file, "name,cores,memory,role\n=1+1,2,1 GB,\"=cmd|'/c calc'!A0\"\n").machines
    assert machine.name == "=1+1"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: ("name,cores,memory\n" + text).encode()))
def test_whatever_is_in_the_file_it_is_read_or_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    try:
        inventory = read(file, "servers-csv")
    except InputError as wrong:
        assert str(wrong)
    else:
        assert inventory.machines
