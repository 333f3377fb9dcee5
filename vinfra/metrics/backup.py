"""Backup: how long it takes and whom it misses, what could be lost, what comes back and when, and what all that costs.

Source: the runs of jobs, the recoveries of drills and the snapshots of a point. RPO is the age of the newest restore
point at the worst moment, RTO the time from the question to the machine (or file) that is there again.
"""

from __future__ import annotations

from vinfra.metrics.metric import Record, metric

GIB = 2.0**30


def _total(record: Record, name: str, per: float = 1.0) -> float | None:
    found = record.totals.get(name)
    return None if found is None else found / per


def _samples(record: Record, name: str) -> list[float]:
    return [] if name not in record.samples else record.samples[name].tolist()


@metric("backup_window", "s", "less", "time from the start of a job to the end of its last backup, mean over its runs")
def backup_window(record: Record) -> float | None:
    """Mean over runs that are over."""
    found = _samples(record, "backup_window_s")
    return sum(found) / len(found) if found else None


@metric("backup_window_max", "s", "less", "the same, the longest run")
def backup_window_max(record: Record) -> float | None:
    """Maximum."""
    return max(_samples(record, "backup_window_s"), default=None)


@metric("missed_vms", "", "less", "backups that had not begun when their window closed")
def missed_vms(record: Record) -> float | None:
    """Count over all runs; a VM missed on two nights counts twice."""
    return _total(record, "backups_missed")


@metric("failed_backups", "", "less", "backups that began and ended without a restore point, after all retries")
def failed_backups(record: Record) -> float | None:
    """Count over all runs."""
    return _total(record, "backups_failed")


@metric("backups", "", "more", "restore points that were made")
def backups(record: Record) -> float | None:
    """Count."""
    return _total(record, "backups_done")


@metric("wrong_disks", "", "less", "restore points of another disk than was meant, which nobody notices")
def wrong_disks(record: Record) -> float | None:
    """Count."""
    return _total(record, "backups_wrong")


@metric("rpo", "s", "less", "age of the newest restore point at the worst moment, mean over VMs")
def rpo(record: Record) -> float | None:
    """Mean over VMs of their longest time without a new restore point."""
    found = _samples(record, "rpo_s")
    return sum(found) / len(found) if found else None


@metric("rpo_max", "s", "less", "age of the newest restore point at the worst moment, of the worst VM")
def rpo_max(record: Record) -> float | None:
    """Maximum."""
    return max(_samples(record, "rpo_s"), default=None)


@metric("rto", "s", "less", "time until a machine or file is there again, mean over what came back")
def rto(record: Record) -> float | None:
    """Mean."""
    found = _samples(record, "rto_s")
    return sum(found) / len(found) if found else None


@metric("rto_max", "s", "less", "time until a machine or file is there again, the longest")
def rto_max(record: Record) -> float | None:
    """Maximum."""
    return max(_samples(record, "rto_s"), default=None)


@metric("restores", "", "more", "machines and files that came back")
def restores(record: Record) -> float | None:
    """Count."""
    return _total(record, "restores_done")


@metric("failed_restores", "", "less", "machines and files that were wanted back and did not come")
def failed_restores(record: Record) -> float | None:
    """Count, by machine."""
    return _total(record, "restores_failed")


@metric("lan_bytes", "", "less", "bytes that backups and restores sent over the LAN")
def lan_bytes(record: Record) -> float | None:
    """What hosts sent each other for them, counted once."""
    return _total(record, "backup_lan_bytes")


@metric("proxy_cpu", "pct", "less", "how busy the proxies' processors are while jobs run")
def proxy_cpu(record: Record) -> float | None:
    """Cycles used over cycles there while at least one job ran."""
    return _total(record, "proxy_cpu", 0.01)


@metric("snapshot_peak", "gib", "less", "space that delta disks take at most, all datastores together")
def snapshot_peak(record: Record) -> float | None:
    """Maximum over time."""
    return _total(record, "snapshot_peak_bytes", GIB)


@metric("snapshots_left", "", "less", "snapshots that are there at the end of the run and no job is at work on")
def snapshots_left(record: Record) -> float | None:
    """Count."""
    return _total(record, "snapshots_left")


@metric("backup_read", "gib", "less", "GiB read from the disks of VMs")
def backup_read(record: Record) -> float | None:
    """Sum over all backups."""
    return _total(record, "backup_read_bytes", GIB)


@metric("repository", "gib", "less", "what restore points take at the end of the run")
def repository(record: Record) -> float | None:
    """All chains."""
    return _total(record, "repository_bytes", GIB)


@metric("repository_peak", "gib", "less", "what restore points take at most")
def repository_peak(record: Record) -> float | None:
    """Maximum over time."""
    return _total(record, "repository_peak_bytes", GIB)


@metric("offsite_lag", "s", "less", "age of a restore point when its copy has arrived at the second site, the longest")
def offsite_lag(record: Record) -> float | None:
    """Maximum over VMs."""
    return max(_samples(record, "offsite_lag_s"), default=None)


@metric("stopped_vms", "", "less", "VMs that stopped because their datastore was full")
def stopped_vms(record: Record) -> float | None:
    """Count."""
    return _total(record, "vms_stopped")


@metric("stopped_time", "s", "less", "time VMs stood still because their datastore was full, all together")
def stopped_time(record: Record) -> float | None:
    """Sum over VMs."""
    return _total(record, "vms_stopped_s")


@metric("first_stop", "s", "more", "when the first VM stopped because its datastore was full")
def first_stop(record: Record) -> float | None:
    """Seconds since the start of the run; nothing where none stopped."""
    return _total(record, "first_stop_s")


@metric("stun", "s", "less", "time a VM stands still when a snapshot is made or removed, mean")
def stun(record: Record) -> float | None:
    """Mean over stuns."""
    found = _samples(record, "stun_s")
    return sum(found) / len(found) if found else None


@metric("diverged_commits", "", "less", "commits that the guest outran, so that it stood still for what was left")
def diverged_commits(record: Record) -> float | None:
    """Count."""
    return _total(record, "commits_diverged")
