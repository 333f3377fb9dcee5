"""Which targets a plan is made for: those that are named, else those of its day and one's own; and what those are.

One's own target is one that exists with some of its values in place of others. Source: facts/targets, the assumptions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from vinfra import facts
from vinfra.errors import InputError, Place, suggest
from vinfra.hypervisors.edition import edition
from vinfra.planning.assumptions import Assumptions, Own
from vinfra.planning.target import Target, current


def chosen(assumptions: Assumptions, day: date) -> dict[str, Target]:
    """The targets by name, in the order they are named in; InputError where there are none."""
    names = assumptions.targets or [*current(day), *assumptions.own]
    if not names:
        cure = "name some with --target (vinfra list targets), or another costs.date"
        raise InputError.at(Place("vinfra plan"), f"no target is of {day.isoformat()}: {cure}")
    return {name: target(name, assumptions.own) for name in names}


def target(name: str, own: Mapping[str, Own]) -> Target:
    """A target that exists, or one's own; KeyError for neither."""
    if name not in own:
        found: Target = facts.load("targets", name, Target)
        return found
    said = own[name].model_dump(exclude_none=True)
    like: Target = facts.load("targets", said.pop("like"), Target)
    said.setdefault("title", name)
    said["fixed"] = "edition" in said  # who names one means that one
    return like.model_copy(update=said)


def mistakes(assumptions: Assumptions) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a name of a target, or one in a target of one's own, is wrong, and what is wrong with it."""
    known = (*facts.names("targets"), *assumptions.own)
    for index, name in enumerate(assumptions.targets):
        if name not in known:
            yield ("targets", index), f"no target '{name}'{suggest(name, known) or ' (vinfra list targets)'}"
    if len(set(assumptions.targets)) < len(assumptions.targets):
        yield ("targets",), "names a target twice"
    for name, one in sorted(assumptions.own.items()):
        yield from ((("own", name, *path), what) for path, what in _of_own(name, one, assumptions))


def _of_own(name: str, one: Own, assumptions: Assumptions) -> Iterator[tuple[tuple[str, ...], str]]:
    if name in facts.names("targets"):
        yield (), "is the name of a target that exists: choose another"
    if one.like not in facts.names("targets"):
        yield ("like",), f"no target '{one.like}'{suggest(one.like, facts.names('targets'))}"
        return
    if one.server is not None and one.server not in facts.names("servers"):
        yield ("server",), f"no server '{one.server}'{suggest(one.server, facts.names('servers'))}"
    if one.server is not None and assumptions.hosts.server is not None:
        yield ("server",), "and hosts.server, which is that of all targets, cannot both be said: leave one out"
    if one.memory is not None and assumptions.hosts.memory is not None:
        yield ("memory",), "and hosts.memory, which is that of all targets, cannot both be said: leave one out"
    if one.edition is not None:
        product = facts.load("targets", one.like, Target).hypervisor
        sold = [name for name in facts.names("editions") if product in edition(name).terms.products]
        if one.edition not in sold:
            yield ("edition",), f"no edition '{one.edition}' of {product}{suggest(one.edition, sold)}"
