"""Where the numbers of a plan come from: the facts that its targets name, value by value with their citation.

A target's own fact, its server and processor, its product, and the editions that are billed. What the planner says of
further sources comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from vinfra import facts
from vinfra.planning.plan import Plan, TargetPlan
from vinfra.scenario.resolved import cited
from vinfra.scenario.results import Source


def sources(plan: Plan) -> list[Source]:
    """All of them, each once; a name that no fact has (a plan made by hand) is left out."""
    named = dict.fromkeys(pair for one in plan.targets for pair in _named(plan, one))
    said = {(source.kind, source.name) for source in plan.sources}
    known = [pair for pair in named if pair not in said and pair[1] in facts.names(pair[0])]
    return list(dict.fromkeys([*plan.sources, *(source for pair in known for source in cited(*pair))]))


def _named(plan: Plan, one: TargetPlan) -> Iterator[tuple[str, str]]:
    """Kinds and names of the facts of one target."""
    server = plan.assumptions.hosts.server or one.target.server
    yield "targets", one.name
    yield "products", one.target.hypervisor
    yield "servers", server
    if server in facts.names("servers") and (processor := facts.read_one("servers", server).data.get("processor")):
        yield "processors", str(processor)
    for bill in one.bills:
        yield "editions", bill.edition
