"""All measurements, one after the other: `python -m bench [engine] [fleet]`."""

from __future__ import annotations

import sys

from bench import engine, fleet

BENCHES = {"engine": engine.main, "fleet": fleet.main}

for name in sys.argv[1:] or BENCHES:
    BENCHES[name]()
