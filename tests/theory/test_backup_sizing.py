"""Rules by which backups are sized, on estates where they hold: what a proxy carries, what a repository takes."""

from __future__ import annotations

import math

import pytest

from tests.vinfra.backup.nights import GIB, HOUR, nights

TIB = 2.0**40
RULE = 100e6  # bytes per second of one proxy for fulls: what a link of 1 Gbit/s carries, with a little room
USED = 0.8 * 100 * GIB
VMS = 60


def missed(proxies: int, window: float) -> float:
    """VMs that are missed when so many proxies with a link of 1 Gbit/s each read 60 VMs in a window."""
    changes = {
        "duration": "24 h",
        "topology": {
            "san": {"kind": "fibre-channel", "speed": "8 Gbit/s", "joins": ["esx", "backup1", "array1"]},
            "lan": {"kind": "ethernet", "speed": "1 Gbit/s", "joins": ["esx", "backup1", "far"]},
            "core": {"kind": "ethernet", "speed": "40 Gbit/s", "joins": ["vault", "lan"]},
        },
        "hosts__backup1__count": proxies,
        "datastores": {"vmfs": {"count": 20, "array": "array1", "disks": "12 x fc-15k", "raid": "raid10"}},
        "arrays": {"array1": {"ports": 16}},
        "vms": {
            "vm": {
                "count": VMS,
                "hosts": ["esx"],
                "memory": "256 MiB",
                "datastore": "vmfs",
                "disk": "100 GiB",
                "demand": "1 %",
            }
        },
        "backup__jobs": {"nightly": {"vms": ["vm"], "method": "full"}},
        "backup__schedule": {"nightly": "daily at 22h", "window": f"{window:g} s"},
        "backup__reduction": {"compression": "none"},
        "backup__repository": {"host": "vault", "disks": "200 x sata-7k2", "raid": "raid6", "size": "100 TiB"},
    }
    _, record = nights(**changes)
    return record.totals["backups_missed"]


@pytest.mark.slow
@pytest.mark.parametrize("hours", [3.0, 5.0])
def test_fulls_need_as_many_proxies_as_their_throughput_over_a_hundred_megabytes_a_second(hours: float) -> None:
    needed = VMS * USED / (hours * HOUR) / RULE
    assert missed(math.ceil(needed), hours * HOUR) == 0
    assert missed(math.floor(0.6 * needed), hours * HOUR) > 0


@pytest.mark.parametrize("compression", ["none", "optimal"])
def test_a_repository_holds_a_full_and_an_increment_for_each_night(compression: str) -> None:
    ratio = {"none": 1.0, "optimal": 2.0}[compression]
    _, record = nights(duration="164 h", backup__reduction={"compression": compression})
    used, points = 0.8 * 20 * GIB, 7
    chain = used + (points - 1) * 0.05 * used
    assert record.totals["repository_bytes"] == pytest.approx(8 * chain / ratio, rel=0.01)


def test_two_daily_points_hold_a_full_and_one_increment_for_ever() -> None:
    _, record = nights(duration="164 h", backup__catalog={"keep": ["2 daily"]})
    used = 0.8 * 20 * GIB
    assert record.totals["repository_bytes"] == pytest.approx(8 * used * 1.05 / 2.0, rel=0.01)
