"""The lock that metadata of a file system is changed under, as when a delta disk takes another step.

    busy = operations per second * time each holds the lock;  an I/O that comes meanwhile waits half a hold on average

A reservation locks the whole LUN: all other hosts wait. An atomic test-and-set locks a sector: nobody else notices. A
kind of lock is one file in locks/. Units: seconds, operations per second.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.registry import Registry
from vinfra.spec import Spec


class Lock(Spec):
    """One kind of lock."""

    name: ClassVar[str]
    source: ClassVar[str]

    def busy(self, rate: float) -> float:
        """Part (0..1) of the time in which the LUN serves nobody else, at so many operations per second."""
        raise TypeError(f"{type(self).__name__} does not say what it keeps from others")

    def wait(self, rate: float) -> float:
        """Seconds that an I/O of another host waits for it, on average over all."""
        raise TypeError(f"{type(self).__name__} does not say how long others wait")

    def fails(self, rate: float) -> float:
        """Part (0..1) of the I/Os of other hosts that give up, because they met the lock at each of their tries."""
        return 0.0


locks: Registry[Lock] = Registry("lock", "vinfra.storage.locks", Lock)
"""Kinds of locks, one a file."""
