"""Sense of editions: an edition belongs to the hypervisor of its hosts, a guest edition licenses guests, and a price
belongs to an edition that there is."""

from __future__ import annotations

from collections.abc import Iterator

from vinfra import facts
from vinfra.errors import Problem, suggest
from vinfra.hypervisors.edition import edition
from vinfra.scenario.load import Resolved


def costs(resolved: Resolved) -> Iterator[Problem]:
    """What cannot be meant."""
    for name, group in sorted(resolved.scenario.hosts.items()):
        if group.edition is not None and (message := _foreign(group.edition, group.hypervisor)):
            yield Problem(resolved.place("hosts", name, "edition"), f"hosts.{name}.edition", message)
        if group.guest_edition is not None and edition(group.guest_edition).terms.guests is None:
            guests = [one for one in facts.names("editions") if edition(one).terms.guests is not None]
            message = f"licenses no guests; those that do: {', '.join(guests)}"
            yield Problem(resolved.place("hosts", name, "guest_edition"), f"hosts.{name}.guest_edition", message)
    terms = resolved.scenario.costs
    for name in () if terms is None else sorted(terms.prices):
        if name not in facts.names("editions"):
            message = f"no edition '{name}'{suggest(name, facts.names('editions'))}"
            yield Problem(resolved.place("costs", "prices", name), f"costs.prices.{name}", message)


def _foreign(name: str, product: str) -> str | None:
    """Why an edition cannot be that of a product; None where it can."""
    fitting = [one for one in facts.names("editions") if product in edition(one).terms.products]
    if name in fitting or (name == "cheapest" and fitting):
        return None
    cure = f"its editions: {', '.join(fitting)}" if fitting else "no price of it is known; leave `edition` out"
    return f"does not license {product}; {cure}"
