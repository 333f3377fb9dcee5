"""As planned: each VM on the host that a file names for it; who is not named, or finds no room there, goes to the best
fit.

The file is a CSV with the columns vm and host, and any others, such as the machine that the VM is in the estate of
today: one line for each VM, the names those of the scenario (web-17, esx-3). So a placement that somebody else has
thought out can be tried as it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PrivateAttr

from vinfra.engine.names import ALONE
from vinfra.errors import InputError, Place
from vinfra.operations.placement import NOWHERE, Batch, Placement, Room, fits, placements, take
from vinfra.operations.placements.best_fit import BestFit
from vinfra.spec import field
from vinfra.workloads.files import Complaints, contents, listing, quoted, shown

COLUMNS = ("vm", "host")
LARGEST = 1 << 28  # bytes; ten million VMs
SHOWN = 3  # names in a note


@dataclass(frozen=True, slots=True)
class Homes:
    """Host of each VM, and the digest of the file that says so."""

    host: Mapping[str, str]
    digest: str = ""


@placements.register("as-planned")
class AsPlanned(Placement):
    """Each VM on the host that a file names for it, the others as best fit places them."""

    source: ClassVar[str] = "a plan: who wrote the file knows why"

    path: str | None = field(None, "a CSV file with the columns vm and host, beside the scenario")

    _homes: Homes = PrivateAttr(default_factory=lambda: Homes({}))

    def open(self, where: Place) -> None:
        """Read the file; InputError for what is wrong with it, or where none is named."""
        if self.path is None:
            cure = "add `path`, a CSV file with the columns vm and host"
            raise InputError.at(where, f"names no file: {cure}", "placement")
        self._homes = read(Path(where.file).parent / self.path)

    def contents(self) -> Mapping[str, str]:
        """Its file."""
        return {} if self.path is None else {self.path: self._homes.digest}

    def first(self, group: str, count: int) -> NDArray[np.bool_] | None:
        """VMs with a line in the file have their turn before those without."""
        wanted = [name in self._homes.host for name in _names(group, count, np.arange(1, count + 1))]
        return np.array(wanted) if any(wanted) else None

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Those that are named where they belong as long as there is room, the others as best fit does."""
        cpu = self.cpu_of(batch)
        wanted = self._wanted(batch, room)
        found = _first_of_each(wanted, fits(batch, cpu, room))
        given = np.bincount(found[found != NOWHERE], minlength=len(batch.allowed)).astype(np.int64)
        take(batch, cpu, room, given)
        left = np.flatnonzero(found == NOWHERE)
        if len(left):
            most = None if batch.most is None else batch.most - given
            rest = replace(batch, count=len(left), most=most, numbers=None)
            found[left] = BestFit(cpu=self.cpu).place(rest, room)
        return found

    def _wanted(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """The host that the file names for each VM of the batch, shape (count,)."""
        if batch.numbers is None:
            return np.full(batch.count, NOWHERE, dtype=np.int64)
        of, index = self._homes.host, room.index
        names = _names(batch.name, batch.size, batch.numbers[: batch.count])
        return np.array([index.get(of.get(name, ""), NOWHERE) for name in names], dtype=np.int64)

    def notes(self, vms: Sequence[str], host: NDArray[np.int64], hosts: Sequence[str]) -> list[str]:
        """Who is not where the file would have it, and which of its lines say nothing."""
        of, there = self._homes.host, set(hosts)
        at = dict(zip(vms, host.tolist(), strict=True))
        found = []
        unnamed = [name for name in at if name not in of]
        homeless = [name for name in at if name in of and of[name] not in there]
        moved = [name for name in at if of.get(name) in there and of[name] != hosts[at[name]]]
        if unnamed:
            found.append(f"{_some(unnamed, 'VMs')} not in the plan, placed as best fit does")
        if homeless:
            found.append(f"{_some(homeless, 'VMs')} on hosts of the plan that are not there, placed as best fit does")
        if moved:
            found.append(f"{_some(moved, 'VMs')} without room on the host of the plan, placed as best fit does")
        return found


def read(path: Path) -> Homes:
    """The hosts of VMs in a file; InputError with the line of everything that is wrong with it."""
    complaints = Complaints()
    homes: dict[str, str] = {}
    digest = ""
    for file, data in contents(listing(path, complaints), complaints, LARGEST):
        name, digest = shown(file), hashlib.sha256(data).hexdigest()
        if len(data) >= LARGEST:
            complaints.add(name, None, f"is larger than {LARGEST >> 20} MiB")
            continue
        try:
            text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = data[: wrong.start].count(b"\n") + 1
            complaints.add(name, line, "is not UTF-8 text; save it as UTF-8")
            continue
        _lines(name, text, homes, complaints)
    complaints.stop()
    return Homes(homes, digest)


def _lines(file: str, text: str, homes: dict[str, str], complaints: Complaints) -> None:
    """Add what every line says."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        for column in COLUMNS:
            if header.count(column) != 1:
                complaints.add(file, 1, f"must begin with a line that names the columns {' and '.join(COLUMNS)} once")
                return
        vm, host = (header.index(column) for column in COLUMNS)
        for row in rows:
            if len(row) != len(header) or not row[vm].strip() or not row[host].strip():
                if row:
                    complaints.add(file, rows.line_num, f"must name a VM and a host, got {quoted(','.join(row))}")
            elif row[vm].strip() in homes:
                complaints.add(file, rows.line_num, f"names the VM {quoted(row[vm])} a second time")
            else:
                homes[row[vm].strip()] = row[host].strip()
    except csv.Error as wrong:
        complaints.add(file, rows.line_num, f"is no CSV: {wrong}")


def _names(group: str, count: int, numbers: NDArray[np.integer]) -> list[str]:
    """Names of VMs of a group by their numbers from 1; the group's own where it has one VM."""
    return [group if count == 1 or number == ALONE else f"{group}-{number}" for number in numbers.tolist()]


def _first_of_each(wanted: NDArray[np.int64], fit: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same hosts, each for as many VMs as fit there, the first ones; NOWHERE for the others."""
    order = np.argsort(wanted, kind="stable")
    hosts = wanted[order]
    rank = np.arange(len(hosts)) - np.searchsorted(hosts, hosts)
    found = np.full_like(wanted, NOWHERE)
    fine = (hosts != NOWHERE) & (rank < fit[hosts])
    found[order[fine]] = hosts[fine]
    return found


def _some(names: Sequence[str], what: str) -> str:
    """How many, and the first of them by name."""
    more = ", ..." if len(names) > SHOWN else ""
    return f"{len(names):,} {what} ({', '.join(sorted(names)[:SHOWN])}{more})"
