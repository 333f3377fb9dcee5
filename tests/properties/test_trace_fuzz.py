"""Whatever a folder holds, a trace reads it or says what is wrong: no other exception, no waiting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.workloads.trace import traces

NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)
PERCENTS = st.randoms(use_true_random=False).map(lambda random: random.choices(range(101), k=288))
NEARLY_PERCENTS = PERCENTS.map(lambda values: "".join(f"{value}\n" for value in values).encode())
HEADER = b"Timestamp [ms];CPU cores;CPU capacity provisioned [MHZ];CPU usage [%]\n"
FIELD = st.one_of(
    st.integers(-5, 2**64).map(str),
    st.floats().map(repr),
    st.sampled_from(["", "\t1", "nan", "1e400", "-0", "1376314846", "1376314846000", "1_0", "\0", "é", ";", "\r"]),
)
LINES = st.lists(st.lists(FIELD, min_size=3, max_size=5).map(";".join), max_size=8)
NEARLY_CSV = LINES.map(lambda lines: HEADER + "\n".join(lines).encode())


def changed(content: bytes, at: int, what: bytes) -> bytes:
    """The content with some bytes replaced somewhere."""
    place = at % (len(content) + 1)
    return content[:place] + what + content[place + len(what) :]


CONTENT = st.one_of(
    st.binary(max_size=300),
    NEARLY_PERCENTS,
    NEARLY_CSV,
    st.builds(changed, st.one_of(NEARLY_PERCENTS, NEARLY_CSV), st.integers(0, 2000), st.binary(min_size=1, max_size=3)),
)


def written(folder: str, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        Path(folder, name).write_bytes(content)
    return Path(folder)


@pytest.mark.parametrize("kind", ["planetlab", "bitbrains"])
@settings(deadline=None)
@given(files=st.dictionaries(NAMES.map(str.lower), CONTENT, max_size=3))
@example(files={"a": b""})
@example(files={"a": b"\n" * 288})
@example(files={"a": HEADER + b"0;1;1;1\n31622400;1;1;1"})
@example(files={"a": HEADER + b"1e400;1;1;1\n1e400;1;1;1"})
def test_any_bytes_are_read_or_refused_with_a_place(kind: str, files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = written(folder, files)
        try:
            recording = traces[kind]().read(path)
        except InputError as wrong:
            assert 1 <= len(wrong.problems) <= 20
            assert all(problem.place.file.startswith(folder) and problem.message for problem in wrong.problems)
            return
        assert sorted(recording.names) == sorted(files)
        for k in (0, recording.epochs - 1):
            assert recording.at(k).shape == (len(files),)
            assert ((recording.at(k) >= 0) & (recording.at(k) <= 1)).all()


@settings(deadline=None)
@given(days=st.lists(PERCENTS, min_size=1, max_size=4))
def test_what_is_written_as_planetlab_is_read_back(days: list[list[int]]) -> None:
    files = {f"vm-{number}": "".join(f"{value}\n" for value in day).encode() for number, day in enumerate(days)}
    with TemporaryDirectory() as folder:
        recording = traces["planetlab"]().read(written(folder, files))
    for column, name in enumerate(recording.names):
        day = days[int(name.removeprefix("vm-"))]
        assert recording.percent[:, column].tolist() == day
        assert recording.at(5)[column] == day[5] / 100
