"""A LUN as a closed queue: request by request against exact theory, without events against request by request."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra import facts
from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams
from vinfra.storage.array import ArrayModel
from vinfra.storage.disk import Disk
from vinfra.storage.fluid_queue import solve
from vinfra.storage.guest_stream import Pattern
from vinfra.storage.initiator import Initiator, Served
from vinfra.storage.lun import Lun
from vinfra.storage.mean_value import Station, delay, response, servers, throughput
from vinfra.storage.queue import LunQueue
from vinfra.storage.raid import Raid
from vinfra.storage.window import WindowSettings

BLOCK = 8192.0
CX3 = facts.load("arrays", "clariion-cx3-20", ArrayModel)
CACHES = {"none": None, "through": CX3.model_copy(update={"cache": 0.0}), "back": CX3.model_copy(update={"cache": 4e6})}


def lun(spindles: int, raid: str = "raid0", cache: str = "none", kind: str = "fc-15k") -> Lun:
    disk: Disk = facts.load("disks", kind, Disk)
    return Lun("lun", disk, spindles, facts.load("raid", raid, Raid), CACHES[cache])


def host(name: str, outstanding: float, reads: float = 1.0, sequential: float = 0.0, block: float = BLOCK) -> Initiator:
    return Initiator(name, Pattern(block, reads, sequential, outstanding), 1, WindowSettings(depth=256))


def requests(made: Lun, hosts: list[Initiator], ios: int = 20_000) -> dict[str, Served]:
    """After a while, so many I/Os request by request."""
    clock = Clock()
    queue = LunQueue(clock, made, hosts, Streams(1))
    rate = sum(one.throughput for one in solve(made, hosts).values())
    settled = 0.25 * ios / rate
    clock.run(until=settled)
    queue.clear()
    clock.run(until=settled + ios / rate)
    return queue.served()


def test_the_machine_repairman_is_solved_as_the_textbook_does() -> None:
    """Machines that run for Z on average and k repairmen: the distribution of a birth-death process."""
    machines, crew, up, repair = 12, 3, 10.0, 2.0
    weights = [1.0]
    for broken in range(1, machines + 1):
        birth, death = (machines - broken + 1) / up, min(broken, crew) / repair
        weights.append(weights[-1] * birth / death)
    mean = sum(n * weight for n, weight in enumerate(weights)) / sum(weights)
    exact = (machines - mean) / up
    found = throughput([Station(up, delay), Station(repair, servers(crew))], machines)
    assert found[-1] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("customers", [1, 7, 256])
def test_balanced_stations_share_customers_as_the_arrival_theorem_says(customers: int) -> None:
    assert response([Station(0.005, count=10)], customers) == pytest.approx(0.005 * 10 * (1 + (customers - 1) / 10))


@pytest.mark.parametrize(("spindles", "outstanding"), [(1, 4), (4, 32), (10, 1), (10, 16), (15, 128)])
def test_disks_that_sort_do_what_load_dependent_theory_says(spindles: int, outstanding: int) -> None:
    made = lun(spindles)
    place, moving = made.disk.positioning(1.0), made.disk.moving(BLOCK, "read", False)
    faster = lambda n: (place + moving) / (place * n**-made.disk.sorting + moving)  # noqa: E731
    exact = throughput([Station((place + moving) / spindles, faster, spindles)], outstanding)[-1]
    hosts = [host("one", outstanding)]
    assert requests(made, hosts)["one"].throughput == pytest.approx(exact, rel=0.03)
    assert solve(made, hosts)["one"].throughput == pytest.approx(exact, rel=0.03)


def agree(made: Lun, hosts: list[Initiator], ios: int = 20_000) -> None:
    found, fluid = requests(made, hosts, ios), solve(made, hosts)
    for name, one in found.items():
        assert fluid[name].throughput == pytest.approx(one.throughput, rel=0.05), name
        assert fluid[name].latency == pytest.approx(one.latency, rel=0.05), name


@pytest.mark.slow
@pytest.mark.parametrize("outstanding", [1, 4, 16, 64, 256])
@pytest.mark.parametrize("reads", [1.0, 0.67, 0.0])
@pytest.mark.parametrize("raid", ["raid5", "raid10"])
@pytest.mark.parametrize("cache", sorted(CACHES))
def test_fluid_and_requests_agree_over_the_load_range(cache: str, raid: str, reads: float, outstanding: int) -> None:
    agree(lun(8, raid, cache), [host("one", outstanding, reads)])


@pytest.mark.parametrize("cache", sorted(CACHES))
def test_fluid_and_requests_agree_for_hosts_that_differ(cache: str) -> None:
    hosts = [host("few", 8.0), host("many", 32.0, 0.5), host("large", 16.0, 0.0, block=65536.0)]
    agree(lun(8, "raid5", cache), hosts, 12_000)


def test_fluid_and_requests_agree_where_the_port_is_full() -> None:
    array = facts.load("arrays", "equallogic-ps4100x", ArrayModel)
    made = Lun("lun", facts.load("disks", "sas-10k", Disk), 22, facts.load("raid", "raid5", Raid), array, hits=0.7)
    agree(made, [host("one", 16.0, block=32768.0), host("other", 8.0, block=4096.0)], 12_000)


def test_flash_is_limited_by_its_answer_first_and_by_its_rate_in_the_end() -> None:
    made = lun(1, kind="nvme")
    one, many = (solve(made, [host("one", n)])["one"] for n in (1.0, 256.0))
    assert one.latency == pytest.approx(made.disk.access, rel=0.01)
    assert many.throughput == pytest.approx(1 / made.disk.busy(BLOCK, "read", False), rel=0.01)


def test_what_exceeds_the_window_waits_in_the_kernel() -> None:
    busy = Initiator("one", Pattern(BLOCK, 1.0, 0.0, 16.0), 4, WindowSettings(depth=64, limit=16))
    for found in (requests(lun(8), [busy])["one"], solve(lun(8), [busy])["one"]):
        assert found.active == pytest.approx(16.0)
        assert found.throughput * (found.latency + found.queued) == pytest.approx(64.0, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=3),
    st.sampled_from(sorted(CACHES)),
    st.sampled_from(["raid0", "raid10", "raid5", "raid6"]),
)
def test_littles_law_is_exact_and_no_io_is_lost(drawn: list[tuple[int, float, float]], cache: str, raid: str) -> None:
    hosts = [host(f"host{n}", float(out), reads, seq) for n, (out, reads, seq) in enumerate(drawn)]
    made, clock = lun(6, raid, cache), Clock()
    queue = LunQueue(clock, made, hosts, Streams(3))
    clock.run(until=0.5)
    queue.served()
    for one in queue.hosts.values():
        under_way = one.active * clock.now - one.sent
        assert one.area == pytest.approx(one.latency + under_way, rel=1e-9), "the integral of I/Os is their time"
        assert one.active + len(one.kernel) == one.initiator.outstanding
        assert one.active <= one.initiator.window
    for fluid, known in zip(solve(made, hosts).values(), hosts, strict=True):
        assert fluid.throughput * fluid.latency == pytest.approx(fluid.active) == pytest.approx(known.outstanding)


def test_a_port_that_refuses_still_serves_everybody() -> None:
    array = CX3.model_copy(update={"port_queue": 24})
    made = Lun("lun", facts.load("disks", "fc-15k", Disk), 8, facts.load("raid", "raid0", Raid), array)
    hosts = [host("a", 32.0), host("b", 32.0)]
    found = requests(made, hosts)
    assert sum(one.active for one in found.values()) <= 24
    fluid = solve(made, hosts)
    for name, one in found.items():
        assert one.throughput == pytest.approx(fluid[name].throughput, rel=0.1)


def test_the_same_seed_gives_the_same_requests_whatever_the_order_of_hosts() -> None:
    hosts = [host("a", 8.0, 0.5), host("b", 16.0)]
    assert requests(lun(4), hosts, 2000) == requests(lun(4), hosts[::-1], 2000)


def test_more_outstanding_never_makes_anything_slower_in_all() -> None:
    rates = [solve(lun(8, "raid5"), [host("one", n, 0.67)])["one"].throughput for n in (1, 2, 4, 8, 16, 64, 256)]
    assert rates == sorted(rates) and not math.isclose(rates[0], rates[-1])
