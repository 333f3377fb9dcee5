"""An actor that simulates some sites of one point, in step with the actors that have the others.

It exchanges windows with them itself (channel.py) and hands in what its sites left behind; the driver says who has
which sites and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ray

from actors.channel import Address, Channel, Silent
from vinfra.document import Document
from vinfra.errors import Refused
from vinfra.scenario.federation import Federation, Outcome
from vinfra.scenario.identity import build
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Spot
from vinfra.scenario.simulate import said, seed_of


@dataclass(frozen=True, slots=True)
class Door:
    """Where an actor is to be found by the others, and the digest of its vinfra; or why its sites cannot be built
    (`refused`), or what went wrong when they were (`error`)."""

    address: Address
    build: str
    refused: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What came of an actor's sites: their outcomes; or what went wrong with them (`error`), or who could not be heard
    any more (`silent`). Its work took `busy` seconds in so many `windows`, exchanges with others `waiting`."""

    outcomes: Mapping[str, Outcome]
    error: str | None = None
    silent: str | None = None
    windows: int = 0
    busy: float = 0.0
    waiting: float = 0.0
    cpu_s: float = 0.0


class Sites:
    """One process. It is asked to open its door first, with its sites built, and then to run."""

    def __init__(self, document: Document, inputs: Inputs) -> None:
        self.document, self.inputs = document, inputs
        self._channel: Channel | None = None
        self._federation: Federation | None = None
        self._cpu = 0.0

    def open(self, spot: Spot, mine: Sequence[str]) -> Door:
        """Build sites of a point, and a new door."""
        self.close()
        self._cpu = time.process_time()
        channel = self._channel = Channel(ray.util.get_node_ip_address())  # type: ignore[no-untyped-call]
        refused = error = None
        try:
            resolved = resolve(spot.document(self.document))
            self._federation = Federation(resolved, self.inputs, seed_of(resolved, spot.replication), mine)
        except Refused as reason:
            refused = str(reason)
        except Exception as wrong:  # whatever a plug-in of another package raises; it is the point's error
            error = said(wrong)
        return Door(channel.address, build(), refused, error)

    def run(self, sites: Sequence[Sequence[str]], mine: int, addresses: Sequence[Address], token: bytes) -> Share:
        """Simulate `sites[mine]`, with the others at those addresses."""
        try:
            return self._run(sites, mine, addresses, token)
        except Silent as why:
            return Share({}, silent=str(why))
        except Exception as wrong:  # as above
            return Share({}, error=said(wrong))
        finally:
            self.close()

    def _run(self, sites: Sequence[Sequence[str]], mine: int, addresses: Sequence[Address], token: bytes) -> Share:
        channel, federation = self._channel, self._federation
        assert channel is not None and federation is not None
        channel.join(mine, addresses, [" and ".join(names) for names in sites], token)
        began = time.perf_counter()
        federation.run(channel.exchange)
        busy = time.perf_counter() - began - channel.waited
        outcomes = federation.outcomes()
        cpu = time.process_time() - self._cpu
        return Share(outcomes, None, None, federation.windows, busy, channel.waited, cpu)

    def close(self) -> None:
        """Forget a run that is over."""
        if self._channel is not None:
            self._channel.close()
        self._channel = self._federation = None


# Ray neither restarts it nor repeats what it did: a run that lost an actor begins anew.
PROCESS = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Sites)
