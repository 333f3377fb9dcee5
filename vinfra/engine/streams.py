"""Random numbers that belong to their entity: one stream for each (seed, purpose, entity name).

Adding a VM never changes another VM's draws. For arrays of entities one number each is drawn in one numpy pass:
SplitMix64 of (key of the entity + counter), integer arithmetic only, so that every machine draws the same. Source:
Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
LEVELS = 12  # bits of a draw that choose a level of the normal table
CHUNK = 1 << 14  # entities hashed at a time, so that no million texts are there at once
GRAIN = 2.0**-30  # what the values of the normal table are rounded to


class Streams:
    """All random streams of one replication, or of one site `within` it."""

    def __init__(self, seed: int, within: str = "") -> None:
        self.seed = seed
        self._within = f"{within}/" if within else ""

    def key(self, purpose: str, entity: str) -> int:
        """64 bits that name a stream."""
        start = self._start(purpose)
        start.update(entity.encode())
        return int.from_bytes(start.digest(), "little")

    def _start(self, purpose: str) -> hashlib.blake2b:
        return hashlib.blake2b(f"{self.seed}\0{purpose}\0{self._within}".encode(), digest_size=8)

    def generator(self, purpose: str, entity: str) -> np.random.Generator:
        """A generator of its own for one entity and purpose."""
        return np.random.Generator(np.random.Philox(key=self.key(purpose, entity)))

    def keys(self, purpose: str, entities: Sequence[str]) -> Keys:
        """The keys of many entities, shape (entities,), for `bits`."""
        start = self._start(purpose)
        found = np.empty(len(entities), dtype="<u8")
        every = iter(entities)
        for first in range(0, len(found), CHUNK):
            # The texts are hashed one by one, and what they have in common once.
            digests = []
            for entity in itertools.islice(every, CHUNK):
                one = start.copy()
                one.update(entity.encode())
                digests.append(one.digest())
            found[first : first + CHUNK] = np.frombuffer(b"".join(digests), dtype="<u8")
        return found.astype(np.uint64, copy=False)


def bits(keys: Keys, counter: int) -> Keys:
    """64 random bits for each key, shape (keys,); `counter` says which draw, and any order of counters is fine."""
    with np.errstate(over="ignore"):
        mixed = keys + GOLDEN * np.uint64(counter + 1)
        moved = mixed >> np.uint64(30)
        mixed ^= moved
        mixed *= MIX_1
        mixed ^= np.right_shift(mixed, np.uint64(27), out=moved)
        mixed *= MIX_2
        mixed ^= np.right_shift(mixed, np.uint64(31), out=moved)
        return mixed


def uniform(keys: Keys, counter: int) -> NDArray[np.float64]:
    """A number in [0, 1) for each key, shape (keys,)."""
    return (bits(keys, counter) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(keys: Keys, counter: int) -> NDArray[np.float64]:
    """A standard normal number for each key, shape (keys,), from a table of 4,096 levels (no SIMD function, no
    machine)."""
    return _normal_table()[(bits(keys, counter) >> np.uint64(64 - LEVELS)).astype(np.int64)]


@functools.cache
def _normal_table() -> NDArray[np.float64]:
    """The middles of the levels, scaled to a variance of 1; rounded, as the last bits of a logarithm are each machine's
    own."""
    count = 1 << LEVELS
    middle = [NormalDist().inv_cdf((level + 0.5) / count) for level in range(count)]
    deviation = math.sqrt(math.fsum(value * value for value in middle) / count)
    return np.array([round(value / deviation / GRAIN) * GRAIN for value in middle])
