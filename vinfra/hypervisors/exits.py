"""Hardware exits: what every technique shares whose guest runs until the processor leaves it for the hypervisor.

    c(event) = exits * (R + dispatch) + registers * (R + emulation) - native cycles of the instruction it replaces

R is the round trip of the processor. Unit: cycles.
Source: Adams and Agesen, ASPLOS 2006, section 6.4; Agesen et al., USENIX ATC 2012, Table 1; Landau et al., WIOV 2011.
"""

from __future__ import annotations

from vinfra.hardware.events import GuestEvent
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import above_native, carried, cycles, references
from vinfra.hypervisors.technique import Technique
from vinfra.spec import field
from vinfra.units import Cycles

# Where a guest has an interrupt controller of its own, it ends interrupts and sends them without an exit; what is
# left of
# a tick is setting the next one. An interrupt can be posted to a guest that runs.
OWN_CONTROLLER = {"interrupt": 0, "ipi": 0, "timer-tick": 1, "tpr-write": 0}
DIRECT = frozenset({"interrupt", "ipi"})
REPLACED = ("mmio", "port-io", "tpr-write")  # instructions the hypervisor runs in the guest's place


class HardwareExits(Technique):
    """A guest between entry and exit."""

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
        {"interrupt": 1, "ipi": 2, "mmio": 1, "port-io": 1, "timer-tick": 1, "tpr-write": 1},
        "device registers the hypervisor emulates for one event, beside those of the I/O path",
        source="an interrupt ends with one write, an IPI is sent with another",
        tag="assumed",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Processors without exits, or whose exits nobody measured."""
        if not (processor.has("vt-x") or processor.has("amd-v")):
            return f"{processor} has no hardware exits"
        if processor.exit_round_trip is None or processor.monitor_ratio is None:
            return f"what {self.name} costs on {processor} is not known: nobody measured its exits"
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native of what has to leave the guest; 0 for what runs as it is."""
        if event == "tpr-write" and (guest.bits == 64 or processor.has("flexpriority")):
            return 0.0  # CR8, and the register FlexPriority shadows, are the guest's own
        exits, registers = self.exits.get(event, 0), self.registers.get(event, 0)
        if event in OWN_CONTROLLER and processor.has("apic-virtualization"):
            registers = OWN_CONTROLLER[event]
        if event in DIRECT and processor.has("posted-interrupts"):
            exits = 0
        work = exits * self.plain_exit(processor) + registers * self.beyond("port-io", processor)
        if event in REPLACED:
            return work - (cycles(event, "native", processor) or 0.0)
        if event == "exception":
            return above_native(event, "hardware", processor) or 0.0  # it needs no exit, but takes a little longer
        return work if exits or registers else self.composed(event, processor, guest)

    def notice(self, processor: Processor) -> float:
        """Cycles of telling the hypervisor that there is something to do: one exit."""
        return self.plain_exit(processor)

    def plain_exit(self, processor: Processor) -> float:
        """Cycles of an exit for which the hypervisor does next to nothing."""
        return (processor.exit_round_trip or 0.0) + self.dispatch

    def beyond(self, event: str, processor: Processor) -> float:
        """Cycles of an exit and of what the hypervisor does for it, from where one was measured: there beyond its round
        trip, carried over to this processor, and on top of this processor's own round trip."""
        reference = references()[0]
        work = reference.measured["hardware"][event] - (reference.exit_round_trip or 0.0)
        if event not in REPLACED:
            work -= reference.measured["native"][event]  # the guest's own part of the event stays the guest's
        return (processor.exit_round_trip or 0.0) + carried(work, reference, processor)
