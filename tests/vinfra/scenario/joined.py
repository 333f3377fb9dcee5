"""Two sites with something to tell each other, as a scenario to change."""

from __future__ import annotations

from typing import Any

from vinfra.document import Document, parse
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.federation import Federation, together
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.overrides import Override, apply

TWO = """
scenario: two
question: What crosses the link?
start: 2007-10-01T12:00            # a Monday
duration: 24 h
epoch: 1 h
sites:
  north:
    topology:
      san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, backup1, array1]}
      lan: {kind: ethernet, speed: 1 Gbit/s, joins: [esx, backup1, vault]}
    datastores:
      vmfs1: {array: array1, lun: 10, size: 600 GiB, disks: 8 x fc-15k, raid: raid5}
    hosts:
      esx:     {count: 2, server: hp-dl380-g5, hypervisor: esx-4.0}
      backup1: {server: hp-dl360-g5}
      vault:   {server: hp-dl320s}
    vms:
      one:   {count: 4, hosts: [esx], demand: 10 %, datastore: vmfs1, disk: 20 GiB, changes: 5 %/day}
      kiosk: {hosts: [esx], demand: 10 %, memory: 2 GiB, dirtying: {rate: 5 MB/s}, datastore: vmfs1, disk: 10 GiB}
    backup:
      proxy: {host: backup1, streams: 4}
      transport: san
      repository: {host: vault, disks: 12 x sata-7k2, raid: raid6, size: 2 TiB}
      initial: full
      jobs:
        nightly: {vms: [one], kind: image, method: forever-incremental}
      schedule: {nightly: daily at 22h, window: 8 h}
      offsite: {site: south, host: nas, disks: 8 x sata-7k2, size: 2 TiB}
    replication:
      ones: {vms: one, to: south, host: esx, datastore: vmfs1, every: 15 min, seeded: true}
    failover: {to: south, heartbeat: 1 min, misses: 5, boot: 90 s, at_once: 2}
    migrations:
      move: {method: pre-copy, vms: kiosk, to: south/esx, datastore: vmfs1, start: 2 h}
    faults:
      site-down: {at: day 2 at 1h, lasts: 4 h}
  south:
    topology:
      san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, array1]}
    datastores:
      vmfs1: {array: array1, lun: 10, size: 600 GiB, disks: 8 x fc-15k, raid: raid5}
    hosts:
      esx: {count: 2, server: hp-dl380-g5, hypervisor: esx-4.0}
      nas: {server: hp-dl320s}
    vms:
      web: {count: 3, hosts: [esx], demand: 20 %, datastore: vmfs1, disk: 10 GiB, changes: 5 %/day}
    replication:
      webs: {vms: web, to: north, host: esx, datastore: vmfs1, every: 15 min}
links:
  wan: {between: [north, south], bandwidth: 1 Gbit/s, latency: 10 ms}
"""
QUIET = {
    "sites__north__backup__offsite": "none",
    "sites__north__replication": {},
    "sites__south__replication": {},
    "sites__north__failover": "none",
    "sites__north__migrations": {},
    "sites__north__faults": {},
}


def document(text: str = TWO, **changes: Any) -> Document:
    """The scenario with values changed by path (`__` for the dots)."""
    found = parse(text, "two.yaml")
    for path, value in changes.items():
        found = apply(found, Override(path.replace("__", "."), value, {(): found.places[()]}))
    return found


def ran(seed: int = 1, **changes: Any) -> Federation:
    """The sites after their day."""
    federation = Federation(resolve(document(**changes)), Inputs(), seed)
    federation.run()
    return federation


def record(federation: Federation) -> Record:
    """What all sites left behind, audited."""
    return together(federation.outcomes())[0]


def measured(found: Record) -> dict[str, float]:
    """Every metric that says something."""
    return {name: value for name, metric in metrics().items() if (value := metric.compute(found)) is not None}


def ring(hours: int = 12, **changes: Any) -> Document:
    """Three sites that are alike and do the same at the same moments: heartbeats on the minute, replicas on the
    quarter of an hour and copies at night, each to the next site, and VMs that move both ways."""
    sites = "".join(_in_the_ring(name, there) for name, there in (("a", "b"), ("b", "c"), ("c", "a")))
    links = "".join(
        f"  {one}{other}: {{between: [{one}, {other}], bandwidth: 1 Gbit/s, latency: 10 ms}}\n"
        for one, other in ("ab", "bc", "ca")
    )
    head = f"scenario: ring\nquestion: Who is first?\nstart: 2007-10-01T20:00\nduration: {hours} h\nepoch: 1 h\n"
    return document(f"{head}sites:\n{sites}links:\n{links}", **changes)


def _in_the_ring(name: str, there: str) -> str:
    back = {"a": "c", "b": "a", "c": "b"}[name]
    return f"""\
  {name}:
    topology:
      san: {{kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, backup1, array1]}}
      lan: {{kind: ethernet, speed: 1 Gbit/s, joins: [esx, backup1, vault]}}
    datastores:
      vmfs1: {{array: array1, size: 900 GiB, disks: 8 x fc-15k, raid: raid5}}
    hosts:
      esx:     {{count: 2, server: hp-dl380-g5, hypervisor: esx-4.0}}
      backup1: {{server: hp-dl360-g5}}
      vault:   {{server: hp-dl320s}}
    vms:
      one:  {{count: 2, hosts: [esx], demand: 10 %, datastore: vmfs1, disk: 20 GiB, changes: 5 %/day}}
      move: {{hosts: [esx], demand: 10 %, memory: 2 GiB, dirtying: {{rate: 5 MB/s}}, datastore: vmfs1, disk: 10 GiB}}
    backup:
      proxy: {{host: backup1, streams: 4}}
      repository: {{host: vault, disks: 12 x sata-7k2, raid: raid6, size: 2 TiB}}
      initial: full
      jobs:
        nightly: {{vms: [one], method: forever-incremental}}
      offsite: {{site: {there}, host: vault, disks: 8 x sata-7k2, size: 2 TiB}}
    replication:
      ones: {{vms: one, to: {there}, host: esx, datastore: vmfs1, every: 15 min}}
    failover: {{to: {there}, heartbeat: 1 min, misses: 3}}
    migrations:
      move: {{method: pre-copy, vms: move, to: {back}/esx, datastore: vmfs1, start: 1 h}}
"""
