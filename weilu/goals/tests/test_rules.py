"""Pace, forecast and what explains a gap, whatever the numbers are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from weilu.goals import rules
from weilu.goals.rules import Aim

FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 3, 29)
AMOUNTS = st.floats(-1e6, 1e6)
PARTS = st.dictionaries(st.text(max_size=3), st.floats(-1e4, 1e4), max_size=8)


def level(baseline: float, target: float, unit: str = "people") -> Aim:
    return Aim(rules.LEVEL, FIRST, LAST, baseline, target, unit)


def total(target: float, *, less: bool = False) -> Aim:
    return Aim(rules.TOTAL, FIRST, LAST, 0, target, "events", less)


def test_the_pace_runs_straight_from_start_to_target() -> None:
    aim = level(100, 184)
    assert [aim.pace(days) for days in (-5, 0, 42, 84, 200)] == [100, 100, 142, 184, 184]
    assert total(840).pace(10) == 100


def test_progress_is_the_share_of_the_way_from_where_it_began() -> None:
    assert level(100, 184).progress(142) == 0.5
    assert level(600, 300, "seconds").progress(450) == 0.5
    assert level(100, 184).progress(58) == -0.5
    assert total(840).progress(84) == 0.1
    assert level(5, 5).progress(9) == 1.0


def test_what_is_to_fall_is_on_track_below_its_pace() -> None:
    aim = level(600, 300, "seconds")
    assert rules.standing(aim, [600.0] * 8 + [440], None, 42, 42).state == rules.ON_TRACK
    assert rules.standing(aim, [600.0] * 8 + [460], None, 42, 42).state == rules.BEHIND
    assert rules.standing(aim, [600.0] * 8 + [299], None, 90, 84).state == rules.REACHED
    assert rules.standing(aim, [600.0] * 8 + [301], None, 90, 84).state == rules.MISSED


def test_a_total_is_reached_the_moment_it_is_and_missed_only_at_the_end() -> None:
    weeks = [70.0] * 10
    assert rules.standing(total(840), weeks, 840, 50, 49).state == rules.REACHED
    assert rules.standing(total(840), weeks, 839, 84, 84).state == rules.MISSED
    assert rules.standing(total(840), weeks, 100, 10, 7).state == rules.ON_TRACK
    assert rules.standing(total(840), weeks, 99, 10, 7).state == rules.BEHIND


def test_a_total_of_what_is_bad_is_reached_by_staying_below_and_only_at_the_end() -> None:
    leaves, weeks = total(84, less=True), [7.0] * 10
    assert rules.standing(leaves, weeks, 60, 84, 84).state == rules.REACHED
    assert rules.standing(leaves, weeks, 85, 84, 84).state == rules.MISSED
    assert rules.standing(leaves, weeks, 5, 10, 7).state == rules.ON_TRACK
    assert rules.standing(leaves, weeks, 11, 10, 7).state == rules.ON_TRACK, "one of the running day"
    assert rules.standing(leaves, weeks, 12, 10, 7).state == rules.BEHIND
    assert rules.standing(leaves, weeks, 90, 50, 49).state == rules.BEHIND
    few, many = (rules.forecast(leaves, weeks, value, 6) for value in (5.0, 80.0))
    assert few is not None
    assert many is not None
    assert few.confidence > 0.9 > 0.1 > many.confidence
    past = rules.forecast(leaves, weeks, 90, 6)
    assert past is not None
    assert past.confidence == 0


def test_of_what_is_to_fall_the_part_with_most_too_much_comes_first() -> None:
    found = rules.drivers(50, 90, {"a": 5, "b": 5}, {"a": 20, "b": 70}, falls=True)
    assert [one.name for one in found] == ["b", "a"]


def test_nothing_is_foretold_from_seven_weeks() -> None:
    assert rules.forecast(level(10, 20), [10, 11, 10, 12, 11, 10, 11], 11, 4) is None
    assert rules.forecast(level(10, 20), [10, 11, 10, 12, 11, 10, 11, 12], 12, 4) is not None


def test_a_sure_rise_is_carried_on_and_an_unsure_one_is_not() -> None:
    rising = rules.forecast(level(100, 400), [100.0 + 10 * week for week in range(12)], 210, 4)
    flat = rules.forecast(level(100, 400), [100, 130, 90, 120, 100, 125, 95, 115, 105, 120, 90, 110], 110, 4)
    assert rising is not None
    assert flat is not None
    assert rising.value == pytest.approx(250)
    assert 90 <= flat.value <= 125


@pytest.mark.parametrize(("target", "confidence"), [(100, 0.5), (120, 0.1587), (80, 0.8413), (140, 0.0228)])
def test_a_target_is_as_likely_as_the_normal_law_says_so_many_errors_away(
    target: float, confidence: float
) -> None:
    """A hundred every week: no noise but chance, a root of a hundred, and twice that three weeks ahead."""
    found = rules.forecast(Aim(rules.LEVEL, FIRST, LAST, 1, target, "people"), [100.0] * 12, 100, 3)
    assert found is not None
    assert found.confidence == pytest.approx(confidence, abs=1e-4)
    assert (found.low, found.high) == (pytest.approx(74.368), pytest.approx(125.632))


def test_four_of_five_futures_lie_in_the_band() -> None:
    """Weekly totals that go on as they were: the band must hold about 80 % of ends; too wide is no answer either."""
    chance = np.random.default_rng(11)
    inside = {rules.LEVEL: 0, rules.TOTAL: 0}
    turns = 400
    for _turn in range(turns):
        weeks = chance.normal(500, 40, 12 + 6)
        seen = [float(one) for one in weeks[:12]]
        one = rules.forecast(total(10_000), seen, sum(seen[-4:]), 6)
        assert one is not None
        inside[rules.TOTAL] += one.low <= sum(seen[-4:]) + weeks[12:].sum() <= one.high
        walk = np.cumsum(chance.normal(0, 20, 12 + 6)) + 1000
        other = rules.forecast(level(900, 1100), [float(one) for one in walk[:12]], float(walk[11]), 6)
        assert other is not None
        inside[rules.LEVEL] += other.low <= walk[17] <= other.high
    assert 0.68 <= inside[rules.TOTAL] / turns <= 0.95
    assert 0.60 <= inside[rules.LEVEL] / turns <= 0.95


@given(
    st.lists(st.floats(0, 1e6), min_size=8, max_size=30),
    st.floats(0, 1e6),
    st.floats(1, 1e7),
    st.floats(0, 60),
)
def test_a_forecast_is_sound(weeks: list[float], value: float, target: float, left: float) -> None:
    for aim in (level(1.5, target), Aim(rules.TOTAL, FIRST, LAST, 0, target, "value")):
        found = rules.forecast(aim, weeks, value, left)
        assert found is not None
        assert found.low <= found.high
        assert 0 <= found.confidence <= 1
        if aim.kind == rules.TOTAL:
            assert found.low >= value
            assert found.value >= value


@given(
    st.lists(st.floats(0, 1e6), min_size=8, max_size=20),
    st.floats(2, 1e6),
    st.floats(0, 1e6),
    st.floats(0, 30),
)
def test_a_higher_target_is_never_more_likely(
    weeks: list[float], target: float, more: float, left: float
) -> None:
    low, high = (rules.forecast(level(1.0, one), weeks, 1.0, left) for one in (target, target + more))
    assert low is not None
    assert high is not None
    assert low.confidence >= high.confidence


@given(AMOUNTS, AMOUNTS, PARTS, PARTS)
def test_the_parts_of_a_gap_add_up_to_it(
    expected: float, actual: float, before: dict[str, float], now: dict[str, float]
) -> None:
    assume(before or now)
    branches = rules.drivers(expected, actual, before, now)
    size = 1 + abs(expected) + abs(actual) + sum(map(abs, before.values())) + sum(map(abs, now.values()))
    assume(sum(before.values()) == 0 or abs(sum(before.values())) > 1e-6)
    for whole, parts in (
        (expected, [one.expected for one in branches]),
        (actual, [one.actual for one in branches]),
        (expected - actual, [one.gap for one in branches]),
    ):
        assert sum(parts) == pytest.approx(whole, abs=1e-6 * size)
    named = [one for one in branches if one.name]
    assert [one.gap for one in named] == sorted((one.gap for one in named), reverse=True)


def test_what_should_have_been_is_shared_out_as_it_was() -> None:
    [wide, narrow] = rules.drivers(200, 130, {"hearth": 60, "harbour": 40}, {"hearth": 60, "harbour": 70})
    assert (wide.name, wide.expected, wide.actual, wide.gap) == ("hearth", 120, 60, 60)
    assert (narrow.name, narrow.expected, narrow.gap) == ("harbour", 80, 10)


def test_people_who_count_in_two_places_are_a_part_of_their_own() -> None:
    *_named, both = rules.drivers(100, 80, {"a": 50, "b": 50}, {"a": 50, "b": 45})
    assert (both.name, both.actual) == ("", -15)


def test_the_gap_is_what_is_missing_to_the_pace() -> None:
    def gap(value: float | None, pace: float | None) -> float | None:
        return rules.Standing(rules.BEHIND, value, pace, None, None, 9).gap

    assert [gap(40, 50.0), gap(60, 50.0), gap(None, 50.0), gap(40, None)] == [10.0, -10.0, None, None]


def test_a_baseline_is_the_mean_of_the_last_four_weeks_that_have_a_value() -> None:
    assert rules.baseline([1000, 10, None, 30, 20]) == (20.0, 3)
    assert rules.baseline([1000, 10, 20, 30, 40]) == (25.0, 4)
    assert rules.baseline([None]) is rules.baseline([]) is None


def test_a_target_is_reached_on_the_dot() -> None:
    assert level(600, 300).reached(300)
    assert level(300, 600).reached(600)
    assert total(84, less=True).reached(84)
    kept = level(5, 5)
    assert [kept.reached(value) for value in (4, 5, 6)] == [False, True, True]


def test_who_is_exactly_on_the_pace_is_on_track() -> None:
    def state(aim: Aim, value: float, over: int) -> str:
        return rules.standing(aim, [value] * 8, value, over, over).state

    assert [state(level(100, 184), value, 42) for value in (142, 141.9)] == [rules.ON_TRACK, rules.BEHIND]
    assert [state(level(184, 100), value, 42) for value in (142, 142.1)] == [rules.ON_TRACK, rules.BEHIND]
    assert [state(total(840), value, 10) for value in (100, 99)] == [rules.ON_TRACK, rules.BEHIND]


def test_against_a_ceiling_the_running_day_counts_until_the_last() -> None:
    aim = total(84, less=True)
    found = rules.standing(aim, [1] * 8, 10, 9, 7)
    assert (found.state, found.pace, found.weeks_known) == (rules.ON_TRACK, 10.0, 8)
    assert rules.standing(aim, [1] * 8, 10.5, 9, 7).state == rules.BEHIND
    assert rules.standing(aim, [1] * 8, 84, 84, 84).state == rules.REACHED


def test_it_is_too_early_before_a_day_is_over_and_no_longer_afterwards() -> None:
    aim = total(840)
    assert [rules.standing(aim, [1] * 8, 0, over, 0).state for over in (0, 1)] == [
        rules.TOO_EARLY,
        rules.BEHIND,
    ]
    assert rules.standing(level(1, 2), [], None, 3, 0).state == rules.UNKNOWN


def test_what_has_ended_is_not_foretold() -> None:
    aim = total(840)
    assert rules.standing(aim, [7] * 8, 20, 83, 77).forecast is not None
    assert rules.standing(aim, [7] * 8, 20, 84, 84).forecast is None


def test_a_sure_rise_is_carried_on_by_its_own_measure() -> None:
    found = rules.forecast(level(0, 200), [10.0 * week for week in range(12)], 110, 2)
    assert found is not None
    assert found.value == pytest.approx(95 + 10 * 3.5)
    assert found.high - found.value == pytest.approx(1.2816 * (95 * 3) ** 0.5)
    assert found.value - found.low == pytest.approx(1.2816 * (95 * 3) ** 0.5)


def test_a_total_goes_on_as_its_usual_week_does() -> None:
    found = rules.forecast(total(100), [1000] + [7] * 8, 20, 4)
    assert found is not None
    error = (7 * 4 + (1.2533 * 7**0.5 * 4) ** 2 / 8) ** 0.5
    assert found.value == 48
    assert found.high == pytest.approx(48 + 1.2816 * error)
    assert found.low == pytest.approx(48 - 1.2816 * error)
    soon = rules.forecast(total(100), [7] * 8, 20, 0.1)
    assert soon is not None
    assert soon.low == 20, "what is there stays there"


def test_a_ceiling_that_is_passed_cannot_be_kept_any_more() -> None:
    def chance(value: float) -> float:
        found = rules.forecast(total(100, less=True), [0] * 8, value, 0.1)
        assert found is not None
        return found.confidence

    assert chance(101) == 0.0
    assert chance(100) > 0.0


def test_of_parts_that_overlap_those_in_which_the_gap_lies_are_told_each_by_itself() -> None:
    parts = {"old": (60.0, 20.0), "new": (50.0, 90.0), "kept": (10.0, 8.0), "even": (25.0, 20.0)}
    found = rules.overlapping(80, 100, parts)
    assert [(one.name, one.expected, one.gap) for one in found] == [("old", 48, 28)]
    assert [one.name for one in rules.overlapping(80, 100, parts, falls=True)] == ["new"]
    assert rules.overlapping(80, 0, parts) == ()
