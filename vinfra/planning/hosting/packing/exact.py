"""Small packings as integer models, solved by CP-SAT: machine i on host h or not, each machine once,

    sum over machines of need[r, i] * x[i, h] <= room[r]        for each host h and resource r

One worker, one seed, and a limit in the solver's own deterministic time, so that the answer does not depend on how fast
the machine is. Unit: deterministic seconds. Source: Google OR-tools, CP-SAT; beside it HiGHS (20 times smaller) was as
good at single models of this kind and has no such clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vinfra.errors import InputError, Place
from vinfra.planning.hosting.packing.loads import NOBODY, Ints, Sizes

SEED = 1
WRITING = 5e-5  # seconds for each machine and host of a model, about what this takes on a machine of 2023


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Hosts of the machines, or None where none were found; whether that is proven; deterministic seconds spent."""

    at: Ints | None
    proven: bool
    spent: float


def solver() -> Any:
    """The solver's module; InputError with the cure where it is not installed."""
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        cure = "pip install 'vinfra[planning]', or do without: --set 'optimise=0 s'"
        raise InputError.at(Place("optimise"), f"the optimiser needs OR-tools: {cure}") from None
    return cp_model


def fits(sizes: Sizes, hosts: int, limit: float) -> Solved:
    """Whether the machines fit on so many hosts."""
    cp = solver()
    model, x = _model(cp, sizes, hosts)
    for host, machine in enumerate(_unlike(sizes)[:hosts]):
        model.add(x[machine][host] == 1)  # those share with none of each other, so any host will do for each
    return _solve(cp, model, x, limit)


def emptied(sizes: Sizes, at: Ints, hosts: int, weight: Ints, limit: float) -> Solved:
    """The machines placed anew on the same hosts so that the least weight is left on host 0; `at` is where they are."""
    cp = solver()
    model, x = _model(cp, sizes, hosts)
    for machine, where in enumerate(at.tolist()):
        for host in range(hosts):
            model.add_hint(x[machine][host], host == where)
    model.minimize(sum(int(heavy) * row[0] for heavy, row in zip(weight.tolist(), x, strict=True)))
    return _solve(cp, model, x, limit)


def _model(cp: Any, sizes: Sizes, hosts: int) -> tuple[Any, list[list[Any]]]:
    model = cp.CpModel()
    x = [[model.new_bool_var("") for _ in range(hosts)] for _ in range(sizes.machines)]
    for row in x:
        model.add_exactly_one(row)
    needed = [(need.tolist(), int(room)) for need, room in zip(sizes.need, sizes.room, strict=True) if need.any()]
    groups = [np.flatnonzero(sizes.group == group).tolist() for group in np.unique(sizes.group) if group != NOBODY]
    for host in range(hosts):
        column = [row[host] for row in x]
        for need, room in needed:
            model.add(cp.LinearExpr.weighted_sum(column, need) <= room)
        for group in groups:
            model.add_at_most_one(column[machine] for machine in group)
    return model, x


def _solve(cp: Any, model: Any, x: list[list[Any]], limit: float) -> Solved:
    made = cp.CpSolver()
    made.parameters.num_workers = 1
    made.parameters.random_seed = SEED
    made.parameters.max_deterministic_time = max(limit, 1e-3)
    status = made.solve(model)
    # To write a model down and to read it is not in the solver's time, and is most of it where the model is easy.
    spent = float(made.response_proto.deterministic_time) + WRITING * sum(len(row) for row in x)
    if status in (cp.OPTIMAL, cp.FEASIBLE):
        values = np.array([[made.value(variable) for variable in row] for row in x], dtype=np.int64)
        return Solved(values.argmax(axis=1).astype(np.int64), status == cp.OPTIMAL, spent)
    return Solved(None, status == cp.INFEASIBLE, spent)


def _unlike(sizes: Sizes) -> list[int]:
    """Machines of which no two can share a host, taken from the largest."""
    found: list[int] = []
    for machine in sizes.decreasing().tolist():
        others = sizes.need[:, found] + sizes.need[:, [machine]]
        if (others > sizes.room[:, None]).any(axis=0).all():
            found.append(machine)
    return found
