"""Whichever process holds which sites, the answer is the same: sites full of simultaneous events, traffic both ways."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from tests.vinfra.scenario.joined import measured, ring
from vinfra.document import Document
from vinfra.engine.windows import Frames
from vinfra.scenario.federation import Federation, Outcome, together
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.results import Point, digest
from vinfra.scenario.simulate import complete


def shared(document: Document, shares: Sequence[Sequence[str]]) -> dict[str, Outcome]:
    """The outcomes of sites that are held by several threads, which tell each other their frames and nothing else."""
    barrier, board, found = threading.Barrier(len(shares), timeout=60), Frames(), dict[str, Outcome]()

    def exchange(frames: Frames) -> Frames:
        board.update(frames)
        barrier.wait()
        everybody = dict(board)
        barrier.wait()
        return everybody

    def work(share: Sequence[str]) -> None:
        federation = Federation(resolve(document), Inputs(), 1, share)
        federation.run(exchange)
        found.update(federation.outcomes())

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def digest_of(document: Document, outcomes: dict[str, Outcome]) -> str:
    point = Point("as-written", {}, 0)
    complete(point, resolve(document), outcomes, Inputs())
    return digest([point], {})


@pytest.mark.slow
def test_every_way_to_share_sites_out_gives_one_digest() -> None:
    document = ring()
    federation = Federation(resolve(document), Inputs(), 1)
    arrivals: Counter[float] = Counter()

    def counted(frames: Frames) -> Frames:
        arrivals.update(message.arrives for frame in frames.values() for message in frame.messages)
        return frames

    federation.run(counted)
    alone = federation.outcomes()
    assert sum(arrivals.values()) > 3 * len(arrivals), "a test without ties proves nothing"
    assert all(outcome.sent > 0 and outcome.arrived > 0 for outcome in alone.values()), "traffic goes both ways"
    expected = digest_of(document, alone)
    for shares in (["a", "b", "c"], ["ab", "c"], ["a", "bc"], ["b", "ac"]):
        assert digest_of(document, shared(document, shares)) == expected


@pytest.mark.slow
def test_sites_that_are_alike_come_out_alike() -> None:
    document = ring()
    federation = Federation(resolve(document), Inputs(), 1)
    federation.run()
    outcomes = federation.outcomes()
    for name in ("b", "c"):
        for what, values in outcomes["a"].record.samples.items():
            np.testing.assert_allclose(np.sort(outcomes[name].record.samples[what]), np.sort(values), rtol=1e-9)
    found = measured(together(outcomes)[0])
    assert found["migrations"] == 3 and found["backups"] == 6 and found["failover_vms"] == 0
