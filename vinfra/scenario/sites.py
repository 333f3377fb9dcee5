"""A scenario of several sites as one scenario for each of them, which is read, checked and built like any other.

A site's scenario holds what is written for the site and what stands beside `sites` and is said of all. VMs that can
come from another site (replicas, migrations) are there from the beginning as stand-ins, `home-group`, which do nothing:
the site must have hosts, memory and a platform for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vinfra.document import Document, Key
from vinfra.errors import InputError, Place, Problem, Refused
from vinfra.scenario.references import place
from vinfra.scenario.schema import Site

ASKED = ("sites", "links", "compare", "sweep", "design", "replications", "measure", "expect")
SHARED = ("workload", "placement", "memory", "scheduling", "power")  # may stand beside `sites`, for all of them
ELSEWHERE = "/"  # between a site and what stands there


@dataclass(frozen=True, slots=True)
class Coming:
    """VMs of a group at another site (`home`) that may come: where to, and the place of what says so, in which `key`
    names the host."""

    home: str
    group: str
    site: str
    host: Any
    datastore: Any
    said: Key
    key: str = "to"

    @property
    def name(self) -> str:
        """The group of their stand-ins."""
        return stand_in(self.home, self.group)


def stand_in(home: str, name: str) -> str:
    """What a group of another site, or a VM of it, is called here."""
    return f"{home}-{name}"


def named(document: Document) -> list[str]:
    """The sites in the order of their names; none in a scenario of one."""
    return sorted(map(str, mapping(document.data.get("sites"))))


def cut(document: Document) -> dict[str, Document]:
    """The scenario of each site; what has not the shape of one is left to the schema."""
    sites = mapping(document.data.get("sites"))
    found = {str(name): alone(document, str(name)) for name, site in sites.items() if isinstance(site, dict)}
    for coming in comings(document):
        if coming.site in found:
            found[coming.site] = _with_stand_in(found[coming.site], document, coming)
    return dict(sorted(found.items()))


def alone(document: Document, name: str) -> Document:
    """What is said of one site and of all. Migrations to elsewhere are no matter of one site."""
    site = document.data["sites"][name]
    data = {key: value for key, value in document.data.items() if key not in ASKED}
    data |= {key: value for key, value in site.items() if key in Site.model_fields}
    if isinstance(data.get("migrations"), dict):
        data["migrations"] = {key: one for key, one in data["migrations"].items() if elsewhere(one) is None}
    places = {path: at for path, at in document.places.items() if path and path[0] not in (*ASKED, *site)}
    places |= _moved(document.places, ("sites", name), ())
    return Document(data, places)


def _moved(places: Mapping[Key, Place], below: Key, to: Key) -> dict[Key, Place]:
    """The places below a path, as if that were another."""
    depth = len(below)
    return {(*to, *path[depth:]): at for path, at in places.items() if path[:depth] == below}


def comings(document: Document) -> Iterator[Coming]:
    """Every group that may come to another site: by replica, or by migration."""
    for home, site in sorted(mapping(document.data.get("sites")).items()):
        for name, one in sorted(mapping(mapping(site).get("replication")).items()):
            said: Key = ("sites", home, "replication", name)
            if isinstance(one, dict) and isinstance(one.get("to"), str):
                yield Coming(home, str(one.get("vms")), one["to"], one.get("host"), one.get("datastore"), said, "host")
        for name, one in sorted(mapping(mapping(site).get("migrations")).items()):
            there = elsewhere(one)
            if there is not None:
                said = ("sites", home, "migrations", name)
                group = group_of(mapping(mapping(site).get("vms")), str(one.get("vms")))
                yield Coming(home, group, there[0], there[1], one.get("datastore"), said)


def group_of(groups: Mapping[str, Any], name: str) -> str:
    """The group that a name means, which may be one VM of it (`web-3`)."""
    return name if name in groups else name.rpartition("-")[0] or name


def elsewhere(move: Any) -> tuple[str, str] | None:
    """The site and the host that VMs move to; None where they stay."""
    to = move.get("to") if isinstance(move, dict) else None
    site, slash, host = to.partition(ELSEWHERE) if isinstance(to, str) else ("", "", "")
    return (site, host) if slash else None


def _with_stand_in(there: Document, document: Document, coming: Coming) -> Document:
    """The site's scenario with a group for VMs that may come."""
    at: Key = ("sites", coming.home, "vms", coming.group)
    group = mapping(mapping(mapping(document.data["sites"][coming.home]).get("vms")).get(coming.group))
    if not group:
        return there  # told as a reference to nothing
    kept = {key: value for key, value in group.items() if key not in ("host", "hosts", "datastore", "transfer")}
    if coming.datastore is None:
        kept.pop("io", None)
    said = {"hosts": [coming.host], "datastore": coming.datastore}  # in turn: nobody knows which of them come
    made = kept | {key: value for key, value in said.items() if value not in (None, [None])}
    vms = {**mapping(there.data.get("vms")), coming.name: made}
    here: Key = ("vms", coming.name)
    places = {
        **there.places,
        **{path: at for path, at in _moved(document.places, at, here).items() if path[2:3] != ("io",)},
    }
    places[here] = place(document, coming.said)
    places[(*here, "hosts")] = places[(*here, "hosts", 0)] = place(document, (*coming.said, coming.key))
    places[(*here, "datastore")] = place(document, (*coming.said, "datastore"))
    places.setdefault(("vms",), places[here])
    return Document({**there.data, "vms": vms}, places)


def mapping(value: Any) -> Mapping[str, Any]:
    """It, or nothing where it is no mapping: the schema says so."""
    return value if isinstance(value, dict) else {}


@contextmanager
def told(name: str) -> Iterator[None]:
    """What goes wrong with one site is told as of the whole file, or with its name."""
    try:
        yield
    except InputError as wrong:
        raise InputError(at_site(name, problem) if name else problem for problem in wrong.problems) from None
    except Refused as reason:
        raise (Refused(f"{name}: {reason}") if name else reason) from None


def at_site(name: str, found: Problem) -> Problem:
    """A problem of a site's scenario as one of the whole file."""
    first = found.path.partition(".")[0].partition("[")[0]
    inside = first in Site.model_fields
    return Problem(found.place, f"sites.{name}.{found.path}" if inside else found.path, found.message)
