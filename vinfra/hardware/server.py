"""A server model: processors, memory, and what it draws at each load.

Units: bytes, watts. Source: facts/servers (SPECpower_ssj2008 results).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from vinfra.hardware.power import POINTS
from vinfra.spec import Spec, field
from vinfra.units import Bytes, Watts


def _eleven_or_two(points: list[float]) -> list[float]:
    if len(points) not in POINTS:
        why = f"must be 11 points (idle, 10 %, ... 100 %) or 2 (idle, 100 %), got {len(points)}"
        raise PydanticCustomError("power_points", "{why}", {"why": why})
    return points


class Server(Spec):
    """One server model (fact kind `servers`)."""

    title: str = field(..., "what it is called")
    processor: str = field(..., "the processor in its sockets (fact kind `processors`)")
    sockets: int = field(..., "how many processors it has", ge=1)
    memory: Bytes | None = field(None, "memory as measured; None where the source does not say")
    power: Annotated[list[Watts], AfterValidator(_eleven_or_two)] | None = field(
        None, "watts when idle and at 10, 20, ... 100 % load; or only idle and 100 %; None where nobody measured it"
    )
