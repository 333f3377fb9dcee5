"""A run kept beside its points, so that its report can be written again without the scenario and its recordings."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from vinfra.errors import InputError, Place
from vinfra.metrics.metric import find
from vinfra.scenario.ledger import Ledger, key
from vinfra.scenario.results import Claim, Run, Source, Variant

PLAIN = [
    "scenario",
    "question",
    "background",
    "identity",
    "seed",
    "version",
    "sweep",
    "relative",
    "contents",
    "resolved",
    "wall_s",
    "cpu_s",
]


def kept(run: Run) -> dict[str, Any]:
    """Everything but the points, as JSON can hold it."""
    return {
        **{name: getattr(run, name) for name in PLAIN},
        "variants": [asdict(variant) for variant in run.variants],
        "expect": [asdict(claim) for claim in run.expect],
        "sources": [asdict(source) for source in run.sources],
        "metrics": [metric.column for metric in run.metrics],
        "order": [key(point.variant, point.at, point.replication) for point in run.points],
    }


def reopen(folder: Path) -> Run:
    """The run whose ledger lies in the folder; InputError when it never finished."""
    with Ledger(folder / "ledger.sqlite") as ledger:
        about = ledger.about()
        points = {key(point.variant, point.at, point.replication): point for point in ledger.points()}
    if about is None:
        raise InputError.at(Place(str(folder)), "the run has not finished; the same `vinfra run` continues it")
    return Run(
        **{name: about[name] for name in PLAIN},
        variants=[Variant(**variant) for variant in about["variants"]],
        expect=[Claim(**claim) for claim in about["expect"]],
        sources=[Source(**{**source, "values": tuple(source["values"])}) for source in about["sources"]],
        metrics=[find(column) for column in about["metrics"]],
        points=[points[name] for name in about["order"]],
    )
