"""Domains of libvirt."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.records.reader import read

GIB = 2**30
DOMAIN = """
<domain type='kvm' id='3'>
  <name>web</name>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://ubuntu.com/ubuntu/22.04"/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu placement='static' current='2'>4</vcpu>
  <cputune><period>100000</period><quota>50000</quota></cputune>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/images/web.qcow2'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <hostdev mode='subsystem' type='pci'><source/></hostdev>
  </devices>
</domain>
"""
OFF = DOMAIN.replace(" id='3'", "").replace("ubuntu.com/ubuntu/22.04", "microsoft.com/win/2k19")
LUN = OFF.replace("<name>web", "<name>db").replace("type='file' device='disk'", "type='block' device='lun'", 1)
VOLUME = """<volume type='file'><name>web.qcow2</name><key>/images/web.qcow2</key>
<capacity unit='bytes'>42949672960</capacity><allocation unit='bytes'>10737418240</allocation></volume>"""
POOL = """<pool type='dir'><name>images</name><capacity unit='bytes'>1000</capacity>
<allocation unit='bytes'>400</allocation><available unit='bytes'>600</available></pool>"""
SNAPSHOT = """<domainsnapshot><name>before</name><creationTime>1700000000</creationTime>
<domain><name>web</name></domain></domainsnapshot>"""
NODEINFO = """CPU model:           x86_64
CPU(s):              32
CPU frequency:       2100 MHz
CPU socket(s):       1
Core(s) per socket:  8
Thread(s) per core:  2
NUMA cell(s):        2
Memory size:         131923460 KiB
"""
CPUS = "".join(f"<cpu id='{n}' socket_id='{n // 8}' core_id='{n % 4}'/>" for n in range(16))
CAPABILITIES = f"""<capabilities><host><cpu><arch>x86_64</arch><model>Skylake-Server</model></cpu><topology>
<cells num='1'><cell id='0'><memory unit='KiB'>67108864</memory><cpus num='16'>{CPUS}</cpus></cell></cells>
</topology></host></capabilities>"""


def test_a_domain_is_a_machine(tmp_path: Path) -> None:
    file = tmp_path / "web.xml"
    file.write_text(DOMAIN)
    inventory = read(file)
    (machine,) = inventory.machines
    assert inventory.form == "libvirt"
    assert (machine.name, machine.vcpus, machine.memory, machine.power) == ("web", 2, 4 * GIB, "on")
    assert (machine.os, machine.family) == ("ubuntu 22.04 (ubuntu.com)", "linux")
    assert [(disk.label, disk.thin, disk.datastore) for disk in machine.disks] == [("vda", True, "/images")]
    assert machine.blockers == ("passed-through PCI",)
    assert machine.provisioned is None
    assert {missing.what.split()[0] for missing in inventory.missing} == {"hosts", "volumes", "snapshots", "use"}


def test_a_folder_for_each_host_joins_hosts_volumes_and_snapshots(tmp_path: Path) -> None:
    for host, files in {
        "kvm1": {"web.xml": DOMAIN, "vol.xml": VOLUME, "pool.xml": POOL, "s.xml": SNAPSHOT, "nodeinfo.txt": NODEINFO},
        "kvm2": {"web.xml": OFF, "capabilities.xml": CAPABILITIES},
    }.items():
        (tmp_path / host).mkdir()
        for name, content in files.items():
            (tmp_path / host / name).write_text(content)
    inventory = read(tmp_path)
    one, two = inventory.machines
    assert (one.name, one.host, one.core_hz, one.cpu_limit) == ("web", "kvm1", 2.1e9, 2.1e9)
    assert (one.provisioned, one.in_use) == (40 * GIB, 10 * GIB)
    assert (two.name, two.host, two.power, two.family) == ("web (2)", "kvm2", "off", "windows")
    first, second = inventory.hosts
    assert (first.name, first.sockets, first.cores_per_socket, first.threads) == ("kvm1", 2, 8, 32)
    assert first.memory == 131923460 * 1024
    assert (second.sockets, second.cores_per_socket, second.memory) == (2, 4, 64 * GIB)
    (store,) = inventory.datastores
    assert (store.name, store.kind, store.free, store.hosts) == ("images", "dir", 600, ("kvm1",))
    (snapshot,) = inventory.snapshots
    assert (snapshot.machine, snapshot.taken) == ("web", datetime(2023, 11, 14, 22, 13, 20))


def test_several_domains_stand_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "all.xml"
    file.write_text(f"<domains>{DOMAIN}{LUN}{VOLUME}</domains>")
    inventory = read(file)
    assert [machine.name for machine in inventory.machines] == ["web", "db"]
    assert inventory.machines[1].disks[0].raw
    assert inventory.machines[1].blockers[0] == "a raw LUN as vda"


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + DOMAIN.replace("web", "&b;", 1)
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + DOMAIN.replace("web", "&a;", 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ('<!DOCTYPE domain SYSTEM "http://example.com/x.dtd">' + DOMAIN, "document type"),
        ("<a>" * 100_000, "nested too deeply"),
        ("<domain name='" + "a" * 8_000_000 + "'/>", "a tag longer than any inventory has"),
        (DOMAIN[:200], "is no XML"),
        ("<nothing/>", "has no <domain>"),
        (DOMAIN.replace("unit='KiB'", "unit='Kib'", 1), "unit that libvirt does not know"),
        (DOMAIN.replace("4194304", "lots"), "says no size"),
        (DOMAIN.replace("current='2'", "current='0'"), "no number of CPUs"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "web.xml"
    file.write_text(text)
    with pytest.raises(InputError) as told:
        read(file, "libvirt")
    assert why in str(told.value) and len(str(told.value).splitlines()) == 1


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.xml").write_text(DOMAIN)
    (folder / "web.xml").write_text(OFF)
    (folder / "link.xml").symlink_to(outside / "secret.xml")
    (folder / "linked").symlink_to(outside)
    assert [machine.power for machine in read(folder).machines] == ["off"]


TAGS = ["memory", "vcpu", "name", "devices", "disk", "source", "cputune", "quota", "metadata", "os", "capacity", "pool"]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<&'"), max_size=6)
TREES = st.recursive(
    st.tuples(st.sampled_from(TAGS), TEXT).map(lambda pair: f"<{pair[0]} unit='{pair[1]}'>{pair[1]}</{pair[0]}>"),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=3)).map(
        lambda pair: f"<{pair[0]} current='1'>{''.join(pair[1])}</{pair[0]}>"
    ),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TREES, max_size=4).map(lambda parts: f"<domain>{''.join(parts)}</domain>".encode()) | st.binary())
def test_whatever_the_document_holds_it_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "web.xml"
    file.write_bytes(data)
    try:
        assert read(file, "libvirt").machines
    except InputError as wrong:
        assert str(wrong)
