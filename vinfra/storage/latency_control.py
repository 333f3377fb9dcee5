"""Latency control across hosts: each sizes its window by the latency that all of them see on average.

    w(t + 1) = (1 - gamma) w(t) + gamma (L / latency * w(t) + beta),   lowest <= w <= highest
    latency(t) = (1 - alpha) * observed + alpha * latency(t - 1)

Hosts settle where w = beta * latency / (latency - L): windows are as their betas, and these as the shares of their VMs.
Under the threshold L windows grow to `highest`, so nothing is held back. Unit: seconds, I/Os.
Source: Gulati, Ahmad, Waldspurger, PARDA: proportional allocation of resources for distributed storage access,
FAST 2009; as Storage I/O Control in vSphere 4.1 and later (threshold 30 ms).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from typing import Any

from vinfra.spec import Spec, field
from vinfra.storage.queue import LunQueue
from vinfra.units import Fraction, Seconds

PARDA = "Gulati, Ahmad, Waldspurger, PARDA, FAST 2009"
STEPS = 2000  # of the iteration to where hosts settle, at most
CLOSE = 1e-6  # I/Os by which windows still change there
Windows = Mapping[str, float]


class LatencyControl(Spec):
    """How hosts that share a LUN hold its latency near a threshold."""

    threshold: Seconds = field(
        "30 ms",
        "latency above which hosts hold back",
        source="VMware, Storage I/O Control: the congestion threshold by default; 30 ms in most experiments of PARDA",
        tag="specified",
        gt=0,
    )
    interval: Seconds = field(
        "4 s",
        "time between two looks at the latency",
        source="VMware, Storage I/O Control: windows are set every 4 s",
        tag="specified",
        gt=0,
    )
    gamma: Fraction = field(
        0.5, "part of the way that a window goes at once", source="between stable and agile", tag="assumed", gt=0
    )
    alpha: Fraction = field(
        0.5, "part of the latency that is remembered", source="between stable and agile", tag="assumed", lt=1
    )
    lowest: float = field(
        4.0, "I/Os that a window keeps at least", source="Storage I/O Control never goes below 4", tag="specified", gt=0
    )
    highest: float = field(
        32.0, "I/Os of a window at most", source="queue depth of an HBA by default (VMware KB 1267)", tag="specified"
    )

    def remembered(self, observed: float, before: float | None) -> float:
        """The latency that counts now, after one that was observed."""
        return observed if before is None else (1 - self.alpha) * observed + self.alpha * before

    def step(self, window: float, latency: float, beta: float) -> float:
        """The next window of a host."""
        if latency <= 0:
            return self.highest
        aim = self.threshold / latency * window + beta
        return min(max((1 - self.gamma) * window + self.gamma * aim, self.lowest), self.highest)

    def settle(self, betas: Windows, latency: Callable[[Windows], float]) -> dict[str, float]:
        """Windows that no longer change, by host; `latency` is the average that all hosts see with given windows.

        ValueError when they do not settle."""
        windows = dict.fromkeys(sorted(betas), self.highest)
        for _ in range(STEPS):
            seen = latency(windows)
            after = {host: self.step(window, seen, betas[host]) for host, window in windows.items()}
            if max(abs(after[host] - windows[host]) for host in windows) < CLOSE:
                return after
            windows = after
        raise ValueError(f"windows still change after {STEPS} steps")

    def run(self, queue: LunQueue, betas: Windows) -> Generator[Any, Any, None]:
        """A process that sets the windows of a LUN's hosts from now on."""
        before: float | None = None
        last = queue.latency()
        sizes = {host: float(window.size) for host, window in queue.windows.items()}
        while True:
            yield queue.clock.timeout(self.interval)
            now = queue.latency()
            done, spent = now[0] - last[0], now[1] - last[1]
            last = now
            if done <= 0:
                continue
            before = self.remembered(spent / done, before)
            for host, window in queue.windows.items():
                sizes[host] = self.step(sizes[host], before, betas[host])
                window.set(sizes[host])


def betas(shares: Mapping[str, float]) -> dict[str, float]:
    """The beta of each host from the shares of all its VMs on the LUN: as these, and 1 on average."""
    total = math.fsum(shares.values())
    return {host: len(shares) * share / total for host, share in sorted(shares.items())}
