"""Failures of hosts, drawn or written down: when they strike, which hosts, and what is wrong with a file of them."""

from __future__ import annotations

import itertools
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.document import read as document
from vinfra.engine.calendar import Calendar
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.faults.fault import Strike
from vinfra.faults.kinds.failure_trace import FailureTrace
from vinfra.faults.kinds.hosts_fail import HostsFail
from vinfra.faults.outages import read
from vinfra.scenario.identity import contents
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve

HOSTS = ["a-1", "a-2", "a-3", "b"]
DAY, YEAR = 86400.0, 365 * 86400.0
CALENDAR = Calendar(datetime(2008, 11, 3))
HEADER = "host,start,end\n"


def drawn(together: int = 1, hosts: list[str] = HOSTS, begin: float = 0.0, seed: int = 1) -> list[Strike]:
    fault = HostsFail.model_validate({"mtbf": "30 d", "repair": "1 d", "together": together})
    return list(fault.strikes(hosts, Streams(seed), begin, 20 * YEAR))


class TestDrawn:
    def test_times_have_the_means_that_were_asked_for(self) -> None:
        strikes = [one for one in drawn() if one.host == 0]
        ends = np.array([one.at + one.lasts for one in strikes[:-1]])
        between = np.array([one.at for one in strikes[1:]]) - ends
        # The mean of n exponential times is within four of its standard errors, mean / sqrt(n).
        assert between.mean() == pytest.approx(30 * DAY, rel=4 / len(between) ** 0.5)
        assert np.mean([one.lasts for one in strikes]) == pytest.approx(DAY, rel=4 / len(strikes) ** 0.5)

    def test_a_host_does_not_fail_before_it_is_repaired(self) -> None:
        strikes = [one for one in drawn() if one.host == 2]
        assert all(one.at + one.lasts < after.at for one, after in itertools.pairwise(strikes))

    def test_another_host_changes_nothing(self) -> None:
        more = [one for one in drawn(hosts=[*HOSTS, "c"]) if one.host < len(HOSTS)]
        assert more == drawn()

    def test_another_seed_is_another_history(self) -> None:
        assert drawn(seed=2) != drawn()

    def test_a_rack_fails_as_one(self) -> None:
        moments: dict[float, list[int]] = {}
        for strike in drawn(together=3):
            moments.setdefault(strike.at, []).append(strike.host)
        assert {tuple(hosts) for hosts in moments.values()} == {(0, 1, 2), (3,)}

    def test_nothing_strikes_before_it_begins(self) -> None:
        assert min(one.at for one in drawn(begin=YEAR)) > YEAR


def trace(folder: Path, text: str) -> FailureTrace:
    (folder / "failures.csv").write_text(HEADER + text)
    fault = FailureTrace.model_validate({"path": "failures.csv"})
    fault.open(folder, CALENDAR)
    return fault


class TestWritten:
    def test_seconds_count_from_where_the_trace_begins_and_moments_are_of_the_run(self, tmp_path: Path) -> None:
        fault = trace(tmp_path, "b,60,90.5\na-2,day 1 at 3h,day 1 at 4h\n\n")
        assert fault.strikes(HOSTS, Streams(1), 100.0, DAY) == [Strike(3, 160.0, 30.5), Strike(1, 10800.0, 3600.0)]

    def test_a_group_is_all_its_hosts(self, tmp_path: Path) -> None:
        assert [one.host for one in trace(tmp_path, "a,1,2\n").strikes(HOSTS, Streams(1), 0.0, DAY)] == [0, 1, 2]

    def test_what_is_after_the_end_is_left_out(self, tmp_path: Path) -> None:
        assert trace(tmp_path, f"b,{DAY:.0f},{2 * DAY:.0f}\n").strikes(HOSTS, Streams(1), 0.0, DAY) == []

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "1: is empty; it must begin with the line host,start,end"),
            ("host;start;end\n", "1: must begin with the line host,start,end"),
            (f"{HEADER}b,1\n", "2: must have a host, a start and an end, got 'b,1'"),
            (f"{HEADER}b,1,2\n,1,2\n", "3: must have a host"),
            (f"{HEADER}b,1,day 1 at 3h\n", "2: must give start and end alike"),
            (f"{HEADER}b,soon,later\n", "2: 'soon to later' are no times; write seconds"),
            (f"{HEADER}b,nan,inf\n", "2: 'nan to inf' are no times"),
            (f"{HEADER}b,5,5\n", "2: must end after it starts, got '5' to '5'"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "f.csv").write_text(text)
        with pytest.raises(InputError, match=re.escape(f"f.csv:{said}")):
            read(tmp_path / "f.csv", CALENDAR.moment)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"f\.csv: cannot be read: No such file"):
            read(tmp_path / "f.csv", CALENDAR.moment)

    @given(data=st.binary(max_size=200), begun=st.booleans())
    @settings(max_examples=200, deadline=None)
    def test_whatever_a_file_holds_it_is_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, data: bytes, begun: bool
    ) -> None:
        file = tmp_path_factory.getbasetemp() / "any.csv"
        file.write_bytes((HEADER.encode() if begun else b"") + data)
        try:
            found, _ = read(file, CALENDAR.moment)
        except InputError as wrong:
            assert all(problem.place.file == str(file) for problem in wrong.problems)
        else:
            assert all(0 <= one.start < one.end for one in found)


class TestInAScenario:
    TEXT = """
scenario: traced
question: What does last year's log do to us?
hosts:
  a: {count: 3, server: dell-r640, hypervisor: none}
vms: {web: {count: 3}}
cluster: {}
faults: {log: {kind: failure-trace, path: log.csv}}
"""

    def write(self, folder: Path, log: str, text: str = TEXT) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "log.csv").write_text(HEADER + log)
        (folder / "s.yaml").write_text(text)
        return folder / "s.yaml"

    def test_a_host_that_there_is_not_is_refused_where_it_stands(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"log\.csv:3: there is no host 'a-4' in the scenario"):
            resolve(document(self.write(tmp_path, "a-1,1,2\na-4,1,2\na-4,5,6\n")))

    def test_it_says_nothing_of_hosts_that_nobody_manages(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="happens to hosts under management: add `cluster`"):
            resolve(document(self.write(tmp_path, "a-1,1,2\n", self.TEXT.replace("cluster: {}", ""))))

    def test_the_question_is_known_by_what_the_file_holds(self, tmp_path: Path) -> None:
        one, same, other = (
            contents([resolve(document(self.write(tmp_path / name, log)))], Inputs())
            for name, log in (("x", "a-1,1,2\n"), ("y", "a-1,1,2\n"), ("z", "a-1,1,3\n"))
        )
        assert one == same != other
