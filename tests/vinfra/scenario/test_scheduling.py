"""Processors scheduled in detail from a scenario: what is measured, what follows demand, what is refused."""

from __future__ import annotations

import hashlib

import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.resolved import lines, sources
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

LAB = """
scenario: lab
question: Who waits for whom?
warmup: 2 s
duration: 20 s
epoch: 5 s
hosts:
  h: {count: 2, cores: 2, frequency: 2 GHz, memory: 16 GiB}
vms:
  busy: {count: 4, vcpus: 2, memory: 1 GiB, host: h}
scheduling: {policy: cfs}
placement: {policy: worst-fit}
"""


def record(text: str, seed: int = 1) -> Record:
    simulation = Simulation(build(resolve(parse(text, "lab.yaml")), None), Streams(seed))
    simulation.run()
    found = simulation.record()
    audit(simulation, found)
    return found


def measured(text: str, column: str) -> float:
    value = metrics()[column].compute(record(text))
    assert value is not None, column
    return value


def problems(text: str) -> str:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), Inputs())
    return str(wrong.value)


def test_throughput_and_ready_time_are_those_of_water_filling_where_both_apply() -> None:
    plain = LAB.replace("scheduling: {policy: cfs}", "")
    for column in ("throughput_per_s", "cpu_ready_pct", "cpu_utilisation_pct"):
        assert measured(LAB, column) == pytest.approx(measured(plain, column), rel=0.02), column


def test_details_are_measured_only_where_they_are_asked_for() -> None:
    columns = ("co_stop_pct", "spin_pct", "numa_local_pct", "context_switches_per_s", "vcpu_migrations_per_s")
    assert all(metrics()[column].compute(record(LAB)) is not None for column in columns)
    without = record(LAB.replace("scheduling: {policy: cfs}", ""))
    assert all(metrics()[column].compute(without) is None for column in columns)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    text = LAB.replace("host: h", "host: h, behaviour: {kind: requests, think: 5 ms}")

    def digest(seed: int) -> str:
        return hashlib.sha256(record(text, seed).samples["latency_s"].tobytes()).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_what_happened_in_the_warm_up_is_not_counted() -> None:
    longer = LAB.replace("warmup: 2 s", "warmup: 10 s")
    assert measured(longer, "context_switches_per_s") == pytest.approx(
        measured(LAB, "context_switches_per_s"), rel=0.05
    )
    totals = record(longer).totals
    assert totals["vcpu_wanted"] == pytest.approx(8 * 20.0)


def test_latency_is_measured_from_requests() -> None:
    text = LAB.replace("host: h", "host: h, behaviour: {kind: requests, service: 5 ms, think: 20 ms}")
    median, tail = measured(text, "latency_p50_ms"), measured(text, "latency_p99_ms")
    assert 3 < median < tail
    assert metrics()["latency_p50_ms"].compute(record(LAB)) is None


def test_a_vm_follows_its_trace_from_epoch_to_epoch() -> None:
    text = LAB.replace("epoch: 5 s", "epoch: 5 min").replace("duration: 20 s", "duration: 10 min").replace("2 s", "0 s")
    text = text.replace("count: 4, vcpus: 2", "count: 8") + "workload: {trace: planetlab}\n"
    detailed, plain = record(text), record(text.replace("scheduling: {policy: cfs}", ""))
    assert detailed.series["cpu_useful_hz"] == pytest.approx(plain.series["cpu_useful_hz"], rel=0.02)
    assert detailed.series["cpu_useful_hz"][0] != detailed.series["cpu_useful_hz"][1]


def test_virtualization_takes_its_part_of_what_is_granted() -> None:
    host = "h: {server: hp-proliant-dl385-g5, memory: 16 GiB, hypervisor: esx-4.0, cores: 2, sockets: 1}"
    text = LAB.replace("h: {count: 2, cores: 2, frequency: 2 GHz, memory: 16 GiB}", host)
    text = text.replace("host: h", "host: h, workload: kernel-build")
    plain = text.replace("scheduling: {policy: cfs}", "")
    more = measured(text, "cpu_overhead_pct") - measured(plain, "cpu_overhead_pct")
    assert 0 < more < 1.5, "switching every 3 ms costs a hundredth on top of it"


def test_a_reservation_is_refused_where_the_scheduler_has_none() -> None:
    text = LAB.replace("host: h", "host: h, reservation: 500 MHz")
    with pytest.raises(Refused, match="cfs has no reservations, and busy wants one"):
        build(resolve(parse(text, "lab.yaml")), None)
    assert measured(text.replace("cfs", "esx"), "cpu_ready_pct") > 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("policy: cfs", "policy: cfz", "no scheduler 'cfz'; did you mean 'cfs'?"),
        ("policy: cfs", "policy: cfs, latency: 0 s", "scheduling.latency: must be above"),
        ("host: h", "behaviour: {kind: lock}", "no behaviour 'lock'; did you mean 'locks'?"),
        ("host: h", "behaviour: {}", "vms.busy.behaviour.kind: is missing: add `kind`"),
        ("host: h", "demand: 5 %, behaviour: {kind: locks}", "says itself how much CPU it wants: leave `demand` out"),
        ("duration: 20 s", "duration: 30 d", "scheduling: takes hours for so many cores and so long"),
        ("count: 2, cores: 2", "count: 200000, cores: 2", "scheduling: takes hours for so many cores and so long"),
    ],
)
def test_what_is_wrong_is_said_with_its_cure(old: str, new: str, message: str) -> None:
    assert old in LAB
    assert message in problems(LAB.replace(old, new))


def test_a_behaviour_without_scheduling_says_nothing_and_is_told_so() -> None:
    text = LAB.replace("scheduling: {policy: cfs}", "").replace("host: h", "behaviour: {kind: barrier}")
    assert "vms.busy.behaviour: says nothing without `scheduling`" in problems(text)


def test_transfers_do_not_share_processors_that_are_scheduled_in_detail() -> None:
    text = LAB.replace("host: h", "datastore: d, transfer: {size: 1 GiB}")
    text += "datastores:\n  d: {array: a, disks: 4 x fc-15k}\n"
    assert "cannot share a processor with I/Os and migrations: leave it out, or vms.busy.transfer" in problems(text)


def test_every_constant_of_scheduler_and_behaviour_is_shown_with_its_source() -> None:
    resolved = resolve(parse(LAB, "lab.yaml"))
    shown = "\n".join(lines(resolved))
    assert "scheduling.min_granularity: 0.75 ms" in shown and "vms.busy.behaviour.refill: 25 us" in shown
    kinds = {(source.kind, source.name) for source in sources([resolved], [])}
    assert {("schedulers", "cfs"), ("behaviours", "steady")} <= kinds
