"""Guest events: what a guest operating system does that virtualization may make dearer, or cheaper.

A workload counts them (events per second of native CPU time); the counts are the guest's and the same everywhere. A
technique says what one of them costs (cycles above native). They are disjoint: page faults, page-table updates and
address-space switches of a fork are counted with process-create alone, those of an exec with process-exec alone. What a
fork or an exec consists of is a fact (facts/composites), for techniques that nobody measured one under.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from vinfra.errors import suggest

GUEST_EVENTS: dict[str, str] = {
    "syscall": "a system call and its return",
    "exception": "an exception other than a page fault, delivered to the guest, and the return from it",
    "page-fault": "a page fault that ends with a page in its place: fault, write to the page table, return",
    "protection-fault": "a page fault that the guest turns into a signal, and the return from it",
    "page-table-update": "a write to a page-table entry that no page fault asked for",
    "address-space-switch": "the kernel loads another page table (CR3)",
    "process-create": "a fork, with the exit and the wait that end the process",
    "process-exec": "a process replaces its program",
    "process-exit": "a process ends that was not created in the time that is looked at",
    "call-return": "a call and its return in the kernel; those of user code run as they are on any platform",
    "tlb-miss": "an address that is in no TLB, so that the page table is walked",
    "port-io": "a read or write of an I/O port",
    "mmio": "a read or write of a device register in memory",
    "tpr-write": "a write to the task priority register (CR8 in a 64-bit guest)",
    "interrupt": "an interrupt from a device, from its arrival to its end",
    "timer-tick": "an interrupt from the timer",
    "ipi": "an interrupt one vCPU sends to another",
    "halt": "a vCPU has nothing to do and waits for an interrupt",
    "disk-io": "a disk request is handed to the adapter; its completion is an interrupt",
    "packet": "a network packet is handed to the adapter or taken from it; its notice is an interrupt",
}

KINDS: dict[str, tuple[str, ...]] = {
    "page-tables": ("page-fault", "page-table-update", "protection-fault"),
    "switches": ("address-space-switch",),
    "processes": ("process-create", "process-exec", "process-exit"),
    "calls": ("call-return", "exception", "syscall"),
    "tlb": ("tlb-miss",),
    "interrupts": ("halt", "interrupt", "ipi", "timer-tick", "tpr-write"),
    "io": ("disk-io", "mmio", "packet", "port-io"),
}


def unknown(event: str) -> str:
    """The sentence that refuses a name: `no guest event 'sycall'; did you mean 'syscall'?`"""
    return f"no guest event '{event}'{suggest(event, GUEST_EVENTS)}"


def _known(event: str) -> str:
    if event not in GUEST_EVENTS:
        raise PydanticCustomError("guest_event", "{why}", {"why": unknown(event)})
    return event


GuestEvent = Annotated[str, AfterValidator(_known)]
