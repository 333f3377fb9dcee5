"""I/O paths: what a packet and a disk request take on their way, and who needs drivers."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import io_paths
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.technique import techniques

OPTERON = facts.load("processors", "opteron-2356", Processor)
PRESCOTT = facts.load("processors", "pentium-4-672", Processor)
NESTED = techniques["nested-paging"]()
GUEST = Guest()


def cost(path: str, event: str = "packet", processor: Processor = OPTERON) -> float:
    return io_paths[path]().cost(event, NESTED, processor, GUEST)


def test_a_ring_is_cheaper_than_registers_and_a_host_system_dearer_than_both() -> None:
    assert cost("native") == 0
    assert cost("native") < cost("vmkernel") < cost("virtio") < cost("qemu")
    assert cost("vmkernel") < cost("emulated-kernel") < cost("qemu")
    assert cost("split-driver") > cost("virtio")
    assert cost("hosted") > cost("emulated-kernel")


def test_a_packet_of_the_hosted_path_takes_what_the_breakdown_of_sending_says() -> None:
    cycles = 22.7e-6 / 0.179 * 733e6
    assert cost("hosted", processor=PRESCOTT) + 13_900 == pytest.approx(cycles, rel=2e-3)


@pytest.mark.parametrize("name", io_paths.names())
def test_a_path_prices_disk_requests_and_packets_and_leaves_the_rest_to_the_technique(name: str) -> None:
    assert cost(name, "syscall") == cost(name, "page-fault") == 0
    priced = cost(name, "disk-io") > 0 and cost(name, "packet") > 0
    assert priced == (name != "native")


@pytest.mark.parametrize("name", io_paths.names())
def test_every_constant_of_a_path_has_its_source(name: str) -> None:
    for parameter, info in io_paths[name].model_fields.items():
        extra = info.json_schema_extra
        if info.default:
            assert isinstance(extra, dict), parameter
            assert extra["source"], parameter
            assert extra["tag"] in {"measured", "derived", "fitted", "assumed"}, parameter


def test_overhead_adds_the_path_to_the_technique() -> None:
    rates = {"packet": 1e4, "syscall": 1e4}
    alone, with_path = (overhead(NESTED, OPTERON, rates, GUEST, path) for path in (None, io_paths["virtio"]()))
    assert with_path.by_event["packet"] - alone.by_event["packet"] == pytest.approx(
        1e4 * cost("virtio") / OPTERON.frequency
    )
    assert with_path.by_event["syscall"] == alone.by_event["syscall"]
