"""One simulation of two sites on two actors: two nights of backups, a copy job across the link, heartbeats.

Speed-up against one process that holds both sites, beside what two processes reach that never wait for each other (each
is told at once what the other said); and what an exchange of windows costs by itself. Wall seconds of simulating alone:
building the world and starting Ray are left out. Both sites are alike, so neither waits for a larger one.
"""

from __future__ import annotations

import multiprocessing
import statistics
import textwrap
import threading
import time
from typing import Any

from bench.backup import GROUP, GROUPS, SCENARIO
from vinfra.document import Document, parse
from vinfra.engine import windows
from vinfra.scenario.federation import Federation
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Column, Row, Spot

VMS = 2_500  # at each site
BEATS = ("10 s", "1 s")  # of the link: how often sites look at each other while copies cross
AIM = 1.6
EXCHANGES = 5_000
HEAD = """
scenario: bench
question: How fast?
start: 2026-11-02T20:00
duration: 36 h
epoch: 1 h
links:
  wan: {between: [one, two], bandwidth: 10 Gbit/s, latency: 5 ms, beat: BEAT}
sites:
"""


def site(other: str, vms: int) -> str:
    """One site, as the bench of backups has it."""
    part = vms // 250
    groups = [
        GROUP.format(n=n, count=vms // GROUPS, disk=40 + 37 * n % 211, part=1 + 13 * n % 29 / 4) for n in range(GROUPS)
    ]
    parts = {"proxies": part, "luns": 10 * part, "hosts": 10 * part, "ports": 2 * part, "disks": 60 * part}
    whole = SCENARIO.format(vms=vms, transport="san", groups="\n".join(groups), **parts)
    disks = f"disks: {60 * part} x sata-7k2, size: {vms} TiB"
    copies = f"  offsite: {{site: {other}, host: vault, {disks}, starts: daily at 6h}}\n"
    return whole[whole.index("topology:") :] + copies + f"failover: {{to: {other}, heartbeat: 1 min}}\n"


def document(vms: int, beat: str) -> Document:
    """Both sites."""
    head = HEAD.replace("BEAT", beat)
    sites = {"one": site("two", vms), "two": site("one", vms)}
    return parse(head + "".join(f"  {name}:\n{textwrap.indent(text, '    ')}" for name, text in sites.items()), "bench")


def together(given: Document) -> tuple[float, list[windows.Frames]]:
    """Wall seconds of both sites in this process, and what they told each other in each window."""
    federation, said = Federation(resolve(given), Inputs(), 1), []

    def listen(frames: windows.Frames) -> windows.Frames:
        said.append(frames)
        return frames

    began = time.perf_counter()
    federation.run(listen)
    return time.perf_counter() - began, said


def _free(name: str, given: Document, said: list[windows.Frames], ready: Any, took: Any) -> None:
    """One site, which is told at once what it would have to wait for."""
    federation, window = Federation(resolve(given), Inputs(), 1, [name]), iter(said)
    ready.wait()
    began = time.perf_counter()
    federation.run(lambda frames: {**next(window), **frames})
    took.put(time.perf_counter() - began)


def free(given: Document, said: list[windows.Frames]) -> float:
    """Wall seconds of two processes with one site each, neither of which ever waits."""
    context = multiprocessing.get_context("fork")
    ready, took = context.Barrier(2), context.Queue()
    crew = [context.Process(target=_free, args=(name, given, said, ready, took)) for name in ("one", "two")]
    for process in crew:
        process.start()
    found = [took.get(timeout=120) for _ in crew]
    for process in crew:
        process.join()
    return max(found)


def apart(given: Document) -> tuple[float, float]:
    """Wall seconds on two actors, and what one of them waited for the other."""
    from actors.connect import PRIVATE, connected
    from actors.partition import Partition

    with connected(PRIVATE, 2), Partition(2, given, Inputs()) as partition:
        point = partition.simulate(Spot(Column("bench"), Row(), 0))
        assert point.error is None, point.error
        return max(s.busy + s.waiting for s in partition.shares), min(s.waiting for s in partition.shares)


def exchange_ms() -> float:
    """Milliseconds of an exchange between two processes that have nothing to tell, the median of all."""
    from actors.channel import Channel

    ends = [Channel("127.0.0.1"), Channel("127.0.0.1")]
    addresses, names, token = [end.address for end in ends], ["one", "two"], bytes(32)
    took: list[float] = []

    def follow() -> None:
        ends[1].join(1, addresses, names, token)
        for _ in range(EXCHANGES):
            ends[1].exchange({"two": windows.Frame(1.0)})

    thread = threading.Thread(target=follow)
    thread.start()
    ends[0].join(0, addresses, names, token)
    for _ in range(EXCHANGES):
        began = time.perf_counter()
        ends[0].exchange({"one": windows.Frame(1.0)})
        took.append(time.perf_counter() - began)
    thread.join()
    for end in ends:
        end.close()
    return 1e3 * statistics.median(took)


def main() -> None:
    """Print the times and their ratios."""
    print(f"\none simulation of two sites, {VMS:,} VMs each, two nights (wall seconds of simulating)")
    for beat in BEATS:
        given = document(VMS, beat)
        alone, said = together(given)
        each = 1e3 * alone / len(said)
        print(
            f"in one process                     {alone:>7.2f} s, {len(said):,} windows of {each:.2f} ms (beat {beat})"
        )
        both = free(given, said)
        print(f"two processes that never wait      {both:>7.2f} s, {alone / both:.2f} x")
        two, waited = apart(given)
        aim = f"aim: {AIM} x where free ones reach 1.7"
        print(f"two actors                         {two:>7.2f} s, {alone / two:.2f} x ({aim})")
        print(f"of which the busier one waited     {waited:>7.2f} s")
    print(f"an exchange by itself              {exchange_ms():>7.3f} ms")
