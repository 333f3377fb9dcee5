"""Consolidation in the language: what stands beside the detector and its parameters."""

from __future__ import annotations

from typing import Literal

from vinfra.scenario.keys import named
from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Fraction, Seconds


class Consolidation(Spec):
    """VMs leave overloaded hosts, and hosts that do little are emptied; the detector's parameters stand beside
    these."""

    select: str = named("selections", "mmt", "which VM leaves an overloaded host")
    place: Literal["pabfd", "true-power"] = field(
        "pabfd",
        "where VMs go: power-aware best fit of the study, or the same by what hosts really draw (nothing while off), "
        "without emptying hosts that were just given a VM; they differ in a compatibility alone",
    )
    fill: Fraction = field("100 %", "load up to which hosts are filled when others are emptied", gt=0)
    every: Seconds = field("5 min", "time between passes", gt=0)
    bandwidth: BytesPerSecond = field(
        "500 Mbit/s",
        "what one migration gets of its hosts' network",
        gt=0,
        source="half of a gigabit: Beloglazov and Buyya, CCPE 24(13), 2012",
        tag="assumed",
    )
    loss: Fraction = field(
        "10 %",
        "part of its processor time that a VM loses while it moves, and takes at its target too",
        lt=1,
        source="Voorsluys et al., CloudCom 2009, as Beloglazov and Buyya use it",
        tag="measured",
    )
