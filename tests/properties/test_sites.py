"""Sites with anything between them, lost at any time: promises hold, bytes add up, and who holds which site is nobody's
concern."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vinfra.scenario.joined import measured, ring
from tests.vinfra.scenario.test_federation import digest_of, shared
from vinfra.scenario.federation import Federation, together
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve

NAMES = st.sampled_from("abc")
EVERY = st.sampled_from(["5 min", "7 min", "15 min", "2 h"])


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """What is between the sites, and what happens to them."""
    found: dict[str, Any] = {}
    for link in ("ab", "bc", "ca"):
        found[f"links__{link}__bandwidth"] = draw(st.sampled_from(["1 Mbit/s", "50 Mbit/s", "1 Gbit/s", "40 Gbit/s"]))
        found[f"links__{link}__latency"] = draw(st.sampled_from(["1 ms", "10 ms", "3 s"]))
        if (beat := draw(st.sampled_from([None, "1 min"]))) is not None:
            found[f"links__{link}__beat"] = beat
        found[f"links__{link}__window"] = draw(st.integers(1, 6))
    for site in "abc":
        at = f"sites__{site}__"
        found[at + "replication__ones__every"] = draw(EVERY)
        found[at + "replication__ones__seeded"] = draw(st.booleans())
        found[at + "failover__misses"] = draw(st.integers(1, 5))
        found[at + "migrations__move__start"] = draw(st.sampled_from(["0 s", "1 h", "4 h"]))
        found[at + "migrations__move__method"] = draw(st.sampled_from(["pre-copy", "adaptive-pre-copy"]))
        found[at + "backup__offsite__starts"] = draw(st.sampled_from(["at once", "daily at 23h"]))
        found[at + "backup__offsite__size"] = draw(st.sampled_from(["2 TiB", "30 GiB"]))
        if draw(st.booleans()):
            minute, lasts = draw(st.integers(0, 330)), draw(st.sampled_from([None, "1 min", "40 min", "2 h"]))
            day, hour = (1, 20 + minute // 60) if minute < 240 else (2, minute // 60 - 4)
            moment = f"day {day} at {hour}h{minute % 60:02}"
            found[at + "faults"] = {"site-down": {"at": moment} | ({} if lasts is None else {"lasts": lasts})}
    return found


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed=changes(), shares=st.sampled_from([["a", "b", "c"], ["ab", "c"], ["b", "ac"]]))
def test_anything_between_sites_keeps_promises_and_gives_one_digest(changed: dict[str, Any], shares: list[str]) -> None:
    document = ring(hours=6, **changed)
    federation = Federation(resolve(document), Inputs(), 1)
    federation.run()
    outcomes = federation.outcomes()  # audited, site by site
    found = measured(together(outcomes)[0])
    assert digest_of(document, shared(document, shares)) == digest_of(document, outcomes)
    assert found["failover_vms"] + found["failover_without"] <= 6
    assert found.get("failover_rpo_s", 0.0) >= 0.0 and found.get("failover_rto_s", 1.0) > 0.0
    for name, joint in federation.sites.items():
        names = joint.simulation.vms.names
        runs = {names[vm] for vm in joint.simulation.fluid.vms.tolist()} - {names[vm] for vm in joint.simulation.absent}
        for other, there in federation.sites.items():
            elsewhere = {there.simulation.vms.names[vm] for vm in range(len(there.simulation.vms))}
            away = {f"{name}-{vm}" for vm in runs} & elsewhere
            twice = away - {there.simulation.vms.names[vm] for vm in there.simulation.absent}
            lost = joint.lost_at is not None or there.lost_at is not None
            assert lost or not twice, f"{twice} run at {name} and at {other}"
