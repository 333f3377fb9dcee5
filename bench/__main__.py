"""All measurements, one after the other: `python -m bench [backup] [cluster] [consolidation] [engine] [fleet] [memory]
[migration] [plan] [planning] [sites] [sweep]`."""

from __future__ import annotations

import sys

from bench import backup, cluster, consolidation, engine, fleet, memory, migration, plan, planning, sites, sweep

BENCHES = {
    "backup": backup.main,
    "cluster": cluster.main,
    "consolidation": consolidation.main,
    "engine": engine.main,
    "fleet": fleet.main,
    "memory": memory.main,
    "migration": migration.main,
    "plan": plan.main,
    "planning": planning.main,
    "sites": sites.main,
    "sweep": sweep.main,
}

if __name__ == "__main__":  # not in the processes that sweep.py starts
    for name in sys.argv[1:] or BENCHES:
        BENCHES[name]()
