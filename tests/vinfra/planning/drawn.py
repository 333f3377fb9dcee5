"""Small estates and assumptions of every kind, for properties: machines that run, are off, are templates, fit nowhere,
have no disks, need hands."""

from __future__ import annotations

from hypothesis import strategies as st

from vinfra.planning.inventory import Disk, Host, Inventory, Machine

GIB = 2.0**30
HZ = 2.4e9
HOSTS = ("esx1", "esx2")
SYSTEMS = ("Microsoft Windows Server 2019", "Ubuntu Linux (64-bit)", "")


@st.composite
def machine(draw: st.DrawFn, name: str) -> Machine:
    """One machine; the record may say how busy it is, what its disks hold, and where it runs, or none of it."""
    vcpus = draw(st.sampled_from([1, 2, 4, 8, 24]))
    memory = draw(st.sampled_from([0.5, 1.5, 4.0, 16.0, 48.0, 300.0])) * GIB
    part = draw(st.none() | st.floats(0, 1))
    size = draw(st.none() | st.sampled_from([0.0, 1e9, 2e11, 3e12, 2e13]))
    return Machine(
        name,
        "vm",
        vcpus,
        memory,
        power=draw(st.sampled_from(["on", "on", "on", "off", "suspended"])),
        template=draw(st.sampled_from([False, False, False, True])),
        host=draw(st.sampled_from([*HOSTS, None])),
        cluster=draw(st.sampled_from(["a", "b", None])),
        os=draw(st.sampled_from(SYSTEMS)),
        core_hz=HZ,
        disks=() if size is None else (Disk("disk 1", size),),
        in_use=draw(st.sampled_from([None, size])),
        cpu_used=None if part is None else part * vcpus * HZ,
        memory_active=draw(st.sampled_from([None, memory / 4])),
        cpu_reservation=draw(st.sampled_from([0.0, 0.0, HZ])),
        blockers=draw(st.sampled_from([(), (), (), ("a USB device",)])),
    )


@st.composite
def inventories(draw: st.DrawFn, least: int = 0) -> Inventory:
    """Up to fifteen machines on two hosts, whose processors nobody knows, or on none."""
    names = [f"vm{number:02d}" for number in range(draw(st.integers(least, 15)))]
    hosts = [Host(name, 2, 8, 128 * GIB, core_hz=HZ) for name in HOSTS] if draw(st.booleans()) else []
    return Inventory("drawn", "drawn", machines=[draw(machine(name)) for name in names], hosts=hosts)


@st.composite
def changes(draw: st.DrawFn) -> list[str]:
    """What somebody may assume, as --set takes it."""
    choices = {
        "hosts.memory": ["64 GiB", "128 GiB", "512 GiB"],
        "hosts.spare": ["0", "1", "2"],
        "hosts.cluster": ["3", "32"],
        "hosts.growth": ["0 %", "25 %"],
        "hosts.overcommit": ["1", "1", "1.5"],
        "hosts.price": ["null", "9000"],
        "racks.power": ["8 kW", "1 kW", "400 W", "100 W"],
        "racks.hosts": ["1", "16"],
        "sizing.apply": ["true", "false"],
        "storage.truth": ["provisioned", "guest-used"],
        "waves.streams": ["1", "4"],
        "waves.rehearse": ["0 %", "30 %"],
        "waves.nights": ["[sat]", "[mon, tue, wed, thu]"],
    }
    return [f"{path}={draw(st.sampled_from(values))}" for path, values in choices.items()]
