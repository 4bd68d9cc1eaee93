"""Health of a community: what the score promises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weilu.communities import rules

FINE = {"growth": 0.05, "activity": 0.3, "conversation": 0.5, "retention": 0.6, "silence": 0.4}
shares = st.none() | st.floats(-1, 2)


def test_a_community_at_its_best_scores_a_hundred():
    health = rules.health(FINE, members=40)
    assert (health.score, health.grade, health.weakest) == (100, "good", None)


def test_nine_in_ten_silent_and_under_five_percent_active_is_poor():
    health = rules.health(
        {"growth": 0, "activity": 0.02, "conversation": 0.05, "retention": 0.1, "silence": 0.95}, 500
    )
    assert health.grade == "poor"
    # 15·50 + 30·14 + 20·20 + 20·50 + 15·13 (12.5 half up) = 2765 of 100
    assert health.score == 28


def test_what_the_platform_cannot_tell_does_not_pull_the_score_down():
    known = rules.health({**FINE, "conversation": None}, 40)
    assert known.score == 100
    assert [one.points for one in known.parts if one.part.slug == "conversation"] == [None]


def test_too_little_known_gives_no_score():
    assert rules.health({"growth": 0.0, "activity": 0.1}, 40).score is None
    assert rules.health(FINE, members=4).score is None


def test_the_weakest_part_is_the_one_that_costs_most():
    health = rules.health({**FINE, "growth": -0.05, "activity": 0.05}, 40)
    assert health.weakest is not None
    assert health.weakest.part.slug == "activity"  # 30 × 65 lost, growth lost 15 × 100


@given(st.fixed_dictionaries({part.slug: shares for part in rules.PARTS}), st.integers(5, 10_000))
def test_a_score_stays_between_nothing_and_a_hundred(values, members):
    score = rules.health(values, members).score
    assert score is None or 0 <= score <= 100


@given(st.sampled_from(rules.PARTS), st.floats(-1, 2), st.floats(0, 1))
def test_more_of_the_good_never_scores_less(part, value, more):
    rises = part.curve[0][1] < part.curve[-1][1]
    before, after = rules.points_on(part.curve, value), rules.points_on(part.curve, value + more)
    assert after >= before - 1e-9 if rises else after <= before + 1e-9


def test_weights_add_up_to_a_hundred():
    assert sum(part.weight for part in rules.PARTS) == 100


def test_each_part_goes_from_nothing_to_a_hundred_points():
    for part in rules.PARTS:
        points = [point for _, point in part.curve]
        assert sorted((points[0], points[-1])) == [0, 100], part.slug
