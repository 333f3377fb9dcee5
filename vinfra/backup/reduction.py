"""What becomes of data before it is stored: blocks that lie there already are left out, and the others are compressed.

    stored = data * (1 - deduplication) / ratio
    cycles = data * hash + data * (1 - deduplication) * core / rate

Bytes read are bytes stored plus bytes removed. The rate of a compression is how much one core compresses in a second,
so a faster core compresses more; the core is the one the rates were told for. Units: bytes, cycles.
Source: facts/compression, each with its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from vinfra import facts
from vinfra.errors import suggest
from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Cycles, Fraction, Hertz


class Compression(Spec):
    """A compression (fact kind `compression`)."""

    title: str = field(..., "what it is")
    ratio: float = field(..., "bytes that become one", ge=1)
    rate: BytesPerSecond | None = field(None, "bytes that one core compresses in a second; no CPU when unsaid", gt=0)


def _known(name: str) -> str:
    known = facts.names("compression")
    if name not in known:
        why = f"no compression '{name}'{suggest(name, known)}"
        raise PydanticCustomError("compression", "{why}", {"why": why})
    return name


@dataclass(frozen=True, slots=True)
class Reduced:
    """What became of `data` bytes: `duplicate` were left out, `squeezed` were gained by compression, the rest is
    `stored`; all that took `cycles`."""

    data: float
    duplicate: float
    squeezed: float
    stored: float
    cycles: float


class Reduction(Spec):
    """Compression and deduplication of what is stored."""

    compression: Annotated[str, AfterValidator(_known)] = field(
        "optimal", "how blocks are compressed: none, dedup-friendly, optimal, high, extreme"
    )
    squeeze: float | None = field(
        None, "bytes that compression makes one of, where this data is another than usual", ge=1, le=1000
    )
    deduplication: Fraction = field("0 %", "part of the data that lies in the repository already", lt=1)
    core: Hertz = field(
        "2.6 GHz",
        "frequency of the core that the rates of compressions were told for",
        gt=0,
        source="the guide speaks of two processors with 10 cores: a Xeon E5-2660 v3, of its time, has 2.6 GHz",
        tag="assumed",
    )
    hash: Cycles = field(
        "5 cycles",
        "to hash a byte, where data is deduplicated",
        source="SHA-1 on processors that have no instructions for it, from memory",
        tag="assumed",
    )

    @property
    def ratio(self) -> float:
        """Bytes of data for each byte stored."""
        return self._compressed / (1.0 - self.deduplication)

    @property
    def cycles_per_byte(self) -> float:
        """Cycles for each byte of data."""
        rate = self._kind.rate
        squeezing = 0.0 if rate is None else self.core / rate
        hashing = self.hash if self.deduplication > 0 else 0.0
        return hashing + (1.0 - self.deduplication) * squeezing

    def reduce(self, data: float) -> Reduced:
        """So many bytes of data, and what becomes of them."""
        duplicate = data * self.deduplication
        stored = (data - duplicate) / self._compressed
        return Reduced(data, duplicate, data - duplicate - stored, stored, data * self.cycles_per_byte)

    @property
    def _kind(self) -> Compression:
        found: Compression = facts.load("compression", self.compression, Compression)
        return found

    @property
    def _compressed(self) -> float:
        return self._kind.ratio if self.squeeze is None else self.squeeze
