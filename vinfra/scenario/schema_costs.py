"""Running costs in the language: what electricity costs, what cooling takes, and how prices are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vinfra.hypervisors.product import ProductFeature
from vinfra.scenario.keys import Kebab
from vinfra.spec import Day, Spec, field

Money = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Costs(Spec):
    """What is paid beside the hosts themselves; licences are those of the hosts' `edition` and `guest_edition`."""

    currency: Money = field("USD", "the currency costs are told in, as in EUR")
    rates: dict[Money, Annotated[float, Field(gt=0)]] = field(
        {}, "what one of another currency is worth in it, for prices that are in another"
    )
    electricity: float = field(
        0.10,
        "price of one kWh, in the currency of the costs",
        ge=0,
        source="US commercial customers paid 9.65 cents in 2007 (EIA, Electric Power Annual), from memory, rounded",
        tag="assumed",
    )
    pue: float = field(
        1.56,
        "energy of the whole facility for each of its IT equipment: cooling, losses",
        ge=1,
        source="Uptime Institute, Global Data Center Survey 2024: mean of all sites, from memory",
        tag="assumed",
    )
    carbon: float = field(
        480.0,
        "grams of CO2 for one kWh",
        ge=0,
        source="Ember, Global Electricity Review 2024: the world in 2023, from memory",
        tag="assumed",
    )
    years: int = field(3, "years that costs are added up over", ge=1, le=30)
    date: Day | None = field(
        None, "prices of this day or before it decide what is cheapest; the newest there are when unsaid"
    )
    prices: dict[Kebab, Annotated[float, Field(ge=0)]] = field(
        {},
        "what you pay for an edition in place of its list price, in its own currency and unit (vinfra list editions)",
    )
    support: bool = field(True, "whether support is bought where an edition is sold without it too")
    uses: list[ProductFeature] = field(
        [], "what is used beside all that the scenario shows, and must be in the edition too"
    )
