"""Nested paging: hardware exits, and a processor that walks the guest's and the host's page table in one walk.

A walk of n guest and m host levels reads n*m + n + m entries instead of n (24 instead of 4), less what page-walk caches
answer; page faults, page-table updates and address-space switches need no exit. Whatever needs one costs the round
trip R of the processor and the hypervisor's part:

    c(event) = exits * (R + dispatch) + registers * (R + emulation) - native cycles of the instruction it replaces

Exits on the first touch of a host page (violations) pass, and are left out. Unit: cycles.
Source: Bhargava et al., ASPLOS 2008 (n*m + n + m); R: facts/processors; dispatch, emulation: the fields below.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import LEVELS, Guest
from vinfra.hypervisors.measured import cycles, references
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import field
from vinfra.units import Cycles, Fraction

REPLACED = ("mmio", "port-io", "tpr-write")  # instructions the hypervisor runs in the guest's place


def reads(guest_levels: int, host_levels: int) -> int:
    """Page-table entries a walk reads that goes through both tables."""
    return guest_levels * host_levels + guest_levels + host_levels


@techniques.register("nested-paging")
class NestedPaging(Technique):
    """Hardware exits with nested page tables (EPT, NPT)."""

    source: ClassVar[str] = "Bhargava et al., ASPLOS 2008; Agesen et al., USENIX ATC 2012; Landau et al., WIOV 2011"

    page_walk_read: Cycles = field(
        "20 cycles",
        "one read of a page-table entry that no page-walk cache answers",
        source="between a hit in the second-level cache (about 12) and one in the third (about 40)",
        tag="assumed",
    )
    cached: Fraction = field(
        "75 %",
        "share of the additional reads that page-walk caches and nested TLB answer",
        source="of 20 additional reads, five of nested leaf and next-to-leaf entries miss in large working sets",
        tag="assumed",
    )
    dispatch: Cycles = field(
        "991 cycles",
        "hypervisor code of an exit: save registers, find the cause, resume",
        source="2000 cycles of one exit on Xeon X5570 (Landau et al., SplitX, WIOV 2011) less its round trip of 1009",
        tag="derived",
    )
    exits: dict[GuestEvent, int] = field(
        {"halt": 1, "interrupt": 1, "ipi": 1, "timer-tick": 1},
        "plain exits of one event",
        source="arrival of an interrupt, at the receiver of an IPI too; a halt",
        tag="assumed",
    )
    registers: dict[GuestEvent, int] = field(
        {"disk-io": 1, "interrupt": 1, "ipi": 2, "mmio": 1, "packet": 1, "port-io": 1, "timer-tick": 1, "tpr-write": 1},
        "device registers the hypervisor emulates for one event",
        source="a request rings one doorbell; an interrupt ends with one write, an IPI is sent with another",
        tag="assumed",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Processors without nested page tables, or whose exits nobody measured."""
        if not processor.has("nested-paging"):
            return f"{processor} has no nested page tables"
        if processor.exit_round_trip is None or processor.monitor_ratio is None:
            return f"what nested paging costs on {processor} is not known: nobody measured its exits"
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native; 0 for what needs no exit."""
        if event == "tlb-miss":
            return self._longer_walk(guest)
        if event == "tpr-write" and (guest.bits == 64 or processor.has("flexpriority")):
            return 0.0  # CR8, and the register FlexPriority shadows, are the guest's own
        round_trip = processor.exit_round_trip or 0.0
        exits, registers = self.exits.get(event, 0), self.registers.get(event, 0)
        work = exits * (round_trip + self.dispatch) + registers * (round_trip + self._emulation(processor))
        return work - (cycles(event, "native", processor) or 0.0) if event in REPLACED else work

    def _longer_walk(self, guest: Guest) -> float:
        host_levels = LEVELS[64] - guest.levels_left_out
        return (reads(guest.levels, host_levels) - guest.levels) * (1 - self.cached) * self.page_walk_read

    def _emulation(self, processor: Processor) -> float:
        """Cycles of emulating a register: `in` under hardware exits where it was measured, less the round trip."""
        reference = references()[0]
        beyond = reference.measured["hardware"]["port-io"] - (reference.exit_round_trip or 0.0)
        return beyond * (processor.monitor_ratio or 0.0) / (reference.monitor_ratio or 1.0)
