"""What each verb of the command line does. Every verb imports what it needs when it runs, and returns the exit code."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from vinfra.errors import InputError, Place, Refused, suggest

if TYPE_CHECKING:
    from vinfra.document import Document


def run(given: argparse.Namespace) -> int:
    """Simulate a scenario, print the comparison, write the run folder."""
    from vinfra.report import exports, page, progress
    from vinfra.scenario.inputs import Inputs
    from vinfra.scenario.load import read
    from vinfra.scenario.run import plan, work
    from vinfra.scenario.runner import runner

    chosen, inputs = runner(given.on, given.address, given.actors), Inputs()
    planned = plan(read(given.file, given.set), inputs, given.variant, Path(given.out) if given.out else None)
    manifest = planned.folder / "manifest.json"
    if given.fresh or not manifest.exists():
        page.prefetch()
    with progress.shown(quiet=given.json or given.quiet) as advance:
        result = work(planned, inputs, chosen, given.fresh, advance)
    for remark in dict.fromkeys(chosen.remarks) if not given.quiet else ():
        print(remark, file=sys.stderr)
    if not exports.current(planned.folder, result):
        page.write(result, planned.folder)
        exports.write(result, planned.folder)
    if given.json:
        print(json.dumps(result.document()))
    elif not given.quiet:
        from vinfra.report import table

        table.show(result, planned.folder / "report.html")
    for error in dict.fromkeys(point.error for point in result.points if point.error):
        print(f"{given.file}: a point failed: {error}", file=sys.stderr)
    return 1 if result.failed else 0


def check(given: argparse.Namespace) -> int:
    """Check scenarios without simulating; with --resolved print every value and where it came from."""
    from vinfra.scenario.check import check as checked
    from vinfra.scenario.inputs import Inputs
    from vinfra.scenario.load import read
    from vinfra.scenario.resolved import lines

    wrong = []
    for file in given.file:
        try:
            document = read(file)
            found = checked(document, Inputs())
        except InputError as problems:
            wrong += problems.problems
            continue
        if given.resolved:
            print("\n".join(lines(found.base)))
        else:
            least, most = found.stopping.at_least, found.stopping.at_most
            times = f"{least}" if least == most else f"{least} to {most}"
            size = f"{len(found.columns)} variants x {_rows(document)} x {times} replications"
            print(f"{file}: fine; {size}")
        for variant, reason in found.refused.items():
            print(f"{file}: variant {variant} is refused: {reason}", file=sys.stderr)
    if wrong:
        raise InputError(wrong)
    return 0


def _rows(document: Document) -> str:
    """How many rows a sweep has, and where a design draws them from."""
    from vinfra.scenario.points import rows

    count, design = len(rows(document)), document.data.get("design")
    if not isinstance(design, dict):
        return f"{count} rows"
    draws = "" if count == design["points"] else f", {design['points']} draws"
    return f"{count} rows ({design['kind']} over {len(document.data['sweep'])} paths{draws})"


def new(given: argparse.Namespace) -> int:
    """Write a scenario to start from, ready to run."""
    import re
    from importlib import resources

    from vinfra.scenario.keys import KEBAB

    path = Path(f"{given.name}.yaml")
    if not re.fullmatch(KEBAB, given.name):
        raise InputError.at(Place("vinfra new"), f"'{given.name}' is no name in kebab-case, such as my-question")
    template = (resources.files("vinfra.scenario") / "template.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template.replace("NAME", given.name))
    except FileExistsError:
        raise InputError.at(Place(str(path)), "is there already; choose another name") from None
    print(f"wrote {path}; now: vinfra run {path}")
    return 0


def report(given: argparse.Namespace) -> int:
    """Write the report of a run again, from what its folder holds."""
    from vinfra.report import exports, page
    from vinfra.scenario.reopen import reopen

    folder = _run_folder(given.run)
    result = reopen(folder)
    page.write(result, folder)
    exports.write(result, folder)
    print(folder / "report.html")
    return 0


def _run_folder(name: str) -> Path:
    """The folder itself, or the newest run of the scenario of that name."""
    if (Path(name) / "ledger.sqlite").exists():
        return Path(name)
    runs = sorted(Path("results", name).glob("*/ledger.sqlite"), key=lambda path: path.stat().st_mtime)
    if runs:
        return runs[-1].parent
    known = {path.parent.parent.name for path in Path("results").glob("*/*/ledger.sqlite")}
    raise InputError.at(Place("vinfra report"), f"no run '{name}'{suggest(name, known)}")


def plan(given: argparse.Namespace) -> int:
    """Plan for an inventory: page, workbook, scenario, and the answer in a table."""
    from vinfra.verb_plan import plan as planned

    return planned(given)


def evidence(given: argparse.Namespace) -> int:
    """Repeat published measurements; print and write how far the predictions are off."""
    from vinfra.evidence import comparison
    from vinfra.report.evidence import page, terminal
    from vinfra.whole import told

    if not given.json or given.out:
        page.prefetch()
    only = given.id and given.id.upper()
    try:
        with _busy("repeating published experiments", quiet=given.json):
            cells = comparison.compare(only)
    except Refused as unknown:
        raise InputError.at(Place("vinfra evidence"), str(unknown)) from None
    folder, written = Path(given.out or Path("results", "evidence", only or "")), None
    if not given.json or given.out:
        with told(Place(str(folder)), "give another --out"):
            written = page.write(cells, folder)
    if given.json:
        print(json.dumps(comparison.document(cells)))
    else:
        terminal.show(cells, everything=only is not None, page=written)
    return 0


@contextmanager
def _busy(words: str, quiet: bool) -> Iterator[None]:
    """Words on standard error while somebody is looking and waits."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(words):
        yield


def list(given: argparse.Namespace) -> int:  # the verb's name
    """What a scenario can name: on a terminal as wide as the window, else one line each."""
    from vinfra.scenario import catalog, listing

    if given.kind is None:
        print("\n".join(catalog.KINDS))
        return 0
    try:
        entries = catalog.entries(given.kind)
        if given.feature:
            entries = catalog.having(entries, given.feature)
    except KeyError as unknown:
        raise InputError.at(Place("vinfra list"), unknown.args[0]) from None
    if given.json:
        print(json.dumps([asdict(entry) for entry in entries], indent=2))
        return 0
    width = shutil.get_terminal_size(fallback=(0, 0)).columns  # 0: not a terminal, and nobody says how wide
    print("\n".join(listing.lines(entries, width or None)))
    return 0


def schema(given: argparse.Namespace) -> int:
    """Print the JSON Schema of the scenario language."""
    from vinfra.scenario.language import json_schema

    print(json.dumps(json_schema(), indent=2))
    return 0
