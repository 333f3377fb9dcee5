"""A small estate that is backed up, as a scenario to change, and what came of its nights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.metrics.metric import Record
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.overrides import Override, apply
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

HOUR, DAY = 3600.0, 86400.0
GIB = 2.0**30
ESTATE = """
scenario: nights
question: What comes of these nights?
start: 2007-10-01T12:00            # a Monday
duration: 68 h
epoch: 1 h
topology:
  san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, backup1, array1]}
  lan: {kind: ethernet, speed: 1 Gbit/s, joins: [esx, backup1, vault, far]}
datastores:
  vmfs1: {array: array1, lun: 10, size: 600 GiB, disks: 8 x fc-15k, raid: raid5}
  vmfs2: {array: array1, lun: 11, size: 600 GiB, disks: 8 x fc-15k, raid: raid5}
hosts:
  esx:     {count: 2, server: hp-dl380-g5, hypervisor: esx-4.0}
  backup1: {server: hp-dl360-g5}
  vault:   {server: hp-dl320s}
  far:     {server: hp-dl320s}
vms:
  one: {count: 4, hosts: [esx], demand: 10 %, datastore: vmfs1, disk: 20 GiB, changes: 5 %/day}
  two: {count: 4, hosts: [esx], demand: 10 %, datastore: vmfs2, disk: 20 GiB, changes: 5 %/day}
backup:
  proxy: {host: backup1, streams: 4}
  transport: san
  repository: {host: vault, disks: 12 x sata-7k2, raid: raid6, size: 2 TiB}
  jobs:
    nightly: {vms: [one, two], kind: image, method: forever-incremental}
  schedule: {nightly: daily at 22h, window: 8 h}
"""


def estate(**changes: Any) -> Simulation:
    """The estate with values changed by path (`__` for the dots), before its first second."""
    document = parse(ESTATE, "nights.yaml")
    for path, value in changes.items():
        place = {(): document.places[()]}
        document = apply(document, Override(path.replace("__", "."), value, place))
    return Simulation(build(resolve(document), None), Streams(1))


def nights(**changes: Any) -> tuple[Simulation, Record]:
    """The estate after its nights, audited."""
    simulation = estate(**changes)
    simulation.run()
    record = simulation.record()
    audit(simulation, record)
    return simulation, record


def conditions(simulation: Simulation) -> list[str]:
    """How every backup ended, the last attempt of each, in order."""
    assert simulation.protected is not None
    return [result.condition for result in simulation.protected.tally.results()]


def states(simulation: Simulation, entity: str) -> list[str]:
    """The states an entity was in, in order."""
    found: Iterable[Any] = simulation.intervals()
    return [interval.state for interval in found if interval.entity == entity]
