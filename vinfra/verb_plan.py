"""The verb `plan`: an inventory in; a page, a workbook, a scenario and a table out. Imports are made where needed."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vinfra.errors import InputError, Place

if TYPE_CHECKING:
    from vinfra.planning.assuming import Assumed
    from vinfra.planning.planner import Made

VERB = Place("vinfra plan")
SEED = 1  # of an invented estate: everybody's is the same
ESTATE = 200  # machines of an invented estate, where nobody says
MOST = 100_000  # machines of one


def plan(given: argparse.Namespace) -> int:
    """Read the inventory, plan, write the files, print the answer."""
    from vinfra.planning.assuming import assumed

    assumptions = assumed(given.assume, given.set, given.target)
    if given.assumptions:
        from vinfra.planning.explaining import as_yaml

        print(as_yaml(assumptions.values, assumptions.written), end="")
        return 0
    if given.example:
        if given.inventory is not None or given.anonymise:
            raise InputError.at(VERB, "makes an estate (--example) or reads one; ask for one of them")
        return _example(Path(given.example), ESTATE if given.machines is None else given.machines)
    if given.machines is not None:
        raise InputError.at(Place("--machines"), "says how large an invented estate is; give --example FILE with it")
    if given.inventory is None:
        cure = "give an inventory (an RVTools export, say), or --example estate.xlsx to make one to try"
        raise InputError.at(VERB, f"has nothing to plan for: {cure}")
    if given.anonymise:
        return _anonymise(given)
    return _plan(given, assumptions)


def _plan(given: argparse.Namespace, assumptions: Assumed) -> int:
    from vinfra.planning import planner
    from vinfra.planning import utilisation as recordings
    from vinfra.planning.records import reader
    from vinfra.report.planning import page, terminal, workbook
    from vinfra.report.planning.document import document

    workbook.library()  # what is missing is told before anybody waits
    page.prefetch()
    with _telling(given.json or given.quiet) as tell:
        path = Path(given.inventory)
        tell(f"reading {path.name}")
        inventory = reader.read(path, given.form)
        recorded = None
        if given.utilisation is not None:
            tell(f"reading {Path(given.utilisation).name}")
            recorded = recordings.read(Path(given.utilisation), inventory)
        made = planner.plan(inventory, recorded, assumptions, tell)
        said = document(made.plan)
        folder = Path(given.out) if given.out else Path("results", "plan", f"{_stem(path)}-{said['digest'][:8]}")
        tell("writing")
        files = _write(made, assumptions, folder, said["digest"])
    if given.json:
        print(json.dumps(said))
    elif not given.quiet:
        terminal.show(made.plan, files)
    return 0 if made.plan.targets else 1


def _write(made: Made, assumptions: Assumed, folder: Path, digest: str) -> list[Path]:
    """Page, workbook, assumptions and scenario in one folder; InputError where it cannot be written to."""
    from vinfra.planning.explaining import as_yaml
    from vinfra.planning.trying.export import FILE, written
    from vinfra.report.planning import page, workbook
    from vinfra.whole import told, write_text

    with told(Place(str(folder)), "give another --out"):
        book = workbook.write(made.plan, folder)
        write_text(folder / "assumptions.yaml", as_yaml(assumptions.values, assumptions.written))
        scenario = written(made.plan, folder, made.tried) if made.tried is not None else None
        files = page.Files(scenario=FILE if scenario else "")
        return [page.write(made.plan, folder, digest, files), book, *([scenario] if scenario else [])]


def _example(path: Path, machines: int) -> int:
    """Write an invented estate as an RVTools workbook, or as a csv of physical servers."""
    from vinfra.planning.estates import drawn as synthetic
    from vinfra.planning.estates import files as estate_files

    if not 1 <= machines <= MOST:
        raise InputError.at(Place("--machines"), f"must be from 1 to {MOST:,}, got {machines:,}")
    if path.exists():
        raise InputError.at(Place(str(path)), "is there already; choose another name")
    if path.suffix not in (".xlsx", ".csv"):
        cure = "end it in .xlsx for an RVTools export of VMs, or in .csv for physical servers"
        raise InputError.at(Place(str(path)), cure)
    if path.suffix == ".xlsx":
        estate_files.as_rvtools(synthetic.estate(machines, SEED, "2026"), path)
    else:
        estate_files.as_servers_csv(synthetic.estate(machines, SEED, "2007"), path)
    print(f"wrote {path}, an invented estate of {_machines(machines)}; now: vinfra plan {path}")
    return 0


def _anonymise(given: argparse.Namespace) -> int:
    """Write the inventory without names."""
    from vinfra.planning.records import anonymise, reader
    from vinfra.planning.records import document as inventory_document

    target = Path(given.anonymise)
    if target.exists():
        raise InputError.at(Place(str(target)), "is there already; choose another name")
    inventory, _ = anonymise.anonymised(reader.read(Path(given.inventory), given.form))
    inventory_document.write(inventory, target)
    print(f"wrote {target}, {_machines(len(inventory.machines))} without names; now: vinfra plan {target}")
    return 0


def _machines(count: int) -> str:
    return f"{count:,} machine{'' if count == 1 else 's'}"


def _stem(path: Path) -> str:
    """The inventory's name as a folder may be called."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:40] or "inventory"


@contextmanager
def _telling(quiet: bool) -> Iterator[Callable[[str], None]]:
    """What is being worked on, on standard error while somebody is looking."""
    if quiet or not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda words: status.update(words)
