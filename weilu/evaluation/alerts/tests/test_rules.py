"""What is out of bounds: limits, changes, and what is unusual for the weekday, whatever the numbers are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from weilu.evaluation.alerts import rules
from weilu.evaluation.alerts.rules import Condition, judge

COUNTS = st.lists(st.integers(0, 10_000), min_size=60, max_size=80)


def weekly(weeks: int, level: float = 100.0, rise: float = 0.0) -> list[float]:
    """A quiet season: little on Mondays, much at the weekend, rising by `rise` a day."""
    season = (60, 80, 90, 100, 110, 140, 120)
    return [level * season[at % 7] / 100 + rise * at for at in range(7 * weeks)]


def test_a_fixed_limit_is_passed_only_beyond_it() -> None:
    above, below = Condition("threshold", "above", 40), Condition("threshold", "below", 40)
    assert [judge(above, [one], "people").off for one in (39, 40, 41)] == [False, False, True]
    assert [judge(below, [one], "people").off for one in (39, 40, 41)] == [True, False, False]


def test_a_change_is_measured_against_what_was_chosen() -> None:
    values = [100.0] * 21 + [50, 100, 100, 100, 100, 100, 200, 110]
    for against, off in (("before", False), ("weekday", True), ("mean", False)):
        assert judge(Condition("relative", "above", 50, "day", against), values, "people").off == off
    assert judge(Condition("relative", "below", 40, "day", "before"), values, "people").off
    assert judge(Condition("relative", "either", 40, "day", "before"), values, "people").off


def test_nothing_is_told_where_nothing_can_be_known() -> None:
    change = Condition("relative", "above", 50)
    assert judge(change, [5], "people").state == rules.LITTLE_HISTORY
    assert judge(change, [0, 5], "people").state == rules.NO_BASE
    assert judge(change, [5, None], "people").state == rules.NO_VALUE
    assert judge(Condition("anomaly", "below", 3.5), [5.0] * 20, "people").state == rules.LITTLE_HISTORY
    assert (
        judge(Condition("anomaly", "below", 3.5, "week"), [5.0] * 7, "people").state == rules.LITTLE_HISTORY
    )


def test_a_monday_is_compared_with_mondays() -> None:
    low = Condition("anomaly", "below", 3.5)
    history = weekly(8)
    assert not judge(low, [*history, 60], "people").off, "an ordinary Monday"
    assert judge(low, [*history[:-2], 60], "people").off, "a Saturday like a Monday"


def test_a_trend_is_not_an_anomaly() -> None:
    both = Condition("anomaly", "either", 3.5)
    rising = weekly(8, rise=2.0)
    assert not judge(both, [*rising, 60 + 2.0 * 56], "people").off
    assert judge(both, [*rising, 60], "people").off


def test_wild_days_of_the_past_do_not_move_what_is_usual() -> None:
    calm = weekly(8)
    wild = list(calm)
    for at in (3, 11, 12, 20, 30, 31, 44):
        wild[at] *= 20
    usual, usual_wild = (rules.expect(one, "day", "people") for one in (calm, wild))
    assert usual
    assert usual_wild
    assert usual_wild[0] == pytest.approx(usual[0], rel=0.1)


def test_chance_alone_rings_seldom_and_a_collapse_always() -> None:
    """Poisson counts with a weekly season; by the normal law 3.5 deviations come up once in 4,300 on one side."""
    chance = np.random.default_rng(7)
    shape = np.array([weekly(1)[at % 7] for at in range(57)])
    low, rings, found = Condition("anomaly", "below", 3.5), 0, 0
    for _turn in range(400):
        values = [int(one) for one in chance.poisson(shape)]
        rings += judge(low, values, "people").off
        found += judge(low, [*values[:-1], 15], "people").off
    assert rings <= 4
    assert found == 400


@given(COUNTS, st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_the_unit_of_a_value_does_not_matter(values: list[int], factor: float) -> None:
    """Twice the amounts, twice the bounds: what is unusual in cents is unusual in euros."""
    one = rules.expect(values[:-1], "day", "value")
    other = rules.expect([value * factor for value in values[:-1]], "day", "value")
    assert one
    assert other
    assert other[0] == pytest.approx(one[0] * factor, rel=1e-6, abs=1e-6 * factor)
    assert other[1] == pytest.approx(one[1] * factor, rel=1e-6, abs=1e-6)


@given(COUNTS, st.sampled_from(rules.KINDS), st.sampled_from(rules.DIRECTIONS), st.floats(1, 20))
def test_a_verdict_agrees_with_its_own_bounds(
    values: list[int], kind: str, direction: str, limit: float
) -> None:
    condition = Condition(kind, direction, limit)
    assume(not rules.problem(condition))
    found = judge(condition, values, "people")
    assume(found.state in (rules.OK, rules.OFF))
    outside = (found.low is not None and found.value < found.low) or (
        found.high is not None and found.value > found.high
    )
    assert found.off == outside
    assert (found.low is None) == (direction == rules.ABOVE)
    assert (found.high is None) == (direction == rules.BELOW)
    assert math.isfinite(found.expected)


@given(COUNTS, st.floats(1, 20), st.floats(0, 5))
def test_a_wider_limit_never_rings_where_a_narrower_one_is_silent(
    values: list[int], limit: float, more: float
) -> None:
    for kind in (rules.RELATIVE, rules.ANOMALY):
        narrow = judge(Condition(kind, "either", limit), values, "people")
        wide = judge(Condition(kind, "either", limit + more), values, "people")
        assert narrow.off or not wide.off


@given(COUNTS)
def test_a_line_of_the_chart_is_what_was_judged_then(values: list[int]) -> None:
    condition = Condition("anomaly", "either", 3.5)
    shown = rules.band(condition, values, "people", 10)
    assert shown == [judge(condition, values[: len(values) - 9 + at], "people") for at in range(10)]


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=70),
    st.sampled_from(rules.KINDS),
    st.sampled_from(rules.SIZES),
)
def test_no_history_breaks_the_judge(values: list[float | None], kind: str, size: str) -> None:
    for unit in ("people", "percent", "seconds", "value"):
        assert judge(Condition(kind, "above", 3.0, size), values, unit).state in (
            rules.OK, rules.OFF, *rules.UNKNOWN,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        (Condition("threshold", "either", 3), "either"),
        (Condition("threshold", "above", math.nan), "limit"),
        (Condition("threshold", "above", math.inf), "limit"),
        (Condition("relative", "below", 101), "more_than_all"),
        (Condition("relative", "above", 0), "percent"),
        (Condition("relative", "above", 5, "week", "weekday"), "weekday_of_week"),
        (Condition("anomaly", "above", 0.5), "deviations"),
        (Condition("guess", "above", 1), "unknown"),
        (Condition("relative", "above", 30, "day", "mean"), ""),
    ],
)
def test_what_cannot_be_meant_is_named(condition: Condition, word: str) -> None:
    assert rules.problem(condition) == word


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        (Condition("threshold", "above", 5), ""),
        (Condition("threshold", "above", 5, "month"), "unknown"),
        (Condition("threshold", "above", 5, "day", "yesterday"), "unknown"),
        (Condition("threshold", "above", 1e15), ""),
        (Condition("threshold", "below", -1e15), ""),
        (Condition("threshold", "above", 1e15 + 1), "limit"),
        (Condition("relative", "above", 0), "percent"),
        (Condition("relative", "above", 0.5), ""),
        (Condition("relative", "above", 10_000), ""),
        (Condition("relative", "above", 10_000.5), "percent"),
        (Condition("relative", "below", 100), ""),
        (Condition("relative", "below", 100.5), "more_than_all"),
        (Condition("relative", "above", 50, "week", "before"), ""),
        (Condition("relative", "above", 50, "week", "weekday"), "weekday_of_week"),
        (Condition("anomaly", "either", 0.5), "deviations"),
        (Condition("anomaly", "either", 1), ""),
        (Condition("anomaly", "either", 20), ""),
        (Condition("anomaly", "either", 20.5), "deviations"),
    ],
)
def test_a_condition_may_go_to_its_bounds_and_not_beyond(condition: Condition, word: str) -> None:
    assert rules.problem(condition) == word


def test_a_change_counts_per_cent_of_what_was_there_and_from_one_on() -> None:
    tenth = Condition("relative", "either", 10)
    assert [judge(tenth, [1000, now], "people").off for now in (899.5, 900, 1100, 1100.5)] == [
        True,
        False,
        False,
        True,
    ]
    assert judge(tenth, [1, 2], "people").off


def test_the_mean_is_of_four_weeks_and_of_the_days_that_have_a_value() -> None:
    mean = Condition("relative", "above", 50, "day", "mean")
    assert judge(mean, [10, None, 30, 31], "people") == rules.Verdict("off", 31, 20.0, None, 30.0)
    assert judge(mean, [None, 10, 12], "people").state == rules.LITTLE_HISTORY
    assert judge(mean, [1000] + [10] * 28 + [10], "people").expected == 10
    assert judge(mean, [37] + [10] * 27 + [10], "people").expected == pytest.approx(307 / 28)
    weeks = Condition("relative", "above", 50, "week", "mean")
    assert judge(weeks, [1000, 10, 10, 10, 14, 10], "people").expected == 11


@pytest.mark.parametrize(("size", "least"), [("day", 28), ("week", 8)])
def test_what_is_usual_is_told_from_so_many_values_on(size: str, least: int) -> None:
    usual = Condition("anomaly", "below", 3.5, size)
    assert judge(usual, [50.0] * least + [50.0], "people").state == rules.OK
    assert judge(usual, [50.0] * (least - 1) + [50.0], "people").state == rules.LITTLE_HISTORY


@pytest.mark.parametrize(("direction", "too_much"), [("above", True), ("either", True), ("below", False)])
def test_a_figure_that_still_rises_can_only_be_too_much(direction: str, too_much: bool) -> None:
    assert rules.too_much(Condition("threshold", direction, 5)) is too_much
