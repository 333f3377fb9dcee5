"""A hypervisor product: which techniques it has, and which it takes for a processor and a guest.

Source: facts/products. The first technique in its order of preference that does not refuse is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vinfra.errors import Refused
from vinfra.hardware.processor import Feature, Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import Spec, field


class Product(Spec):
    """One release of a hypervisor (fact kind `products`); bare hardware is one too."""

    title: str = field(..., "what it is called")
    vendor: str | None = field(None, "who makes it")
    released: str | None = field(None, "year and month")
    techniques: list[str] = field(..., "techniques it has, in order of preference", min_length=1)
    needs: dict[str, list[Feature]] = field({}, "features it wants for a technique, beyond the technique's own")
    settings: dict[str, dict[str, Any]] = field({}, "parameters of a technique as this release has it")
    io_path: str = field("native", "way of disk requests and packets of a guest without drivers made for it")
    drivers_io_path: str | None = field(None, "the same of a guest with drivers made for it")

    def __str__(self) -> str:
        return self.title


def choose(product: Product, processor: Processor, guest: Guest, wanted: str | None = None) -> Technique:
    """The technique `product` runs `guest` with, or the `wanted` one; Refused with every reason when there is none."""
    if wanted is not None and wanted not in product.techniques:
        known = "" if wanted in techniques else f" ({techniques.unknown(wanted)})"
        raise Refused(f"{product} has {', '.join(product.techniques)} and not {wanted}{known}")
    reasons: dict[str, str] = {}
    for name in product.techniques if wanted is None else [wanted]:
        technique = techniques[name].model_validate(product.settings.get(name, {}))
        reason = _lacks(product.needs, name, processor, product) or technique.refuses(processor, guest)
        if reason is None:
            return technique
        reasons[name] = reason
    raise Refused(f"{product} cannot run this guest: " + "; ".join(reasons.values()))


def path(product: Product, drivers: bool) -> IoPath:
    """The way of a guest's disk requests and packets, with or without drivers made for the product; Refused when it has
    none of the kind."""
    if drivers and product.drivers_io_path is None:
        raise Refused(f"{product} has no drivers for guests")
    return io_paths[product.drivers_io_path if drivers and product.drivers_io_path else product.io_path]()


def _lacks(needs: Mapping[str, list[Feature]], name: str, processor: Processor, product: Product) -> str | None:
    missing = [feature for feature in needs.get(name, []) if not processor.has(feature)]
    return f"its {name} wants {', '.join(missing)}, and {processor} has none" if missing else None
