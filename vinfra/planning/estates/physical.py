"""A machine room nobody has: servers of models that are facts, each with one application.

Watts are those of the model at its mean load, where the model's were measured. Source: facts/estates/2007.yaml.
"""

from __future__ import annotations

import numpy as np

from vinfra import facts
from vinfra.engine.streams import Streams
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server as Model
from vinfra.planning.estates.draws import Draws
from vinfra.planning.estates.era import PhysicalEra
from vinfra.planning.inventory import Inventory, Sheet
from vinfra.planning.records.physical import Server, host, machine

NOTE = "the estate is drawn (facts/estates/2007.yaml), nobody's: use it to try things"


def estate(count: int, streams: Streams) -> Inventory:
    """So many servers."""
    era: PhysicalEra = facts.load("estates", "2007", PhysicalEra)
    servers = _servers(era, count, streams)
    return Inventory(
        source="synthetic",
        form="servers-csv",
        taken=era.taken,
        machines=[machine(server, server.name) for server in servers],
        hosts=[host(server, server.name) for server in servers],
        sheets=(Sheet("synthetic", count, count, 0, count),),
        notes=(NOTE,),
    )


def _servers(era: PhysicalEra, count: int, streams: Streams) -> list[Server]:
    numbers = [f"server-{number}" for number in range(1, count + 1)]
    draws = Draws(streams, numbers)
    roles, systems = draws.words("role", era.roles), draws.words("system", era.systems)
    models = draws.words("model", era.servers)
    memory = draws.one_of("memory", era.memory, era.memory_shares)
    disk = draws.one_of("disk", era.disk, era.disk_shares)
    used = np.round(disk * draws.uniform("used", *era.used) / 1e9) * 1e9
    memory_part = np.round(100 * draws.uniform("memory used", *era.memory_used))
    mean = np.clip(100 * draws.about("cpu", era.cpu, era.cpu_spread), 0.5, 60).round(1)
    measured, retired = draws.true("measured", era.measured), draws.true("retired", era.retired)
    found = []
    for at in range(count):
        model: Model = facts.load("servers", models[at], Model)
        processor: Processor = facts.load("processors", model.processor, Processor)
        vendor, _, title = model.title.partition(" ")
        busy = float(mean[at])
        found.append(
            Server(
                name=f"{roles[at]}{at + 1:03}",
                memory=float(memory[at]),
                vendor=vendor,
                model=title.partition(",")[0],
                processor=processor.title,
                sockets=model.sockets,
                cores=model.sockets * processor.cores,
                clock=processor.frequency,
                disk=float(disk[at]),
                disk_used=float(used[at]),
                os=systems[at],
                cpu_mean=None if retired[at] else busy,
                cpu_p95=None if retired[at] else min(100.0, round(busy * era.cpu_p95, 1)),
                cpu_peak=None if retired[at] else min(100.0, round(busy * era.cpu_peak, 1)),
                memory_part=None if retired[at] else float(memory_part[at]),
                watts=None if retired[at] else _watts(model, busy, bool(measured[at])),
                rack=f"R{at // era.rack + 1}",
                role=roles[at],
                state="off" if retired[at] else "on",
            )
        )
    return found


def _watts(model: Model, busy: float, measured: bool) -> float | None:
    """Watts at a load in percent, on the line from idle to full; None where nobody measured."""
    if not measured or model.power is None:
        return None
    return float(round(model.power[0] + (model.power[-1] - model.power[0]) * busy / 100))
