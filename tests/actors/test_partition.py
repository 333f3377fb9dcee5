"""Which actor has which sites."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.partition import placed, sizes
from tests.vinfra.scenario.joined import document
from vinfra.scenario.load import resolve

SIZES = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.floats(0, 1e6), min_size=1, max_size=12)


@given(SIZES, st.integers(1, 16))
def test_every_site_is_at_one_actor_and_no_actor_is_without(found: dict[str, float], actors: int) -> None:
    shares = placed(found, actors)
    assert sorted(name for share in shares for name in share) == sorted(found)
    assert all(shares) and len(shares) == min(actors, len(found))


@given(SIZES, st.integers(1, 16))
def test_the_largest_share_is_within_the_bound_of_the_rule(found: dict[str, float], actors: int) -> None:
    shares = placed(found, actors)
    largest = max(sum(found[name] for name in share) for share in shares)
    best = max(sum(found.values()) / len(shares), max(found.values()))
    assert largest <= (4 / 3 + 1e-9) * best + 1e-9 or len(found) <= 2 * len(shares)


def test_the_size_of_a_site_is_its_vms_and_hosts_and_who_may_come() -> None:
    assert sizes(resolve(document())) == {"north": 5 + 3 + 4, "south": 3 + 5 + 3}
