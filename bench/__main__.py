"""All measurements, one after the other: `python -m bench [engine] [fleet] [migration]`."""

from __future__ import annotations

import sys

from bench import engine, fleet, migration

BENCHES = {"engine": engine.main, "fleet": fleet.main, "migration": migration.main}

for name in sys.argv[1:] or BENCHES:
    BENCHES[name]()
