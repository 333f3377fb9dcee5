"""A Ray cluster to work on: a private one on this machine, or one that is there.

Private means address "local": Ray then neither looks for another cluster nor is found by one, and listens on the
loopback alone. Ray's token authentication is left as it is (on, since 2.59, for a cluster that is started here;
RAY_AUTH_MODE=token elsewhere). Usage is not reported unless RAY_USAGE_STATS_ENABLED says so.

Ray reads its settings from the environment when it is imported, so it is imported after they are made.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from vinfra.errors import InputError, Place

PRIVATE = "local"
# For the head of a cluster of several machines (docs/cluster.md): one that falls silent is given up after three checks
# of 1 s, half a second apart, so within 4.5 s, where Ray takes about 17 s. In a private cluster nobody could take over,
# so Ray's own patience stays.
HEALTH = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}
# On standard output Ray tells of workers that died, which is the coordinator's business and would break the document
# that a program reads there; it leaves out lines that match.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS_SKIP_REGEX": "."}
# Ray takes 127.0.0.1 for the address by which other machines reach this one, and listens on all of them, unless it is
# told not to make clusters of several machines. The setting is named for the systems on which that is the default.
LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# A cluster that answers and does not let us in is asked again every second, with a warning each time.
NAMED = {"RAY_NUM_REDIS_GET_RETRIES": "5"}
REACH = 10.0  # seconds to get an answer from a machine of the cluster
OBJECTS = 128 * 2**20  # bytes of shared memory of a private cluster beside the recordings


def where(address: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The cluster that is meant: what was given, else RAY_ADDRESS, else a private one."""
    return address or environment.get("RAY_ADDRESS") or PRIVATE


@contextmanager
def connected(address: str, processes: int, shared: int = 0) -> Iterator[int]:
    """Be a driver of the cluster at `address`, and yield how many CPUs it has; a private one has `processes` and room
    for `shared` bytes that all points read. InputError where there is no cluster, or none that lets us in."""
    _settle(address == PRIVATE)
    import ray

    options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False, "namespace": "vinfra"}
    if address == PRIVATE:
        options |= {"num_cpus": processes, "num_gpus": 0, "include_dashboard": False}
        options |= {"object_store_memory": OBJECTS + 2 * shared}
    _reach(address)
    try:
        _join(address, options)
        yield int(resources().get("CPU", 0))
    finally:
        with _undisturbed():
            ray.shutdown()


def _join(address: str, options: Mapping[str, Any]) -> None:
    import ray

    try:
        with _undisturbed() if address == PRIVATE else nullcontext():
            ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, OSError, ray.exceptions.RayError) as reason:
        why = str(reason).strip().splitlines()[0] if str(reason).strip() else type(reason).__name__
        raise _nobody(address, why) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """An interrupt comes after this, not within: half of a cluster would stay behind. Ray starts a private one in about
    3 s and ends it in 1.5 s."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt


def _reach(address: str) -> None:
    """InputError where nobody listens, which Ray itself finds out after minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH).close()
    except OSError as reason:
        raise _nobody(address, reason.strerror or str(reason)) from None


def _nobody(address: str, why: str) -> InputError:
    cure = "look at the address and whether its token is yours too (docs/cluster.md), or leave --address out"
    return InputError.at(Place("--address"), f"no cluster at '{address}': {why.rstrip('.')}; {cure}")


def resources() -> dict[str, float]:
    """What the cluster has of each resource; CPU counts its processors."""
    import ray

    found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return found


def _settle(private: bool) -> None:
    """Settings that Ray reads from the environment when it starts; what is set there already stays."""
    for name, value in {**QUIET, **LOOPBACK, **({} if private else NAMED)}.items():
        os.environ.setdefault(name, value)
