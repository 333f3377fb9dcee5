"""Rules: which hosts may take a VM, which a rule does not want, and what cannot be kept apart and together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.operations.placement import NOWHERE
from vinfra.operations.rules import Apart, Homes, Rule, Rules, Together, listed

VMS = ["web-1", "web-2", "web-3", "app", "db", "free"]
HOSTS = ["esx-1", "esx-2", "esx-3"]


def vms(*indices: int) -> np.ndarray:
    return np.array(indices, dtype=np.int64)


def on(*hosts: int) -> np.ndarray:
    return np.isin(np.arange(3), hosts)


RULES = Rules(
    [
        Apart("web-apart", vms(0, 1, 2), True),
        Together("app-with-db", vms(3, 4), True),
        Homes("licensed", vms(3), True, on(0, 1)),
        Homes("near", vms(5), False, on(2)),
    ],
    VMS,
    HOSTS,
)


def test_a_vm_may_go_where_none_of_those_is_that_it_is_kept_apart_from() -> None:
    at = vms(0, 1, NOWHERE, 0, 0, 0)
    assert RULES.may(0, at).tolist() == [True, False, True]
    assert RULES.may(2, at).tolist() == [False, False, True]


def test_a_vm_goes_with_those_it_is_kept_together_with_or_stays() -> None:
    at = vms(0, 1, 2, 0, 0, 0)
    assert RULES.bundle(4).tolist() == [3, 4]
    assert RULES.may(4, at).tolist() == [True, False, False]
    assert RULES.may(RULES.bundle(4), at).tolist() == [True, True, False]
    assert RULES.may(4, vms(0, 1, 2, NOWHERE, 0, 0)).all()


def test_vms_that_are_kept_apart_never_go_together() -> None:
    assert not RULES.may(vms(0, 1), np.full(6, NOWHERE)).any()


def test_what_is_not_strict_forbids_nothing_and_is_counted() -> None:
    at = np.full(6, NOWHERE)
    assert RULES.may(5, at).all()
    assert RULES.disliked(5, at).tolist() == [1, 1, 0]
    assert RULES.disliked(0, at).tolist() == [0, 0, 0]


def test_violations_are_told_in_sentences() -> None:
    at = vms(0, 0, 1, 2, 1, 0)
    assert [found.sentence for found in RULES.violations(at)] == [
        "app-with-db: app runs on esx-3, others on esx-2",
        "licensed: app runs on esx-3, not on esx-1 or esx-2",
        "near: free runs on esx-1, not on esx-3",
        "web-apart: web-1 and web-2 run on esx-1, where one may",
    ]
    assert [found.vms for found in RULES.violations(at, host=0)] == [(5,), (0, 1)]
    assert RULES.violations(vms(0, 1, 2, 0, 0, 2)) == []


def test_the_rule_that_leaves_no_host_is_named() -> None:
    at = vms(0, 1, NOWHERE, NOWHERE, NOWHERE, NOWHERE)
    assert RULES.why_not(2, at, on(0, 1)) == "no host that had room keeps the rule web-apart"
    assert RULES.why_not(2, at, on(2)) == ""
    assert RULES.why_not(5, at, on(0)) == ""
    both = Rules([Apart("a", vms(0, 1), True), Homes("b", vms(0), True, on(1, 2))], VMS, HOSTS)
    assert both.why_not(0, vms(NOWHERE, 1, 0, 0, 0, 0), on(0, 1)) == "no host that had room keeps the rules a and b"


def test_rules_that_bind_in_a_chain_bind_all() -> None:
    chain = Rules(
        [Together("a", vms(0, 1), True), Together("b", vms(4, 5), True), Together("c", vms(1, 4), True)], VMS, HOSTS
    )
    assert {tuple(chain.bundle(vm).tolist()) for vm in (0, 1, 4, 5)} == {(0, 1, 4, 5)}
    assert chain.bundle(3).tolist() == [3]


def test_where_there_are_no_rules_all_is_allowed() -> None:
    none = Rules([], VMS, HOSTS)
    at = np.zeros(6, dtype=np.int64)
    assert not none and RULES
    assert none.may(0, at).all() and not none.disliked(0, at).any() and not none.concerned().any()
    assert none.of(0) == [] and none.violations(at) == [] and none.why_not(0, at, on()) == ""


@pytest.mark.parametrize(
    ("names", "sentence"), [(["a"], "a"), (["a", "b"], "a and b"), (list("abcde"), "a, b, c and 2 more"), ([], "")]
)
def test_long_lists_are_cut(names: list[str], sentence: str) -> None:
    assert listed(names) == sentence


MEMBERS = st.sets(st.integers(0, 4), min_size=1).map(sorted)
ONE = st.one_of(
    st.builds(lambda some, strict: Apart("x", vms(*some), strict), MEMBERS, st.booleans()),
    st.builds(lambda some, strict: Together("x", vms(*some), strict), MEMBERS, st.booleans()),
    st.builds(
        lambda some, strict, hosts: Homes("x", vms(*some), strict, on(*hosts)),
        MEMBERS,
        st.booleans(),
        st.sets(st.integers(0, 2)),
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ONE, max_size=4), st.lists(st.integers(-1, 2), min_size=5, max_size=5), st.integers(0, 4))
def test_a_move_that_is_allowed_breaks_no_rule_of_the_vm_that_was_kept(
    rules: list[Rule], at: list[int], vm: int
) -> None:
    made = Rules(rules, VMS[:5], HOSTS)
    before = np.array(at)
    for host, fine in enumerate(made.may(vm, before).tolist()):
        after = before.copy()
        after[vm] = host
        broken = {(one.host, one.vms) for one in made.violations(after) if one.strict and vm in one.vms}
        if fine and not made.violations(before):
            assert not broken
        if not fine:
            assert any(one.strict for one in made.violations(after))


@settings(max_examples=100, deadline=None)
@given(st.lists(ONE, min_size=1, max_size=4), st.lists(st.integers(-1, 2), min_size=5, max_size=5))
def test_violations_are_those_that_a_look_at_every_pair_finds(rules: list[Rule], at: list[int]) -> None:
    for rule in rules:
        members = [vm for vm in rule.vms.tolist() if at[vm] != NOWHERE]
        pairs = [(one, other) for one, other in product(members, members) if one < other]
        if isinstance(rule, Apart):
            holds = all(at[one] != at[other] for one, other in pairs)
        elif isinstance(rule, Together):
            holds = all(at[one] == at[other] for one, other in pairs)
        else:
            assert isinstance(rule, Homes)
            holds = all(rule.hosts[at[vm]] for vm in members)
        assert holds == (not Rules([rule], VMS[:5], HOSTS).violations(np.array(at)))
