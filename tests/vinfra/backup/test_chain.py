"""Restore points as files that build on each other: what a restore needs, what work costs, what can leave."""

from __future__ import annotations

import pytest

from vinfra.backup.chain import Chain, Step

DAY = 86400.0


def grown(*forms: str, chain: Chain | None = None) -> Chain:
    """A chain with one point a day; a full takes 100 bytes, what changes 10."""
    chain = chain or Chain()
    for form in forms:
        when = DAY * (len(chain.points) + 1)
        build = {
            "full": lambda when: chain.full(when, 100.0, 100.0),
            "increment": lambda when: chain.increment(when, 10.0, 100.0),
            "reverse": lambda when: chain.reverse_increment(when, 10.0, 100.0),
            "synthetic": lambda when: chain.synthetic_full(when, 10.0, 100.0),
            "rollbacks": lambda when: chain.synthetic_full_with_rollbacks(when, 10.0, 100.0),
        }[form]
        chain.apply(build(when))
    return chain


def forms(chain: Chain) -> list[str]:
    return [point.form for point in chain.points]


def numbers(chain: Chain, number: int) -> list[int]:
    point = next(point for point in chain.points if point.number == number)
    return [needed.number for needed in chain.needs(point)]


def work(step: Step) -> tuple[float, float]:
    return step.read, step.written


def test_an_increment_needs_everything_down_to_its_full() -> None:
    chain = grown("full", "increment", "increment", "full", "increment")
    assert numbers(chain, 3) == [1, 2, 3]
    assert numbers(chain, 5) == [4, 5]
    assert chain.stored == 230


def test_the_newest_point_of_a_reverse_chain_needs_one_file_and_the_oldest_all() -> None:
    chain = grown("full", "reverse", "reverse")
    assert forms(chain) == ["rollback", "rollback", "full"]
    assert numbers(chain, 3) == [3]
    assert numbers(chain, 1) == [3, 2, 1]


def test_a_restore_reads_each_block_once_and_a_check_reads_every_file() -> None:
    chain = grown("full", "increment", "increment")
    newest = chain.points[-1]
    assert chain.reads(newest) == 100
    assert chain.checks(newest) == 120


def test_an_increment_is_written_once() -> None:
    assert work(grown("full").increment(2 * DAY, 10, 100)) == (0, 10)


def test_a_reverse_increment_reads_once_and_writes_twice() -> None:
    step = grown("full").reverse_increment(2 * DAY, 10, 100)
    assert work(step) == (10, 20)
    assert step.growth == 10


def test_a_synthetic_full_reads_each_block_once_and_writes_it_once() -> None:
    step = grown("full", "increment", "increment").synthetic_full(4 * DAY, 10, 100)
    assert (step.arrives, step.read, step.written) == (10, 100, 110)
    assert step.space == 110 and step.growth == 100


def test_rollbacks_cost_two_reads_and_two_writes_of_the_increments_and_store_no_second_full() -> None:
    chain = grown("full", "increment", "increment")
    step = chain.synthetic_full_with_rollbacks(4 * DAY, 10, 100)
    assert (step.arrives, step.read, step.written - step.arrives) == (10, 60, 60)
    chain.apply(step)
    assert forms(chain) == ["rollback", "rollback", "rollback", "full"]
    assert chain.stored == 130
    assert numbers(chain, 1) == [4, 3, 2, 1]


def test_merging_reads_and_writes_the_increment_and_the_full_goes_on() -> None:
    chain = grown("full", "increment", "increment")
    step = chain.without({1}, merge=True)
    assert work(step) == (10, 10)
    chain.apply(step)
    assert [(point.number, point.form) for point in chain.points] == [(2, "full"), (3, "increment")]
    assert chain.stored == 110


def test_a_full_that_others_build_on_stays_without_merging() -> None:
    step = grown("full", "increment").without({1})
    assert step.removed == [] and step.growth == 0


def test_a_chain_leaves_as_a_whole_when_none_of_its_points_is_wanted() -> None:
    chain = grown("full", "increment", "full", "increment")
    assert chain.without({1}).removed == []
    assert [point.number for point in chain.without({1, 2}).removed] == [1, 2]


def test_the_oldest_rollback_leaves_without_work() -> None:
    step = grown("full", "reverse", "reverse").without({1})
    assert [point.number for point in step.removed] == [1]
    assert work(step) == (0, 0) and step.growth == -10


def test_a_rollback_that_an_older_point_needs_stays() -> None:
    assert grown("full", "reverse", "reverse").without({2}).removed == []


def test_what_builds_on_a_broken_file_cannot_be_restored() -> None:
    chain = grown("full", "increment", "increment")
    chain.spoil(2, "verification failed")
    assert [point.number for point in chain.living()] == [1]
    assert "restore point 2" in (chain.trouble(chain.points[-1]) or "")
    assert "verification failed" in (chain.trouble(chain.points[-1]) or "")


def test_a_broken_rollback_loses_the_older_points_alone() -> None:
    chain = grown("full", "reverse", "reverse")
    chain.spoil(2, "verification failed")
    assert [point.number for point in chain.living()] == [3]


def test_nothing_is_merged_into_or_out_of_a_broken_file() -> None:
    chain = grown("full", "increment", "increment")
    chain.spoil(2, "verification failed")
    assert work(chain.without({1}, merge=True)) == (0, 0)


def test_work_that_breaks_off_leaves_the_chain_as_it_was() -> None:
    chain = grown("full", "increment")
    before = chain.points
    chain.increment(3 * DAY, 10, 100)
    assert chain.points is before


def test_a_step_prepared_for_another_chain_is_refused() -> None:
    chain = grown("full")
    step = chain.increment(2 * DAY, 10, 100)
    chain.spoil(1, "verification failed")
    with pytest.raises(ValueError, match="changed after"):
        chain.apply(step)


def test_numbers_never_come_back() -> None:
    chain = grown("full", "increment")
    chain.apply(chain.without({1, 2}))
    assert chain.points == ()
    assert chain.full(3 * DAY, 100, 100).point.number == 3


def test_a_point_is_younger_than_the_one_before() -> None:
    with pytest.raises(ValueError, match="younger"):
        grown("full").increment(DAY, 10, 100)


def test_there_is_nothing_to_build_on_in_an_empty_chain() -> None:
    with pytest.raises(ValueError, match="no restore point to build on"):
        Chain().increment(DAY, 10, 100)


def test_only_a_full_is_brought_forward() -> None:
    with pytest.raises(ValueError, match="no full"):
        grown("full", "increment").reverse_increment(3 * DAY, 10, 100)


def test_a_point_that_is_not_there_cannot_go_bad() -> None:
    with pytest.raises(KeyError):
        grown("full").spoil(7, "verification failed")
