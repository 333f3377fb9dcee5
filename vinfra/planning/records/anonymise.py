"""An inventory without names, for somebody else to look at: sizes, use, operating systems and models stay.

Every name is replaced, by the same one wherever it stands; snapshot names, paths of files and licence keys go. What a
record says in words (remarks, notes, blockers) may quote a name: of an RVTools export all sentences are vinfra's own
and hold none; those of other readers go, or stay without the words that are names, and without addresses. Names that
are plain words (`windows`, `oracle`) are left in operating systems and models, where they say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from vinfra.planning.inventory import Disk, Host, Inventory, Machine, Missing, Orphan, Sheet, Snapshot
from vinfra.planning.records import pseudonyms
from vinfra.planning.records.pseudonyms import Names, Pseudonyms

SOURCE = "inventory without names"
HIDDEN = "(name)"
SHORTEST = 3  # characters of a name that is looked for in sentences
LONGEST = 24  # words of a name, and what is between them, that are looked for as a whole
PARTS = re.compile(r"(\W+|_)")
EDGES = " .,;:()[]{}'\"/\\-_"
LABEL = re.compile(r"(?:Hard )?[Dd]isk \d{1,3}|(?:scsi|virtio|sata|ide|nvme|rootfs|mp|vd|sd|hd)[a-z]?\d{0,3}")
SUFFIXES = frozenset({".vmdk", ".vmx", ".iso", ".qcow2", ".raw", ".img", ".vhd", ".vhdx", ".log", ".vswp", ".vmsn"})
OWN_SENTENCES = frozenset({"rvtools", "vinfra"})
ADDRESS = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b"  # IPv4
    r"|\b(?:[0-9A-Fa-f]{1,4}:){2,}[0-9A-Fa-f:.]*"  # IPv6, MAC
    r"|\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"  # UUID
    r"|\b[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}\b"  # licence key
    r"|\b\w+://\S+|\S+@\S+|(?<!\w)(?:/[\w.-]+){2,}|\b[A-Za-z]:\\\S+"  # links, mail, paths
)
Hide = Callable[[str], str]


def anonymised(inventory: Inventory) -> tuple[Inventory, Mapping[str, Names]]:
    """The inventory without names, and for each kind of thing the new name of every old one (to be kept at home)."""
    names = pseudonyms.given(inventory)
    words = _hider(_tokens(inventory, names), spare_words=True)
    own = inventory.form in OWN_SENTENCES
    sentences = words if own else _hider(_tokens(inventory, names), spare_words=False)
    machines = [_machine(inventory.machines[at], names, words, str if own else sentences) for at in names.machine_order]
    stores = [inventory.datastores[at] for at in names.datastore_order]
    without = Inventory(
        source=SOURCE,
        form=inventory.form,
        taken=inventory.taken,
        machines=tuple(machines),
        hosts=tuple(_hosts(inventory, names, words)),
        datastores=tuple(
            replace(
                store,
                name=names.datastores[store.name],
                kind=words(store.kind),
                hosts=tuple(sorted(names.hosts[host] for host in store.hosts)),
            )
            for store in stores
        ),
        snapshots=tuple(_snapshots(inventory.snapshots, names)),
        orphans=tuple(_orphans(inventory.orphans, names, sentences)),
        sheets=tuple(_sheets(inventory.sheets, own)),
        missing=tuple(Missing(_plain(one.what, own, sentences), one.without) for one in inventory.missing),
        notes=_notes(inventory.notes, own, words),
    )
    return without, names.kinds()


def _machine(machine: Machine, names: Pseudonyms, words: Hide, sentences: Hide) -> Machine:
    return replace(
        machine,
        name=names.machines[machine.name],
        host=names.hosts[machine.host] if machine.host is not None else None,
        cluster=names.clusters[machine.cluster] if machine.cluster is not None else None,
        datacenter=names.datacenters[machine.datacenter] if machine.datacenter is not None else None,
        rack=names.racks[machine.rack] if machine.rack is not None else None,
        role=names.roles[machine.role] if machine.role else "",
        os=words(machine.os),
        hardware=words(machine.hardware),
        blockers=tuple(sentences(why) for why in machine.blockers),
        chores=tuple(sentences(what) for what in machine.chores),
        disks=tuple(_disk(disk, place, names) for place, disk in enumerate(machine.disks, 1)),
    )


def _disk(disk: Disk, place: int, names: Pseudonyms) -> Disk:
    return replace(
        disk,
        label=disk.label if LABEL.fullmatch(disk.label) else f"disk {place}",
        datastore=names.datastores[disk.datastore] if disk.datastore else disk.datastore,
    )


def _hosts(inventory: Inventory, names: Pseudonyms, words: Hide) -> Iterator[Host]:
    for at in names.host_order:
        host = inventory.hosts[at]
        yield replace(
            host,
            name=names.hosts[host.name],
            cluster=names.clusters[host.cluster] if host.cluster is not None else None,
            datacenter=names.datacenters[host.datacenter] if host.datacenter is not None else None,
            rack=names.racks[host.rack] if host.rack is not None else None,
            vendor=words(host.vendor),
            model=words(host.model),
            processor=words(host.processor),
            version=words(host.version),
            licence=ADDRESS.sub("", words(host.licence)).strip(),
        )


def _snapshots(snapshots: Iterable[Snapshot], names: Pseudonyms) -> Iterator[Snapshot]:
    known = [one for one in snapshots if one.machine in names.machines]
    order = sorted(known, key=lambda one: (names.machines[one.machine], str(one.taken), one.size or 0.0))
    for number, one in enumerate(order, 1):
        yield replace(one, machine=names.machines[one.machine], name=f"snapshot-{number}")


def _orphans(orphans: Sequence[Orphan], names: Pseudonyms, sentences: Hide) -> Iterator[Orphan]:
    for number, one in enumerate(sorted(orphans, key=lambda one: -(one.size or 0.0)), 1):
        begins = re.match(r"\[([^\]]+)\]", one.path)
        store = names.datastores.get(begins[1]) if begins else None
        suffix = PurePosixPath(one.path).suffix.lower()
        file = f"file-{number:04}{suffix if suffix in SUFFIXES else ''}"
        yield Orphan(f"[{store}] {file}" if store else file, one.size, sentences(one.why))


def _sheets(sheets: Sequence[Sheet], own: bool) -> Iterator[Sheet]:
    """Counts stay; sentences and names of tables only where they are vinfra's own."""
    for number, sheet in enumerate(sheets, 1):
        left = ("remarks are left out, since they may quote names",) if sheet.remarks else ()
        yield sheet if own else replace(sheet, name=f"table-{number}", remarks=left)


