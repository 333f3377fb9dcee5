"""vNetwork, vCD, vUSB and vTools: devices that hinder a move, and guests that nobody can shut down.

DirectPath I/O of a network card works only for a VM whose memory is all reserved (vSphere API,
vmNptInsufficientMemoryReservation): without that it is a wish, and no hindrance. A card of kind SR-IOV always is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from vinfra.planning.records.rvtools.draft import Draft
from vinfra.planning.records.rvtools.joining import Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.tables.table import Table


def cards(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """Network cards that are passed through. vMemory is read before."""
    quality = Quality(table)
    rows = zip(index.places(quality), table.texts("Adapter"), table.truths("Direct Path IO"), strict=True)
    for at, adapter, direct in rows:
        if at is None:
            continue
        draft = drafts[at]
        if "sriov" in adapter.lower().replace("-", ""):
            draft.block("a network card passed through (SR-IOV)")
        elif direct and draft.memory and draft.memory_reservation >= draft.memory:
            draft.block("a network card passed through (DirectPath I/O)")
        elif direct:
            quality.say("network cards may use DirectPath I/O, but memory is not reserved, so they do not")
    return quality


def discs(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """CDs that are connected: a VM with one starts nowhere else until it is taken out."""
    quality = Quality(table)
    for at, connected in zip(index.places(quality), table.truths("Connected"), strict=True):
        if at is not None and connected:
            drafts[at].ask("a CD is connected")
    return quality


def usb(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """USB devices; a controller without one hinders nobody."""
    quality = Quality(table)
    for at, kind in zip(index.places(quality), table.texts("Device Type"), strict=True):
        if at is not None and "controller" not in kind.lower():
            drafts[at].block("a USB device")
    return quality


def tools(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """Running VMs without VMware Tools: their guests are copied as if they had crashed."""
    quality = Quality(table)
    for at, state in zip(index.places(quality), table.texts("Tools"), strict=True):
        if at is not None and drafts[at].runs and state.lower() in ("toolsnotinstalled", "toolsnotrunning"):
            quality.say("VMs run without VMware Tools, so guests cannot be quiesced")
    return quality
