"""Names in a scenario of several sites that must exist: sites, links between them, VMs that may come, hosts of another
site; and what must stand at a site, or must not.

What is wrong at one site by itself is told when that site's scenario is read (sites.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vinfra.document import Document, Key
from vinfra.errors import Problem, dotted, suggest
from vinfra.scenario.references import is_member, place
from vinfra.scenario.schema import Site
from vinfra.scenario.sites import SHARED, Coming, comings, elsewhere, mapping


def problems(document: Document) -> Iterator[Problem]:
    """Names of sites, links and what may come that are none, and what must not stand where it does."""
    sites = mapping(document.data.get("sites"))
    if not sites:
        yield from _of_one(document)
        return
    for key in sorted(set(document.data) & set(Site.model_fields) - {*SHARED}):
        yield _problem(document, (key,), f"belongs to a site: move it below `sites`, to one of {', '.join(sites)}")
    yield from _links(document, sites)
    yield from _partners(document, sites)
    yield from _hosts_there(document, sites)


def _of_one(document: Document) -> Iterator[Problem]:
    """What a scenario of one site must have, and must not."""
    for key in ("hosts", "vms"):
        if not document.data.get(key):
            empty = "must have at least 1 in it, has 0"
            yield _problem(document, (key,), empty if key in document.data else f"is missing: add `{key}`")
    for key in ("links", "replication", "failover"):
        if document.data.get(key) not in (None, {}, "none"):
            yield _problem(document, (key,), "is a matter of several sites: put what stands at each below `sites`")
    for name, move in mapping(document.data.get("migrations")).items():
        if elsewhere(move) is not None:
            yield _problem(document, ("migrations", name, "to"), "names a site, and there is but one")


def _links(document: Document, sites: Mapping[str, Any]) -> Iterator[Problem]:
    """Links between what is no site, or between a site and itself."""
    joined: dict[frozenset[str], str] = {}
    for name, link in mapping(document.data.get("links")).items():
        ends = [str(end) for end in mapping(link).get("between") or ()] if isinstance(link, dict) else []
        for index, end in enumerate(ends):
            if end not in sites:
                yield _problem(document, ("links", name, "between", index), f"no site '{end}'{suggest(end, sites)}")
        if len(ends) == 2 and ends[0] == ends[1]:
            yield _problem(document, ("links", name, "between"), f"joins {ends[0]} to itself")
        if joined.setdefault(frozenset(ends), name) != name:
            other = joined[frozenset(ends)]
            yield _problem(document, ("links", name), f"joins what {other} joins already: add its bandwidth there")


def _partners(document: Document, sites: Mapping[str, Any]) -> Iterator[Problem]:
    """Sites that are named as another one, and the links that lead there."""
    stood: dict[tuple[str, str], Coming] = {}
    for coming in comings(document):
        groups = mapping(mapping(sites.get(coming.home)).get("vms"))
        if coming.group not in groups:
            message = f"no VM '{coming.group}' at {coming.home}{suggest(coming.group, groups)}"
            yield _problem(document, (*coming.said, "vms"), message)
        elif not isinstance(mapping(groups[coming.group]).get("count", 1), int):
            message = "needs a group whose `count` is a number: who may come has its place there from the beginning"
            yield _problem(document, (*coming.said, "vms"), message)
        other = stood.setdefault((coming.site, coming.name), coming)
        if (other.host, other.datastore) != (coming.host, coming.datastore):
            message = f"sends {coming.group} to another place at {coming.site} than {dotted(other.said)} does"
            yield _problem(document, coming.said, message)
        there = mapping(mapping(sites.get(coming.site)).get("vms"))
        if other is coming and coming.group in groups and coming.name in there:
            at: Key = ("sites", coming.site, "vms", coming.name)
            yield _problem(document, at, "is what VMs of another site are called here; give it another name")
    for home, key, target in _named(document, sites):
        if target == home:
            yield _problem(document, key, f"names {home} itself")
        elif target not in sites:
            yield _problem(document, key, f"no site '{target}'{suggest(target, sites)}")
        elif not _joined(document, home, target):
            yield _problem(document, key, f"no link joins {home} and {target}: add one under `links`")


def _named(document: Document, sites: Mapping[str, Any]) -> Iterator[tuple[str, Key, str]]:
    """Every place where a site names another: (home, path, the other)."""
    for home, site in sorted(sites.items()):
        for coming in comings(document):
            if coming.home == home:
                yield home, (*coming.said, "to"), coming.site
        failover, backup = mapping(mapping(site).get("failover")), mapping(mapping(site).get("backup"))
        if isinstance(failover.get("to"), str):
            yield home, ("sites", home, "failover", "to"), failover["to"]
        if isinstance(mapping(backup.get("offsite")).get("site"), str):
            yield home, ("sites", home, "backup", "offsite", "site"), backup["offsite"]["site"]


def _hosts_there(document: Document, sites: Mapping[str, Any]) -> Iterator[Problem]:
    """Hosts for copies at another site that it does not have."""
    for home, site in sorted(sites.items()):
        offsite = mapping(mapping(mapping(site).get("backup")).get("offsite"))
        hosts = mapping(mapping(sites.get(str(offsite.get("site")))).get("hosts"))
        if hosts and isinstance(offsite.get("host"), str) and not is_member(offsite["host"], hosts):
            message = f"no host '{offsite['host']}' at {offsite['site']}{suggest(offsite['host'], hosts)}"
            yield _problem(document, ("sites", home, "backup", "offsite", "host"), message)


def _joined(document: Document, one: str, other: str) -> bool:
    links = [mapping(link).get("between") for link in mapping(document.data.get("links")).values()]
    return any(isinstance(ends, list) and {one, other} == {*map(str, ends)} for ends in links)


def _problem(document: Document, path: Key, message: str) -> Problem:
    return Problem(place(document, path), dotted(path), message)
