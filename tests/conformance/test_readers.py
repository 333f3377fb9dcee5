"""What every reader of inventories and recordings must do, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.recordings.recorded import RecordingReader, recording_readers
from vinfra.planning.records.reader import Reader, readers

EVERY: list[type[Reader] | type[RecordingReader]] = [
    *(readers[name] for name in readers),
    *(recording_readers[name] for name in recording_readers),
]
ENDINGS = (".csv", ".json", ".xml", ".xlsx", ".txt", "")


@pytest.fixture(params=EVERY, ids=lambda reader: f"{reader.__module__.split('.')[-2]}/{reader.name}")
def reader(request: pytest.FixtureRequest) -> Reader | RecordingReader:
    made: Reader | RecordingReader = request.param()
    return made


def test_it_is_named_after_its_file_and_says_what_it_reads_and_from_where(reader: Reader | RecordingReader) -> None:
    assert type(reader).__module__.rsplit(".", 1)[-1] == reader.name.replace("-", "_")
    assert reader.__doc__ and reader.title and reader.source


def test_a_folder_with_nothing_in_it_is_not_its_own_and_is_refused(
    tmp_path: Path, reader: Reader | RecordingReader
) -> None:
    assert not reader.knows(tmp_path)
    with pytest.raises(InputError):
        reader.read(tmp_path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(ENDINGS))
def test_bytes_are_read_or_refused_and_looking_never_fails(
    tmp_path: Path, reader: Reader | RecordingReader, data: bytes, ending: str
) -> None:
    file = tmp_path / f"file{ending}"
    file.write_bytes(data)
    for path in (file, tmp_path):
        reader.knows(path)
        try:
            reader.read(path)
        except InputError as wrong:
            assert str(wrong)
    file.unlink()
