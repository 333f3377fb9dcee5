"""What a kilowatt-hour costs and emits, and what a year of watts makes of it.

    kWh = watts * 8,760 h / 1000      facility = kWh * PUE      cost = facility * price      kg = facility * g / 1000

Units: watts, kWh, money in the currency of the price, kilograms. Source: arithmetic; prices are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass

from vinfra.planning.plan import Draw

HOURS_A_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Tariff:
    """`price` of a kWh, `pue` (facility by computers), `carbon` in grams for each kWh."""

    price: float
    pue: float
    carbon: float

    def draw(self, what: str, hosts: int, idle: float, mean: float, peak: float, basis: str) -> Draw:
        """A year of it."""
        kwh = mean * HOURS_A_YEAR / 1000
        facility = kwh * self.pue
        return Draw(
            what, hosts, idle, mean, peak, kwh, facility, facility * self.price, facility * self.carbon / 1000, basis
        )
