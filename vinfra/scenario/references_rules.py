"""Names in `rules`, `admission` and `maintenance` that must exist, and keys of a rule that do not go together.

Each is checked on what was written, by the same rules as those of the rest of the file (references.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vinfra.document import Document, Key

NAMES = {"apart": "VM", "together": "VM", "vms": "VM", "hosts": "host", "avoid": "host"}
FORMS = ({"apart"}, {"together"}, {"vms", "hosts"}, {"vms", "avoid"})


def named(document: Document) -> Iterator[tuple[Key, str, str]]:
    """(path, kind, name) of every one: kind is `host` or `VM`."""
    for name, rule in mappings(document.data.get("rules")):
        for key, kind in NAMES.items():
            yield from _listed(("rules", name, key), kind, rule.get(key))
    for name, window in mappings(document.data.get("maintenance")):
        hosts = window.get("hosts")
        if isinstance(hosts, str):
            yield ("maintenance", name, "hosts"), "host", hosts
        yield from _listed(("maintenance", name, "hosts"), "host", hosts)
    admission = document.data.get("admission")
    if isinstance(admission, dict):
        yield from _listed(("admission", "hosts"), "host", admission.get("hosts"))


def misshapen(document: Document) -> Iterator[tuple[Key, str]]:
    """(path, what is wrong and the cure) of every rule whose keys do not go together."""
    for name, rule in mappings(document.data.get("rules")):
        said = {key for key in NAMES if rule.get(key) is not None}
        if said not in FORMS:
            yield ("rules", name), _cure(said)
    admission = document.data.get("admission")
    if isinstance(admission, dict) and admission.get("policy") == "failover-hosts" and not admission.get("hosts"):
        yield ("admission",), "keeps no host empty: add `hosts`"


def _cure(said: set[str]) -> str:
    if said == {"vms"}:
        return "does not say on which hosts: add `hosts` or `avoid`"
    if said in ({"hosts"}, {"avoid"}):
        return "does not say which VMs: add `vms`"
    if not said:
        return "says nothing: write `apart`, `together`, or `vms` with `hosts` or `avoid`"
    return f"says {' and '.join(sorted(said))}: write a rule for each of them"


def mappings(section: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of a section that are mappings; the schema complains of the others."""
    for name, entry in section.items() if isinstance(section, dict) else ():
        if isinstance(entry, dict):
            yield str(name), entry


def _listed(path: Key, kind: str, names: Any) -> Iterator[tuple[Key, str, str]]:
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str):
            yield (*path, index), kind, name
