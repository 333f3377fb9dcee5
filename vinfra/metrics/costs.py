"""What an estate costs to run: licences by edition and date, energy with cooling, carbon, and all of it over years.

    cost over years = licence once + years * (licence per year + electricity per year)

Money is in the currency of the scenario's `costs` (the notes of a run name it with every price, date and source); a
year of energy is the mean draw of what was simulated over 8,760 hours. Source: facts/editions and `costs`.
"""

from __future__ import annotations

from vinfra.metrics.energy import JOULES_PER_KWH
from vinfra.metrics.metric import Record, metric

HOURS = 8760.0  # of a year of 365 days


@metric("licence_once", "", "less", "licences of hosts and guests that are paid once, in the currency of `costs`")
def licence_once(record: Record) -> float | None:
    """None where no host names an edition."""
    return record.totals.get("licence_once")


@metric("licence_per_year", "", "less", "licences, subscriptions and support of a year, in the currency of `costs`")
def licence_per_year(record: Record) -> float | None:
    """None where no host names an edition."""
    return record.totals.get("licence_per_year")


@metric(
    "licence_units", "", "less", "units that the hypervisor's licences are billed for: cores, sockets, pairs, hosts"
)
def licence_units(record: Record) -> float | None:
    """None where no host names an edition, or units differ."""
    return record.totals.get("licence_units")


@metric("energy_cost_per_year", "", "less", "electricity of a year with cooling, in the currency of `costs`")
def energy_cost_per_year(record: Record) -> float | None:
    """None where no costs are asked for, or the power of a host is not known."""
    if "cost_per_kwh" not in record.totals or "power_w" not in record.series:
        return None
    kwh = record.mean("power_w") / 1000.0 * HOURS * record.totals["cost_pue"]
    return kwh * record.totals["cost_per_kwh"]


@metric("facility_energy", "kwh", "less", "energy of all hosts with cooling and losses (PUE)")
def facility_energy(record: Record) -> float | None:
    """Of the measured time; None where no costs are asked for, or the power of a host is not known."""
    if "cost_pue" not in record.totals or "power_w" not in record.series:
        return None
    return record.over_time("power_w") / JOULES_PER_KWH * record.totals["cost_pue"]


@metric("carbon", "kg", "less", "CO2 of that energy")
def carbon(record: Record) -> float | None:
    """Of the measured time; None where no costs are asked for, or the power of a host is not known."""
    energy = facility_energy.compute(record)
    return None if energy is None else energy * record.totals["cost_carbon_g_per_kwh"] / 1000.0


@metric("cost_over_years", "", "less", "licences and electricity over the years of `costs`, in its currency")
def cost_over_years(record: Record) -> float | None:
    """None where no costs are asked for, or a part of them is not known: hosts without edition, or without power."""
    electricity, totals = energy_cost_per_year.compute(record), record.totals
    if electricity is None or "licence_once" not in totals:
        return None
    return totals["licence_once"] + totals["cost_years"] * (totals["licence_per_year"] + electricity)
