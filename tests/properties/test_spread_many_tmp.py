"""A change is worked out for those it can reach and nobody else; that must be what working out everybody would give."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.filling import Claimant, rates
from vinfra.engine.sharing import Sharing

RESOURCES = 5
amounts = st.sampled_from([0.5, 1.0, 2.0])
uses = st.dictionaries(st.integers(0, RESOURCES - 1), amounts, min_size=1, max_size=3)
limits = st.tuples(
    st.sampled_from([1.0, 3.0, 1000.0]),
    st.sampled_from([0.0, 0.0, 0.5]),
    st.sampled_from([0.7, 2.0, 50.0, float("inf")]),
)
changes = st.lists(
    st.tuples(
        st.sampled_from(["start", "start", "cancel", "change", "replace", "capacity"]), uses, limits, st.integers(0, 99)
    ),
    min_size=1,
    max_size=25,
)


def expected(live: dict[str, Activity], resources: list[Resource]) -> dict[str, float]:
    names = sorted(live)
    claimants = [
        Claimant(a.weight, a.floor, a.bound, tuple((resources.index(r), amount) for r, amount in a.uses))
        for a in (live[name] for name in names)
    ]
    return dict(zip(names, rates(claimants, [resource.capacity for resource in resources]), strict=True))


@settings(max_examples=5000, deadline=None)
@given(changes, st.lists(st.sampled_from([1.0, 4.0, 20.0, 1000.0]), min_size=RESOURCES, max_size=RESOURCES))
def test_rates_after_any_change_are_those_of_everybody_worked_out_together(
    steps: list[tuple[str, dict[int, float], tuple[float, float, float], int]], capacities: list[float]
) -> None:
    clock = Clock()
    sharing = Sharing(clock)
    resources = [Resource(f"r{number}", capacity) for number, capacity in enumerate(capacities)]
    live: dict[str, Activity] = {}
    for number, (kind, using, (weight, floor, bound), which) in enumerate(steps):
        used = {resources[index]: amount for index, amount in using.items()}
        names = sorted(live)
        if kind == "start" or not names:
            live[f"a{number}"] = sharing.start(f"a{number}", 1e9, used, weight, floor, bound)
        elif kind == "cancel":
            sharing.cancel(live.pop(names[which % len(names)]))
        elif kind == "change":
            sharing.change(live[names[which % len(names)]], weight, floor, bound)
        elif kind == "replace":
            gone = live.pop(names[which % len(names)])
            sharing.cancel(gone)
            live[gone.name] = sharing.start(gone.name, 2e9, dict(gone.uses), gone.weight, gone.floor, gone.bound)
        else:
            sharing.set_capacity(resources[which % RESOURCES], capacities[(which + 1) % RESOURCES])
        if which % 3:
            continue  # several changes of one instant are settled together
        clock.run(until=clock.now + 1.0)
        for name, rate in expected(live, resources).items():
            assert abs(live[name].rate - rate) <= 1e-9 * max(rate, 1.0), (number, kind, name)
        for resource in resources:
            used_now = sum(a.rate * amount for a in live.values() for r, amount in a.uses if r is resource)
            assert abs(resource.used - used_now) <= 1e-9 * max(resource.capacity, 1.0)
