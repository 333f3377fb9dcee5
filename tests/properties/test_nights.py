"""Nights with any faults in any order: what was read adds up, and no snapshot is left that no job knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vinfra.backup.nights import estate, nights
from vinfra.backup.result import DONE, MISSED
from vinfra.scenario.audit import audit

HOURS = st.integers(0, 23)
LASTS = st.sampled_from([None, "3 min", "40 min", "9 h", "30 h"])
KINDS: dict[str, dict[str, Any]] = {
    "host-down": {"host": st.sampled_from(["backup1", "vault", "far", "esx-1"])},
    "link-down": {"link": st.sampled_from(["lan/vault", "lan/far", "san/backup1", "san/esx-2", "san/array1"])},
    "snapshot-stuck": {"vms": st.sampled_from([["one"], ["two-1", "two-2"]])},
    "full": {"what": st.sampled_from(["repository", "offsite", "vmfs1"]), "part": st.sampled_from(["50 %", "100 %"])},
    "corrupted": {"vms": st.sampled_from([["one"], ["two-3"]])},
    "power-cycle": {"vms": st.sampled_from([["all"], ["one-1"]])},
    "renumbered": {"lun": st.just("vmfs2")},
    "exchanged": {"lun": st.just("vmfs2")},
    "cloned": {"lun": st.just("vmfs1")},
    "replicated": {"lun": st.just("vmfs1")},
    "scsi-mode": {"lun": st.just("vmfs2")},
}
FOREVER = {"power-cycle", "corrupted", "renumbered", "exchanged", "cloned", "replicated", "scsi-mode"}
FAR = {"host": "far", "disks": "12 x sata-7k2", "raid": "raid6", "size": "2 TiB"}


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """One fault, at any hour of the three days."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    day, hour = draw(st.integers(1, 3)), draw(HOURS)
    moment = f"day {day} at {max(hour, 13) if day == 1 else hour}h{draw(st.integers(0, 59)):02}"
    found = {"kind": kind, "at": moment} | {name: draw(values) for name, values in KINDS[kind].items()}
    lasts = None if kind in FOREVER else draw(LASTS)
    return found | ({} if lasts is None else {"lasts": lasts})


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    happen=st.lists(faults(), min_size=1, max_size=5),
    method=st.sampled_from(["forever-incremental", "incremental", "synthetic-full", "reverse-incremental", "full"]),
    tank=st.booleans(),
    identity=st.sampled_from(["lun-id", "serial", "vmfs-signature"]),
    unresolved=st.sampled_from(["as-is", "resignatured", "ignored"]),
)
def test_faults_end_jobs_in_stated_conditions_and_leave_nothing_behind(
    happen: list[dict[str, Any]], method: str, tank: bool, identity: str, unresolved: str
) -> None:
    simulation = estate(
        faults={f"f{number}": fault for number, fault in enumerate(happen)},
        backup__jobs__nightly__method=method,
        backup__jobs__nightly__through="holding-tank" if tank else "direct",
        backup__lun_identity=identity,
        datastores__vmfs1__unresolved=unresolved,
        datastores__vmfs2__unresolved=unresolved,
        backup__offsite=FAR,
        backup__catalog={"keep": ["2 daily"], "verify": "daily"},
        restores={"drill": {"vm": "one", "at": "day 3 at 14h"}},
    )
    simulation.run()
    audit(simulation, simulation.record())
    protected = simulation.protected
    assert protected is not None
    for run in protected.server.runs:
        for result in run.results:
            assert result.condition, "every order that is over says how"
            assert (result.condition == DONE) <= (result.taken is not None)
            assert not result.condition.startswith(MISSED) or result.started is None
    # Whoever has a snapshot open is in the books, and has a job that will come back to it.
    jobs = {machine.name for job in protected.server.jobs.values() for machine in job.machines}
    assert set(protected.snapshots.open) <= jobs
    deltas = {name for space in protected.snapshots.spaces.values() for name in space.deltas}
    assert deltas == set(protected.snapshots.open)
    # What the catalog has is there, in the place it says.
    catalog = protected.store.catalog
    assert catalog is not None
    places = {place.name: place for place in (protected.store.place, protected.store.offsite) if place is not None}
    for entry in catalog:
        chain = places[entry.place].chains[entry.machine, entry.job]
        assert entry.number in {point.number for point in chain.points}
    # Nothing holds a place or space that is not at work.
    live = {name for name, _ in protected.server.under_way()}
    assert all(used >= 0 for used in protected.server.slots.used.values())
    if not live:
        assert not any(count for name, count in protected.server.slots.used.items() if not name.startswith("nfc"))


def test_two_nights_without_faults_repair_whatever_came_before() -> None:
    """A snapshot that a dead proxy left on the first night is gone after the next."""
    dies = {"kind": "host-down", "host": "backup1", "at": "day 1 at 22h02", "lasts": "12 h"}
    simulation, record = nights(faults={"dies": dies})
    assert simulation.protected is not None and not simulation.protected.snapshots.open
    assert record.totals["snapshots_left"] == 0
