"""What each metric says of a record that is simple enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.metrics.metric import Record, find, metrics

SERIES = {
    "time_s": [0.0, 300.0],
    "step_s": [300.0, 100.0],
    "power_w": [100.0, 200.0],
    "cpu_on_hz": [10.0, 10.0],
    "cpu_used_hz": [5.0, 10.0],
    "cpu_wanted_hz": [5.0, 20.0],
    "cpu_granted_hz": [5.0, 9.0],
    "cpu_io_hz": [0.0, 1.0],
    "cpu_useful_hz": [4.0, 8.0],
    "cpu_useful_cores": [4.0, 8.0],
    "hosts_on": [3.0, 1.0],
    "hosts_full": [0.0, 1.0],
    "imbalance": [0.1, 0.5],
    "hosts_standby": [1.0, 3.0],
}
TOTALS = {"vms_unplaced": 2.0}
MOVED = {
    "transfers_unfinished": 1.0,
    "transferred_bytes": 5e9,
    "transfer_busy_s": 50.0,
    "lun_busy_s": 300.0,
    "lun_possible_s": 600.0,
    "migrations": 4.0,
    "migrations_unfinished": 1.0,
    "migrated_bytes": 3 * 2.0**30,
    "migrations_took_s": 90.0,
}
GIB = 2.0**30
PROTECTED = {
    "backups_missed": 1.0,
    "backups_failed": 2.0,
    "backups_done": 3.0,
    "backups_wrong": 4.0,
    "restores_done": 5.0,
    "restores_failed": 6.0,
    "backup_lan_bytes": 7.0,
    "proxy_cpu": 0.08,
    "snapshot_peak_bytes": 9 * GIB,
    "snapshots_left": 10.0,
    "backup_read_bytes": 11 * GIB,
    "repository_bytes": 12 * GIB,
    "repository_peak_bytes": 13 * GIB,
    "vms_stopped": 14.0,
    "vms_stopped_s": 15.0,
    "first_stop_s": 16.0,
    "commits_diverged": 17.0,
}
SITES = {
    "replications": 18.0,
    "replications_failed": 19.0,
    "failover_vms": 20.0,
    "failover_without": 21.0,
    "wan_bytes": 22 * GIB,
    "wan_busy_s": 23.0,
    "wan_possible_s": 100.0,
}
CONSOLIDATED = {
    "hosts_short_s": 5.0,
    "hosts_active_s": 100.0,
    "migration_lost_cycles": 1.0,
    "migration_wanted_cycles": 1000.0,
}
MANAGED = {
    "host_boots": 4.0,
    "managed_vms": 10.0,
    "vms_restarted": 3.0,
    "vms_down": 1.0,
    "vm_downtime_s": 36.0,
    "vm_downtime_most_s": 30.0,
    "hosts_patched": 16.0,
    "hosts_unpatched": 2.0,
    "maintenance_took_s": 3600.0,
    "power_max_w": 250.0,
    "capped_s": 100.0,
}
COSTS = {
    "licence_once": 1000.0,
    "licence_per_year": 100.0,
    "licence_units": 72.0,
    "cost_per_kwh": 0.1,
    "cost_pue": 2.0,
    "cost_carbon_g_per_kwh": 500.0,
    "cost_years": 3.0,
}
SCHEDULED = {
    "vcpu_wanted": 200.0,
    "vcpu_running": 80.0,
    "vcpu_co_stopped": 50.0,
    "vcpu_spinning": 20.0,
    "vcpu_local": 60.0,
    "vcpu_switches": 4000.0,
    "vcpu_migrations": 800.0,
}
REMEMBERED = {"memory_there": 8.0, "memory_configured": 12.0, "memory_hosts": 4.0}
MEMORY = {
    **{
        f"memory_{where}": [2.0**30, 5 * 2.0**30]
        for where in ("shared", "saved", "ballooned", "compressed", "swapped", "overhead", "free")
    },
    "memory_crowded": [4.0, 0.0],
    "memory_state": [3.0, 0.0],
    "memory_waiting": [0.1, 0.5],
    "memory_faults": [100.0, 300.0],
}
GUESTS = {
    "guest_latency_s/a": [0.01, 0.03],
    "guest_ios_per_s/a": [10.0, 20.0],
    "guest_ios_wanted_per_s/a": [10.0, 30.0],
    "guest_latency_s/b": [0.002, 0.0],
    "guest_ios_per_s/b": [50.0, 0.0],
    "guest_ios_wanted_per_s/b": [50.0, 0.0],
}
SAMPLES = {
    "latency_s": np.array([0.001, 0.002, 0.003, 0.004, 0.104]),
    "migration_s": np.array([10.0, 20.0, 30.0, 40.0]),
    "migration_downtime_s": np.array([0.1, 0.2, 0.3, 1.0]),
    "migration_held_up": np.array([0.0, 0.5]),
    "backup_window_s": np.array([100.0, 200.0]),
    "rpo_s": np.array([10.0, 30.0]),
    "rto_s": np.array([1.0, 3.0]),
    "offsite_lag_s": np.array([5.0, 7.0]),
    "stun_s": np.array([1.0, 2.0]),
    "replica_age_s": np.array([900.0, 930.0]),
    "failover_rto_s": np.array([60.0, 90.0]),
    "failover_rpo_s": np.array([300.0, 200.0]),
}


KINDS = ("page-tables", "switches", "processes", "calls", "tlb", "interrupts", "io")
PRICED = {f"cycles/{kind}": float(number) for number, kind in enumerate(KINDS, start=1)} | {"kernels": 3.0}


def record(totals: dict[str, float] | None = None, times: tuple[float, ...] = (), **series: list[float]) -> Record:
    columns = {name: np.array(column) for name, column in (SERIES | series).items()}
    return Record(TOTALS | (totals or {}), columns, {"transfer_s": np.array(times)} | (SAMPLES if totals else {}))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("energy_kwh", 50_000 / 3.6e6),
        ("power_mean_w", 125.0),
        ("power_peak_w", 200.0),
        ("cpu_utilisation_pct", 100 * 2500 / 4000),
        ("cpu_ready_pct", 100 * 1100 / 3500),
        ("cpu_overhead_pct", 100 * (2400 + 100 - 2000) / 2000),
        ("throughput_per_s", 5.0),
        ("hosts_on", 2.5),
        ("hosts_full", 0.25),
        ("vms_unplaced", 2.0),
        ("transfer_s", 15.0),
        ("transfer_last_s", 20.0),
        ("transfers_unfinished", 1.0),
        ("disk_throughput_mb_per_s", 100.0),
        ("lun_utilisation_pct", 50.0),
        ("guest_latency_ms", 6.0),
        ("guest_latency_p99_ms", 30.0),
        ("guest_iops_per_s", 50.0),
        ("guest_ios_denied_pct", 100 / 21),
        ("migrations", 4.0),
        ("migrations_unfinished", 1.0),
        ("migration_s", 25.0),
        ("migrations_took_s", 90.0),
        ("migration_downtime_ms", 400.0),
        ("migration_downtime_p99_ms", 1000.0),
        ("migration_downtime_max_ms", 1000.0),
        ("migration_gib", 3.0),
        ("migration_io_penalty_pct", 25.0),
        ("co_stop_pct", 25.0),
        ("spin_pct", 25.0),
        ("numa_local_pct", 75.0),
        ("latency_p50_ms", 3.0),
        ("latency_p99_ms", 100.0),
        ("context_switches_per_s", 10.0),
        ("vcpu_migrations_per_s", 2.0),
        ("cycles_page_tables_pct", 1.0),
        ("cycles_switches_pct", 2.0),
        ("cycles_processes_pct", 3.0),
        ("cycles_calls_pct", 4.0),
        ("cycles_tlb_pct", 5.0),
        ("cycles_interrupts_pct", 6.0),
        ("cycles_io_pct", 7.0),
        ("kernels", 3.0),
        ("memory_shared_gib", 2.0),
        ("memory_saved_gib", 2.0),
        ("memory_ballooned_gib", 2.0),
        ("memory_compressed_gib", 2.0),
        ("memory_swapped_gib", 2.0),
        ("memory_overhead_gib", 2.0),
        ("memory_free_gib", 2.0),
        ("memory_overcommit", 1.5),
        ("memory_pressure_pct", 75.0),
        ("memory_state", 3.0),
        ("memory_wait_pct", 20.0),
        ("memory_faults_per_s", 150.0),
        ("backup_window_s", 150.0),
        ("backup_window_max_s", 200.0),
        ("missed_vms", 1.0),
        ("failed_backups", 2.0),
        ("backups", 3.0),
        ("wrong_disks", 4.0),
        ("rpo_s", 20.0),
        ("rpo_max_s", 30.0),
        ("rto_s", 2.0),
        ("rto_max_s", 3.0),
        ("restores", 5.0),
        ("failed_restores", 6.0),
        ("lan_bytes", 7.0),
        ("proxy_cpu_pct", 8.0),
        ("snapshot_peak_gib", 9.0),
        ("snapshots_left", 10.0),
        ("backup_read_gib", 11.0),
        ("repository_gib", 12.0),
        ("repository_peak_gib", 13.0),
        ("offsite_lag_s", 7.0),
        ("stopped_vms", 14.0),
        ("stopped_time_s", 15.0),
        ("first_stop_s", 16.0),
        ("stun_s", 1.5),
        ("diverged_commits", 17.0),
        ("replica_age_s", 930.0),
        ("replications", 18.0),
        ("failed_replications", 19.0),
        ("failover_vms", 20.0),
        ("failover_without", 21.0),
        ("failover_rto_s", 90.0),
        ("failover_rpo_s", 300.0),
        ("wan_gib", 22.0),
        ("wan_utilisation_pct", 23.0),
        ("slatah_pct", 5.0),
        ("pdm_pct", 0.1),
        ("slav_ppm", 50.0),
        ("imbalance", 0.2),
        ("hosts_standby", 1.5),
        ("host_boots", 4.0),
        ("vms_restarted", 3.0),
        ("vms_down", 1.0),
        ("vm_downtime_h", 0.01),
        ("vm_downtime_most_min", 0.5),
        ("availability_pct", 99.1),
        ("hosts_patched", 16.0),
        ("hosts_unpatched", 2.0),
        ("maintenance_took_s", 3600.0),
        ("power_max_w", 250.0),
        ("capped_pct", 25.0),
        ("licence_once", 1000.0),
        ("licence_per_year", 100.0),
        ("licence_units", 72.0),
        ("energy_cost_per_year", 0.125 * 8760 * 2 * 0.1),
        ("facility_energy_kwh", 2 * 50_000 / 3.6e6),
        ("carbon_kg", 50_000 / 3.6e6),
        ("cost_over_years", 1000.0 + 3 * (100.0 + 219.0)),
    ],
)
def test_a_metric_is_what_it_says(column: str, value: float) -> None:
    assert metrics()[column].compute(
        record(
            MOVED | SCHEDULED | REMEMBERED | PRICED | PROTECTED | SITES | CONSOLIDATED | MANAGED | COSTS,
            (10.0, 20.0),
            **MEMORY,
            **GUESTS,
        )
    ) == pytest.approx(value)


def test_every_metric_is_held_against_a_known_answer() -> None:
    known = {case[0] for case in test_a_metric_is_what_it_says.pytestmark[0].args[1]}
    assert known == set(metrics())


@pytest.mark.parametrize(
    "column", ["transfer_s", "transfer_last_s", "transfers_unfinished", "disk_throughput_mb_per_s"]
)
def test_without_transfers_there_is_nothing_to_say(column: str) -> None:
    assert metrics()[column].compute(record()) is None


def test_what_rounding_leaves_is_nothing() -> None:
    found = record(cpu_wanted_hz=[5.0, 9.0 * (1 + 1e-14)])
    assert find("cpu_ready").compute(found) == 0.0


def test_without_wants_there_is_no_ready_time() -> None:
    assert find("cpu_ready").compute(record(cpu_wanted_hz=[0.0, 0.0], cpu_granted_hz=[0.0, 0.0])) is None


def test_a_metric_goes_by_both_names_and_a_near_one_is_suggested() -> None:
    assert find("energy") is find("energy_kwh")
    with pytest.raises(KeyError, match="did you mean 'energy'"):
        find("enrgy")


@pytest.mark.parametrize("column", ["licence_once", "energy_cost_per_year", "facility_energy_kwh", "cost_over_years"])
def test_without_costs_there_is_nothing_to_say(column: str) -> None:
    assert metrics()[column].compute(record()) is None
