"""What consolidation costs the VMs: time that hosts were short of what was wanted, and work lost while VMs moved.

SLATAH = seconds that active hosts were short / seconds they were active; PDM = cycles VMs wanted and lost while they
moved / cycles wanted; SLAV = SLATAH * PDM. Source: Beloglazov and Buyya, CCPE 24(13), 2012, section 6.2.
"""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric


def _part(record: Record, part: str, whole: str) -> float | None:
    """A ratio; None where nobody consolidates, 0 where there was nothing to lose."""
    if part not in record.totals:
        return None
    return record.totals[part] / record.totals[whole] if record.totals[whole] > 0 else 0.0


@metric("slatah", "pct", "less", "time that active hosts could not give their VMs all they wanted")
def slatah(record: Record) -> float | None:
    """Of the time that hosts were active."""
    found = _part(record, "hosts_short_s", "hosts_active_s")
    return None if found is None else 100.0 * found


@metric("pdm", "pct", "less", "cycles that VMs wanted and lost while they were moved")
def pdm(record: Record) -> float | None:
    """Of all cycles they wanted."""
    found = _part(record, "migration_lost_cycles", "migration_wanted_cycles")
    return None if found is None else 100.0 * found


@metric("slav", "ppm", "less", "SLATAH times PDM, how much consolidation costs the VMs")
def slav(record: Record) -> float | None:
    """Both as fractions."""
    short = _part(record, "hosts_short_s", "hosts_active_s")
    lost = _part(record, "migration_lost_cycles", "migration_wanted_cycles")
    return None if short is None or lost is None else 1e6 * short * lost
