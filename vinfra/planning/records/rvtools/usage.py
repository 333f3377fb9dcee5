"""vCPU and vMemory: what each VM used when it was recorded, what is reserved for it and what it may not exceed.

Hertz and bytes: vCPU counts in MHz over all vCPUs, vMemory in MiB; -1 is no limit. `Max` of vCPU is vCPUs times the
clock of the host's cores, so it gives the clock where the host is not known. A limit of 0 would stop a VM; that is no
limit either (assumed: a column that an export tool left empty).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vinfra.planning.records.rvtools.draft import MHZ, MIB, Draft
from vinfra.planning.records.rvtools.joining import Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.rvtools.vms import count_of, readiness, size_of
from vinfra.planning.records.tables.table import Table


def cpu(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """What vCPU says of each VM."""
    quality = Quality(table)
    rows = zip(
        index.places(quality),
        table.numbers("CPUs"),
        table.numbers("Max", scale=MHZ),
        table.numbers("Overall", scale=MHZ),
        table.numbers("Reservation", scale=MHZ),
        table.numbers("Limit", scale=MHZ),
        readiness(table, "CPU ready %"),
        strict=True,
    )
    for at, cpus, most, used, reservation, limit, ready in rows:
        if at is None:
            continue
        draft, count = drafts[at], count_of(cpus)
        if draft.vcpus is None and count is not None:
            draft.vcpus = count
            quality.guess("VMs without CPUs in vInfo have those of vCPU")
        elif count is not None and count != draft.vcpus:
            quality.say("VMs have other CPUs than in vInfo, whose are taken")
        if most and most > 0 and (count or draft.vcpus):
            draft.core_hz = most / (count or draft.vcpus or 1)
        draft.cpu_used = size_of(used)
        draft.cpu_reservation = size_of(reservation) or 0.0
        draft.cpu_limit = _limit(limit, draft, quality)
        draft.ready = ready if draft.ready is None else draft.ready
    return quality


def memory(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """What vMemory says of each VM."""
    quality = Quality(table)
    rows = zip(
        index.places(quality),
        table.numbers("Size MiB", scale=MIB),
        table.numbers("Active", scale=MIB),
        table.numbers("Consumed", scale=MIB),
        table.numbers("Reservation", scale=MIB),
        table.numbers("Limit", scale=MIB),
        table.numbers("Ballooned"),
        table.numbers("Swapped"),
        strict=True,
    )
    for at, size, active, consumed, reservation, limit, ballooned, swapped in rows:
        if at is None:
            continue
        draft = drafts[at]
        if draft.memory is None and size and size > 0:
            draft.memory = size
            quality.guess("VMs without memory in vInfo have that of vMemory")
        elif size and size > 0 and size != draft.memory:
            quality.say("VMs have another size of memory than in vInfo, whose is taken")
        active = size_of(active)
        if active is not None and draft.active is not None and active != draft.active:
            quality.say("VMs have other active memory than in vInfo, a moment apart; vMemory's is taken")
        draft.active = draft.active if active is None else active
        draft.consumed = size_of(consumed)
        draft.memory_reservation = size_of(reservation) or 0.0
        draft.memory_limit = _limit(limit, draft, quality)
        if (ballooned and ballooned > 0) or (swapped and swapped > 0):
            quality.say("VMs had memory taken back by balloon or swap")
    return quality


def _limit(written: float | None, draft: Draft, quality: Quality) -> float:
    if written == 0 and draft.runs:
        quality.guess("limits of 0 on VMs that run, taken as none")
    return written if written is not None and written > 0 else math.inf
