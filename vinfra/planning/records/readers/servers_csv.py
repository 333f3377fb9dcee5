"""Physical servers in a csv file, a line for each: what an inventory of a machine room of 2007 has.

Columns are found by name, in any order (server_columns.py has the names); units stand in the header or in the cell.
Needed are name, memory, and sockets or cores. Each server is a machine to be moved and a host of today, so that power
before and after can be compared. Source: no standard; the columns of server inventories of 2007, any of many names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from vinfra.errors import InputError
from vinfra.planning.inventory import Host, Inventory, Machine, Missing, Sheet
from vinfra.planning.records.cells import NOTHING, Heading, find, heading, value, whole
from vinfra.planning.records.delimited import Table, begins, opened, stop_if_hopeless
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.physical import Server, counted, host, machine
from vinfra.planning.records.reader import Reader, readers
from vinfra.planning.records.server_columns import COLUMNS
from vinfra.workloads.files import Complaints, quoted

LARGEST = 1 << 28  # bytes; 100,000 servers with long descriptions are a tenth of it
MOST = 200_000  # servers
SHOWN = 12  # columns named in a remark
WITHOUT = {
    "clock": "how much CPU the servers use in hertz, where the processor is not known by name",
    "cpu_mean": "how much of their CPU is used: machines keep the size they have",
    "memory_used": "how much of their memory is used: machines keep the memory they have",
    "disk": "how much storage, backup and copying take",
    "disk_used": "what their file systems hold: capacity is counted by what the disks are",
    "os": "which guest licences are needed, and how machines are converted",
    "watts": "what they draw as measured: power of today is estimated from models of servers, where these are known",
    "rack": "where they stand today",
}


@readers.register("servers-csv")
class ServersCsv(Reader):
    """Physical servers, a line for each, columns by name in any order."""

    title: ClassVar[str] = "a csv file of physical servers"
    source: ClassVar[str] = "no standard; columns as inventories of machine rooms have them, docs/inventories.md"

    def knows(self, path: Path) -> bool:
        """Whether it is a table with a name, memory, and sockets or cores."""
        if path.suffix.lower() not in (".csv", ".txt", ".tsv") or not path.is_file():
            return False
        found = {column.key for said in begins(path) if (column := find(COLUMNS, heading(said)))}
        return {"name", "memory"} <= found and bool(found & {"sockets", "cores"})

    def read(self, path: Path) -> Inventory:
        """The servers of a file; InputError with line, column and cure of each mistake, 20 at most."""
        complaints = Complaints()
        with opened(path, LARGEST) as table:
            places = _places(table, complaints)
            complaints.stop()
            servers: list[Server] = []
            for line, cells in table.rows:
                if len(servers) >= MOST:
                    raise InputError.at(table.place(line), f"has more than {MOST:,} servers; split the file")
                stop_if_hopeless(complaints)
                server = _server(table, line, cells, places, complaints)
                servers += [server] if server is not None else []
        complaints.stop()
        if not servers:
            raise InputError.at(table.place(), "has no servers below its header")
        names, alike = unlike([server.name for server in servers])
        machines = [machine(server, name) for server, name in zip(servers, names, strict=True)]
        hosts = [host(server, name) for server, name in zip(servers, names, strict=True)]
        return Inventory(
            source=table.file,
            form=self.name,
            machines=machines,
            hosts=hosts,
            sheets=(_sheet(table, servers, alike, places),),
            missing=tuple(_missing(places, machines, hosts)),
        )


def _sheet(table: Table, servers: list[Server], alike: int, places: Mapping[str, tuple[int, Heading]]) -> Sheet:
    """How well the file was read."""
    guesses = counted(servers)
    used = {at for at, _ in places.values()}
    unused = [said for at, said in enumerate(table.header) if at not in used and said]
    remarks = [f"{count:,} times guessed: {what}" for what, count in sorted(guesses.items())]
    if alike:
        remarks.append(f"{alike:,} servers have the name of another and are numbered")
    if unused:
        remarks.append(f"columns nobody uses: {', '.join(quoted(said) for said in unused[:SHOWN])}")
    if table.encoding == "cp1252":
        remarks.append("the file is not UTF-8 and was read as Windows-1252")
    count = len(servers)
    return Sheet(table.file, count, count, 0, count, guesses.total(), tuple(remarks))


def _places(table: Table, complaints: Complaints) -> dict[str, tuple[int, Heading]]:
    """Where each column stands, and what its header says; complaints where one is there twice or is needed."""
    found: dict[str, tuple[int, Heading]] = {}
    for at, said in enumerate(table.header):
        column = find(COLUMNS, heading(said))
        if column is None:
            continue
        if column.key in found:
            other = table.header[found[column.key][0]]
            complaints.add(
                table.file, table.line, f"{quoted(said)} and {quoted(other)} mean the same; rename one of them"
            )
        found.setdefault(column.key, (at, heading(said)))
    there = ", ".join(quoted(said) for said in table.header[:SHOWN] if said)
    for key, example in (("name", "name"), ("memory", "Memory (GB)")):
        if key not in found:
            complaints.add(table.file, table.line, f"no column says the {key}; call one '{example}'; there are {there}")
    if not {"sockets", "cores"} & set(found):
        complaints.add(table.file, table.line, "no column says how many processors; call one 'sockets' or 'cores'")
    return found


def _server(
    table: Table,
    line: int,
    cells: list[str],
    places: Mapping[str, tuple[int, Heading]],
    complaints: Complaints,
) -> Server | None:
    """What a line says; None where it is wrong, which is then among the complaints."""
    before, comma = complaints.count, table.separator == ";"
    if any(cells[len(table.header) :]):
        what = f"has {len(cells)} cells, the header {len(table.header)}: quote what has a '{table.separator}' in it"
        complaints.add(table.file, line, what)
        return None
    values: dict[str, Any] = {}
    for column in COLUMNS:
        at, said = places.get(column.key, (len(cells), None))
        text = cells[at].strip() if at < len(cells) else ""
        try:
            if column.kind == "text":
                values[column.key] = "" if text.lower() in NOTHING else text
            elif column.kind == "count":
                values[column.key] = whole(text, comma)
            else:
                values[column.key] = value(text, column.kind, said.unit if said else None, comma)
            if column.kind == "percent" and (values[column.key] or 0) > 100:
                raise ValueError(f"{quoted(text)} is above 100 %")
        except ValueError as wrong:
            complaints.add(table.file, line, f"{table.header[at]}: {wrong}")
    if complaints.count == before:
        for said_wrong in _contradictions(values):
            complaints.add(table.file, line, said_wrong)
    return Server(**values) if complaints.count == before else None


def _contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit together in a line, or is not there."""
    if not values["name"]:
        yield "name: is empty; every server has one"
    if not values["memory"]:
        yield "memory: is empty; write how much the server has"
    sockets, cores, each = values["sockets"], values["cores"], values["per_socket"]
    if sockets is None and cores is None:
        yield "sockets: neither sockets nor cores are said; write one of them"
    elif sockets and cores and cores % sockets:
        cure = "cores are those of all sockets; call the column 'cores per socket' if they are not"
        yield f"cores: {cores} cores cannot be on {sockets} sockets; {cure}"
    elif sockets and cores and each and sockets * each != cores:
        yield f"cores: {sockets} sockets of {each} cores are not {cores}; correct one of the three"
    for used, whole_of in (("memory_used", "memory"), ("disk_used", "disk")):
        if values[used] and values[whole_of] and values[used] > values[whole_of] * 1.001:
            yield f"{used.replace('_', ' ')}: is more than there is; are the units right?"


def _missing(
    places: Mapping[str, tuple[int, Heading]], machines: list[Machine], hosts: list[Host]
) -> Iterator[Missing]:
    """Columns that are not there, and what the plan cannot say without them."""
    alike = {"memory_used": "memory_part", "cpu_mean": "cpu_p95"}
    for key, without in WITHOUT.items():
        if key in places or alike.get(key) in places:
            continue
        if key == "clock" and all(host.core_hz for host in hosts):
            continue
        yield Missing(f"column '{key.replace('_', ' ')}'", without)
    slow = [machine.name for machine in machines if machine.core_hz is None]
    if slow and "cpu_mean" in places:
        yield Missing(f"the clock of {len(slow):,} servers ({slow[0]}, ...)", "how much CPU these use")
