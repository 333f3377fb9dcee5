"""Random replacement of pages, simulated page by page, against the equation that models use."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.compute.memory.faults import Working, of_cache, of_guest, of_host, working
from vinfra.compute.memory.policy import Policy

PERIOD = Policy().sample_period
PAGES = (200, 600)  # of the working set, and idle


def simulated(there: int, back: float, touches: int = 400_000) -> float:
    """Faults per second where each page of the working set is touched once in a period, by chance, and idle pages with
    `back` touches per second in all."""
    rng = np.random.default_rng(3)
    active, idle = PAGES
    rate = active / PERIOD + back
    chosen = np.where(
        rng.random(touches) < back / rate, active + rng.integers(0, idle, touches), rng.integers(0, active, touches)
    )
    victims = rng.integers(0, there, touches)
    slots, resident, faults = list(range(there)), set(range(there)), 0
    for number, page in enumerate(chosen.tolist()):
        if page in resident:
            continue
        faults += number >= touches // 4
        slot = int(victims[number])
        resident.remove(slots[slot])
        resident.add(page)
        slots[slot] = page
    return faults / (0.75 * touches) * rate


@pytest.mark.parametrize("there", [100, 200, 300, 500, 700])
def test_random_replacement_is_as_a_simulation_of_every_page(there: int) -> None:
    back = 0.3
    work = Working(*(np.array([value]) for value in (*map(float, PAGES), back)))
    touched, _ = of_host(work, np.array([float(there)]), Policy())
    assert touched[0] == pytest.approx(simulated(there, back), rel=0.06)


def test_nothing_that_is_there_is_missed_and_all_that_is_gone_is() -> None:
    work = working(np.array([200.0]), np.array([600.0]), Policy())
    assert of_host(work, np.array([800.0]), Policy())[0] == 0.0
    assert of_host(work, np.array([0.0]), Policy())[0] == pytest.approx(200 / PERIOD + work.back[0])
    assert of_guest(work, np.array([0.0]), Policy())[0] == 0.0
    assert of_guest(work, np.array([800.0]), Policy())[0] == pytest.approx(200 / PERIOD + work.back[0])


def test_a_guest_that_chooses_misses_less_than_a_host_that_takes_at_random() -> None:
    missing = np.linspace(1.0, 799.0, 50)
    work = working(np.full(50, 200.0), np.full(50, 600.0), Policy())
    chosen, _ = of_guest(work, missing, Policy())
    random, _ = of_host(work, 800.0 - missing, Policy())
    assert (chosen <= random * (1 + 1e-9)).all()
    assert (chosen[missing < 300] < 0.5 * random[missing < 300]).all()
    assert (np.diff(chosen) >= 0).all() and (np.diff(random) >= 0).all()


def test_a_cache_of_all_that_was_taken_serves_all_that_is_missed() -> None:
    work = working(np.full(1, 200.0), np.full(1, 600.0), Policy())
    touched, lost = of_host(work, np.array([400.0]), Policy())
    assert of_cache(work, np.array([400.0]), lost, Policy())[0] == pytest.approx(touched[0])
    assert of_cache(work, lost / 2, lost, Policy())[0] < touched[0]
