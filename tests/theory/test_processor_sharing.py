"""Queueing theory knows what fluid sharing must give: M/G/1 processor sharing, for any distribution of work."""

from __future__ import annotations

from typing import Any

import pytest

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.sharing import Sharing
from vinfra.engine.streams import Streams


@pytest.mark.slow
@pytest.mark.parametrize("work", ["exponential", "constant", "two-point"])
@pytest.mark.parametrize("load", [0.5, 0.8])
def test_mean_sojourn_time_is_that_of_mg1_ps(work: str, load: float) -> None:
    """E[T] = E[S] / (1 - rho), insensitive to the distribution (Kleinrock, Queueing Systems 2, section 4.4)."""
    clock = Clock()
    sharing, server = Sharing(clock), Resource("server", 1.0)
    generator = Streams(7).generator("arrivals", f"{work} {load}")
    jobs = 60_000
    arrivals = generator.exponential(1 / load, jobs).cumsum()
    sizes = {
        "exponential": generator.exponential(1.0, jobs),
        "constant": generator.uniform(1.0, 1.0, jobs),
        "two-point": generator.choice([0.5, 3.0], jobs, p=[0.8, 0.2]),
    }[work]
    total = [0.0]

    def job(name: str, arrival: float, size: float) -> Any:
        yield clock.timeout(arrival)
        yield sharing.start(name, size, {server: 1.0})
        total[0] += clock.now - arrival

    for number, (arrival, size) in enumerate(zip(arrivals, sizes, strict=True)):
        clock.process(job(f"{number:05}", float(arrival), float(size)), source=f"{number:05}")
    clock.run()
    assert total[0] / jobs == pytest.approx(float(sizes.mean()) / (1 - load), rel=0.05)
    assert server.carried(clock.now) == pytest.approx(float(sizes.sum()), rel=1e-9)
