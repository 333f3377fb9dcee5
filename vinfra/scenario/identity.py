"""What makes two questions the same: the resolved scenario, the content of its recordings and the version of vinfra.

Paths do not count: a recording is known by the digest of its content, so a copy elsewhere is the same question.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

import vinfra
from vinfra.faults.fault import HostFault
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved
from vinfra.scenario.points import Column, Row

# What changes no point: words, and what is asked of the points afterwards. Plug-ins and the recording enter by
# themselves.
WORDS = {"question", "background", "measure", "expect", "compare", "sweep", "design", "placement", "power", "workload"}


def identity(resolved: Resolved, columns: Iterable[Column], rows: Iterable[Row], contents: Mapping[str, str]) -> str:
    """SHA-256 of the question; `contents` maps a path of a recording, as written, to the digest of its content."""
    question = {
        "scenario": resolved.scenario.model_dump(exclude=WORDS),
        "plugins": [
            plugin and [plugin.name, plugin.model_dump()]
            for plugin in (resolved.placement, resolved.power, resolved.trace)
        ],
        "sites": {
            name: [part.placement.name, part.power.name, part.trace and part.trace.name]
            for name, part in resolved.sites.items()
        },
        "recording": contents.get(str((resolved.scenario.workload or {}).get("path"))),
        "columns": [[column.name, column.values] for column in columns],
        "rows": [row.at for row in rows],
        "version": vinfra.__version__,
        "build": build(),
    }
    return hashlib.sha256(json.dumps(_by_content(question, contents), sort_keys=True, default=str).encode()).hexdigest()


def contents(resolved: Iterable[Resolved], inputs: Inputs) -> dict[str, str]:
    """Path of each recording as written -> digest of its content."""
    found = {}
    for one in (part for whole in resolved for part in whole.parts.values()):
        recording = inputs.recording(one)
        if recording is not None:
            found[str((one.scenario.workload or {})["path"])] = recording.fingerprint
        found.update(one.placement.contents())
        for fault, _ in one.faults.values():
            found.update(fault.contents() if isinstance(fault, HostFault) else {})
    return found


def _by_content(value: Any, contents: Mapping[str, str]) -> Any:
    """The same data with the path of every recording replaced by the digest of its content."""
    if isinstance(value, dict):
        return {key: _by_content(inner, contents) for key, inner in value.items()}
    if isinstance(value, list):
        return [_by_content(inner, contents) for inner in value]
    return contents.get(value, value) if isinstance(value, str) else value


@functools.cache
def build() -> str:
    """Digest of vinfra's own sources and facts: a changed model or fact is another answer, so another folder."""
    sha = hashlib.sha256()
    root = os.path.dirname(vinfra.__file__)
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(name for name in inner if folder != root or name != "report")
        sha.update(os.path.relpath(folder, root).encode())
        for name in sorted(name for name in files if name.endswith((".py", ".yaml"))):
            sha.update(name.encode())
            with open(os.path.join(folder, name), "rb", buffering=0) as file:
                sha.update(file.read())
    return sha.hexdigest()
