"""Two thousand VMs that move at once over a hundred hosts: what a migration costs, and how that grows with their
number.

Every migration shares two links and two processors with forty others, so one that ends can change the rate of all.
CPU seconds, not wall: machines are shared.
"""

from __future__ import annotations

import time

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import World, build

HOSTS = 100
GROUPS = 4  # of VMs on each host, each with memory, dirtying and target of its own
SIZES = (400, 800, 2_000)
EACH = ("rounds", "events", "rates")
METHODS = ("pre-copy", "adaptive-pre-copy", "post-copy")


def world(count: int, method: str) -> World:
    """So many VMs on HOSTS hosts of 10 Gbit/s, each moving to another host."""
    vms, moves = [], []
    for number in range(HOSTS * GROUPS):
        host, group = divmod(number, GROUPS)
        target = (host + 1 + (31 * group + 17 * host) % (HOSTS - 1)) % HOSTS
        name = f"vm{number}"
        about = f"memory: {2 + 7 * number % 13} GiB, demand: 30 %, dirtying: {{rate: {5 + 11 * number % 40} MB/s}}"
        vms.append(f"  {name}: {{count: {count // HOSTS // GROUPS}, host: host-{host + 1}, {about}}}")
        moves.append(f"  {name}: {{vms: {name}, to: host-{target + 1}, start: {13 * number % 17} s, method: {method}}}")
    lines = [
        "scenario: bench",
        "question: How fast?",
        "duration: 2 h",
        "epoch: 2 h",
        "topology: {lan: {speed: 10 Gbit/s, joins: [host, spare]}}",
        "hosts:",
        f"  host: {{count: {HOSTS}, cores: 16, frequency: 2.5 GHz, memory: 1 TiB}}",
        "  spare: {cores: 1, frequency: 1 GHz, memory: 1 GiB}",
        "vms:",
        *vms,
        "migrations:",
        *moves,
    ]
    return build(resolve(parse("\n".join(lines) + "\n", "bench")), None)


def once(count: int, method: str) -> tuple[float, int, int, int]:
    """CPU seconds to simulate them, rounds, events, and rates that were worked out."""
    simulation = Simulation(world(count, method), Streams(1))
    started = time.process_time()
    simulation.run()
    seconds = time.process_time() - started
    record = simulation.record()
    audit(simulation, record)
    assert record.totals["migrations"] == count
    rounds = sum(journey.rounds for journey in simulation.moves.finished())
    events = sum(source.count for source in simulation.clock._sources.values())
    return seconds, rounds, events, simulation.sharing.recomputed


def main() -> None:
    """Print one line for each number and method."""
    print(f"\nmigrations over {HOSTS} hosts, all at once")
    print(f"{'method':>18} {'VMs':>6} {'s':>7} {'ms each':>8}" + "".join(f"{name:>9} each" for name in EACH))
    for method in METHODS:
        seconds: dict[int, float] = {}
        for count in SIZES:
            seconds[count], rounds, events, recomputed = once(count, method)
            each = "".join(f"{number / count:>14.1f}" for number in (rounds, events, recomputed))
            print(f"{method:>18} {count:>6,} {seconds[count]:>7.2f} {1e3 * seconds[count] / count:>8.2f}{each}")
        few, many = SIZES[0], SIZES[-1]
        growth = seconds[many] / seconds[few]
        print(f"{'':>18} growth from {few:,} to {many:,}: {growth:.1f} x for {many / few:.0f} x as many")


if __name__ == "__main__":
    main()
