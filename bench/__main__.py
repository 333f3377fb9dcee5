"""All measurements, one after the other: `python -m bench [backup] [engine] [fleet] [memory] [migration]`."""

from __future__ import annotations

import sys

from bench import backup, engine, fleet, memory, migration

BENCHES = {
    "backup": backup.main,
    "engine": engine.main,
    "fleet": fleet.main,
    "memory": memory.main,
    "migration": migration.main,
}

for name in sys.argv[1:] or BENCHES:
    BENCHES[name]()