def _notes(notes: Sequence[str], own: bool, words: Hide) -> tuple[str, ...]:
    if own:
        return tuple(ADDRESS.sub(HIDDEN, words(note)) if note.startswith("licence ") else words(note) for note in notes)
    return ("notes of the record are left out, since they may quote names",) if notes else ()


def _plain(text: str, own: bool, sentences: Hide) -> str:
    return text if own else sentences(text)


def _tokens(inventory: Inventory, names: Pseudonyms) -> set[str]:
    """Everything that is a name, in small letters, and the short forms of hosts."""
    found = {name for kind in names.kinds().values() for name in kind}
    found |= {host.partition(".")[0] for host in names.hosts} | {host.partition(".")[2] for host in names.hosts}
    found |= {snapshot.name for snapshot in inventory.snapshots}
    for orphan in inventory.orphans:
        found |= {orphan.path, *re.split(r"[\[\]/\\]+\s*", orphan.path)}
    found |= {inventory.source, *re.split(r"[/\\]", inventory.source)}
    return {name.strip(EDGES).lower() for name in found if len(name.strip(EDGES)) >= SHORTEST}


def _hider(tokens: set[str], spare_words: bool) -> Hide:
    """Takes names out of a text; `spare_words` leaves those that are plain words, letters alone.

    Every run of words, with what is between them, is looked up, the longest first: one pass, however many names.
    """
    sought = {token for token in tokens if not (spare_words and token.isalpha())}
    longest = min(LONGEST, max((len(PARTS.split(token)) for token in sought), default=0))

    def hide(text: str) -> str:
        parts = PARTS.split(text)  # words at even places, what is between them at odd ones
        at, kept = 0, list[str]()
        while at < len(parts):
            for length in range(min(longest, len(parts) - at), 0, -1):
                if "".join(parts[at : at + length]).lower() in sought:
                    kept.append(HIDDEN)
                    at += length
                    break
            else:
                kept.append(parts[at])
                at += 1
        return "".join(kept)

    known: dict[str, str] = {}

    def remembered(text: str) -> str:
        if text not in known:
            hidden = hide(text)
            known[text] = hidden if spare_words else ADDRESS.sub(HIDDEN, hidden)
        return known[text]

    return remembered
