"""The style of the house, held by tests: sizes of files and functions, words that are not used, what is never
imported."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("vinfra/**/*.py"), *ROOT.glob("actors/**/*.py")])
PYTHON = sorted([*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/**/*.py")])


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_the_median_file_is_short() -> None:
    lengths = [len(path.read_text().splitlines()) for path in SOURCES if path.name != "__init__.py"]
    assert statistics.median(lengths) <= 130


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_functions_fit_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60]
    assert not long, f"longer than 60 lines: {long}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    source = path.read_text()
    assert not source.strip() or ast.get_docstring(ast.parse(source)), "a module begins with its docstring"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_name_says_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text())
    names = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    empty = [found for found in names if re.search(r"Manager|Helper|Util(?!isation)|^Base|Base$", found)]
    assert not empty


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_left_unfinished(path: Path) -> None:
    marks = "TO" + "DO|FIX" + "ME|X" + "XX|NotImplemented" + "Error"
    assert not re.search(marks, path.read_text())


FOREIGN = {"proxlb/models/calculations.py"}  # files of others that ours speak of


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_that_are_spoken_of_are_there(path: Path) -> None:
    spoken = set(re.findall(r"(?<![\w/.])[a-z_]\w*(?:/\w+)*\.py\b", path.read_text())) - FOREIGN
    near = [folder for folder in path.parents if ROOT in (folder, *folder.parents)]
    assert [said for said in sorted(spoken) if not any((folder / said).exists() for folder in near)] == []


def test_models_do_not_look_at_the_clock_on_the_wall() -> None:
    models = [
        "engine",
        "hardware",
        "topology",
        "hypervisors",
        "storage",
        "workloads",
        "compute",
        "backup",
        "operations",
        "faults",
        "metrics",
    ]
    sources = [path for room in models for path in (ROOT / "vinfra" / room).glob("**/*.py")]
    assert sources
    # Dates are arithmetic; what asks the machine for today's is not.
    wall = re.compile(r"^\s*(import|from)\s+(time|random)\b|\.(now|today|utcnow)\(", re.MULTILINE)
    assert [name(path) for path in sources if wall.search(path.read_text())] == []


def test_a_run_without_ray_never_imports_it() -> None:
    code = (
        "import sys; from vinfra.cli import main; "
        "status = main(['check', 'scenarios/fleet/planetlab-day.yaml']); "
        "assert status == 0; assert 'ray' not in sys.modules and 'actors' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from vinfra.cli import parser; parser().format_help(); "
        "heavy = {'numpy', 'networkx', 'pydantic', 'duckdb', 'rich', 'jinja2', 'yaml', 'simpy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=60)
