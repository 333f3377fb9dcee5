"""A job: which machines are backed up together, what is taken of them, by which method, and on which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vinfra.backup.estate import Machine
from vinfra.backup.kind import Kind
from vinfra.backup.method import Method


@dataclass(frozen=True, slots=True)
class Job:
    """`tank` says whether images lie on disks of the proxy before they go to the repository."""

    name: str
    machines: Sequence[Machine]
    kind: Kind
    method: Method
    tank: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """When a job may work, and how much goes on at once: seconds and counts; None where nothing limits."""

    window: float
    concurrency: int | None
    per_host: int | None
    per_datastore: int
    retries: int
    retry_wait: float
    cut: bool
