"""PlanetLab: CPU use of virtual machines on a worldwide research network, a whole percent every five minutes for a day.

One folder is one day, one file one VM: 288 lines, each a whole number 0..100. Demand is a fraction of the VM's vCPUs.
Source: CoMon, Park and Pai, SIGOPS OSR 40(1), 2006; ten days published with Beloglazov and Buyya, CCPE 24(13), 2012.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.workloads.demand import Recording
from vinfra.workloads.files import Complaints, Digest, contents, listing, quoted, shown
from vinfra.workloads.trace import Trace, traces

EPOCHS = 288  # five-minute samples of a day
LONGEST = 1 << 16  # bytes read of a file; a good one has 1,440 at most
NEWLINE, ZERO = ord("\n"), ord("0")


@traces.register("planetlab")
class PlanetLab(Trace):
    """CPU use of PlanetLab VMs: a folder with one file for each VM, 288 lines of whole percents."""

    source: ClassVar[str] = "CoMon traces as published with Beloglazov and Buyya, CCPE 24(13), 2012"

    def read(self, path: Path) -> Recording:
        """A day's folder, or one file as a day of one VM; files whose names begin with a dot are left out.

        Lines may end as on Windows. InputError names file and line of what is wrong, 20 problems at most.
        """
        complaints, digest = Complaints(), Digest()
        files = listing(path, complaints)
        read = []
        for file, data in contents(files, complaints, LONGEST):
            read.append((file, _unix(data)))
            digest.add(read[-1][1])
        percent = _parse([data for _, data in read])
        if percent is None:
            for file, data in read:
                _explain(shown(file), data, complaints)
        complaints.stop()
        assert percent is not None, "what cannot be parsed has been explained"
        order = digest.order()
        names = [shown(files[index].name) for index in order]
        return Recording(self.interval, np.ascontiguousarray(percent[:, order]), names, str(digest))


def _unix(data: bytes) -> bytes:
    """The same lines, each ended by a newline alone."""
    data = data.replace(b"\r\n", b"\n")
    return data if data.endswith(b"\n") else data + b"\n"


def _parse(files: list[bytes]) -> NDArray[np.uint8] | None:
    """Percents, shape (288, files), all at once; None when any file is not as it should be."""
    if not files or any(data.count(b"\n") != EPOCHS for data in files):
        return None
    text = np.frombuffer(b"".join(files), dtype=np.uint8)
    end = np.flatnonzero(text == NEWLINE)
    length = np.diff(end, prepend=-1) - 1
    digit = text - ZERO  # wraps, so that whatever comes before '0' is large too
    if length.min() < 1 or length.max() > 3 or np.count_nonzero(digit > 9) != len(end):
        return None
    value = digit[end - 1].astype(np.int16)
    value += np.where(length > 1, digit[end - 2], 0).astype(np.int16) * 10
    value += np.where(length > 2, digit[np.maximum(end - 3, 0)], 0).astype(np.int16) * 100
    if value.max() > 100:
        return None
    return np.ascontiguousarray(value.astype(np.uint8).reshape(len(files), EPOCHS).T)


def _explain(file: str, data: bytes, complaints: Complaints) -> None:
    """Every line of a file that is wrong, and a wrong number of lines."""
    lines = data.split(b"\n")[:-1] if data != b"\n" else []
    for number, line in enumerate(lines, 1):
        wrong = _wrong(line)
        if wrong:
            complaints.add(file, number, wrong)
    if len(lines) != EPOCHS:
        cut = " or more" if len(data) >= LONGEST else ""
        what = "is empty" if not lines else f"has {len(lines)}{cut} lines"
        complaints.add(file, max(len(lines), 1), f"{what}; a day is {EPOCHS} lines, one for every five minutes")


def _wrong(line: bytes) -> str:
    """Why a line is no whole percent; empty when it is one."""
    cure = "write a whole percent from 0 to 100"
    if not line:
        return f"the line is empty; {cure}"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return f"the line is not UTF-8 text; {cure}"
    if line.isdigit() and len(line) <= 3:
        return "" if int(line) <= 100 else f"{int(line)} is above 100; {cure}"
    return f"{quoted(text)} is no number from 0 to 100; {cure}"
