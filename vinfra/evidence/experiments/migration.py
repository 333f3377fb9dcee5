"""Live migration: Clark et al., NSDI 2005 (Xen), and Nelson et al., USENIX 2005 (VMotion), as scenarios of one VM.

Two hosts with a 2 GHz Xeon on Gigabit Ethernet. Sizes of memory are in units of 2^20 bytes, as VMs have them.
"""

from __future__ import annotations

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.evidence.experiment import Prediction, Row, Unpredicted, experiment
from vinfra.metrics.metric import Record
from vinfra.operations.migrations.adaptive_pre_copy import AdaptivePreCopy
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

MEGABIT = 125_000.0  # bytes
MIB = 2.0**20
PAIR = """
scenario: pair
question: How does one VM move from one host to the other?
duration: {duration}
epoch: {duration}
topology:
  lan: {{speed: 1 Gbit/s, joins: [source, target]}}
hosts:
  source: {{cores: 1, frequency: 2 GHz, memory: 2 GiB}}
  target: {{cores: 1, frequency: 2 GHz, memory: 2 GiB}}
vms:
  guest: {{host: source, {guest}}}
migrations: {migrations}
"""
MOVE = "{move: {vms: guest, to: target, method: adaptive-pre-copy}}"
UNKNOWN_SET = "the writable working set of this guest was published as a curve and not as numbers"


def record(guest: str, duration: str, migrations: str = MOVE) -> Record:
    """What one VM and its migration leave behind."""
    text = PAIR.format(guest=guest, duration=duration, migrations=migrations)
    simulation = Simulation(build(resolve(parse(text, "pair")), None), Streams(1))
    simulation.run()
    return simulation.record()


@experiment("MIG.06", about="parameters of adaptive pre-copy when a scenario says nothing", fitted=("MIG.06",))
def rates(row: Row) -> dict[str, Prediction]:
    """Rates in Mbit/s."""
    method = AdaptivePreCopy()
    return {
        "min_rate": method.first_rate / MEGABIT,
        "increment": method.increment / MEGABIT,
        "max_rate": method.highest_rate / MEGABIT,
    }


@experiment(
    "MIG.05",
    about="a VM of 512 MiB that writes a region of 256 MiB without end, as fast as the network is (the description "
    "says only that it is not slower), adaptive pre-copy over Gigabit Ethernet",
    fitted=("MIG.06",),
)
def memory_dirtier(row: Row) -> dict[str, Prediction]:
    """MiB sent, by the size of the memory, and seconds of downtime."""
    found = record("memory: 512 MiB, demand: 100 %, dirtying: {rate: 1 Gbit/s, hot: 50 %, share: 100 %}", "5 min")
    sent = found.totals["migrated_bytes"] / MIB
    return {"total_MB": sent, "ratio": sent / 512, "downtime_s": float(found.samples["migration_downtime_s"][0])}


@experiment(
    "MIG.02",
    about="a VM of 800 MiB whose web server wants all of its processor, adaptive pre-copy; the throughput it has alone "
    "is given, what it has meanwhile goes with the CPU it is left. What it dirties is not published: the first round "
    "sends every page, and later rounds are not predicted",
    fitted=("MIG.06",),
)
def web_server(row: Row) -> dict[str, Prediction]:
    """Length of the first round in seconds and throughput during it in Mbit/s."""
    guest = "memory: 800 MiB, demand: 100 %"
    alone, moving = (record(guest, "1 min", move).mean("cpu_useful_hz") for move in ("{}", MOVE))
    whole = record(guest, "5 min")
    later = Unpredicted(UNKNOWN_SET)
    return {
        "first_precopy_s": float((whole.samples["migration_s"] - whole.samples["migration_downtime_s"])[0]),
        "first_precopy_tput": row.given("base_tput") * moving / alone,
        "later_iter_s": later,
        "later_tput": later,
        "downtime_ms": later,
    }


@experiment("MIG.01", about="adaptive pre-copy of a web and of a game server", fitted=("MIG.06",))
def services(row: Row) -> dict[str, Prediction]:
    """Nothing: downtime is what is left after the last round, and that is the writable working set."""
    return {key: Unpredicted(UNKNOWN_SET) for key in row.keys}


@experiment(
    "MIG.07",
    about="a VM of 512 MiB on Gigabit Ethernet whose rounds leave the 16 MiB at which pre-copy at line rate stops it, "
    "the most that is left where rounds converge",
)
def line_rate(row: Row) -> dict[str, Prediction]:
    """Seconds of downtime."""
    guest = f"memory: 512 MiB, demand: 100 %, dirtying: {{rate: 10 Gbit/s, hot: {100 * 16 / 512} %, share: 100 %}}"
    found = record(guest, "5 min", MOVE.replace("adaptive-", ""))
    return {"max": float(found.samples["migration_downtime_s"][0])}
