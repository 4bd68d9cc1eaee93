"""Each rule advises on its condition and is silent without it; an effect is told only where there is something to tell by."""

from __future__ import annotations

import pytest

from weilu.evaluation.advice import effects, rules
from weilu.evaluation.advice.shapes import Facts, Helped, Opening


def one(facts: Facts, rule: str):
    found = {each.rule: each for each in rules.advise(facts)}
    assert set(found) <= {rule}, found
    return found.get(rule)


def hours(evening: int, day: int = 0) -> dict[tuple[int, int], int]:
    return {(3, 20): evening, (4, 10): day}


def test_nothing_is_advised_to_who_lacks_nothing() -> None:
    assert rules.advise(Facts(1)) == ()


def test_evenings_are_low_below_three_quarters_of_the_usual() -> None:
    assert one(Facts(1, hours=hours(30), hours_before=hours(160)), "evening_talk") is None
    found = one(Facts(1, hours=hours(29), hours_before=hours(160)), "evening_talk")
    assert found is not None
    assert found.numbers == {"now": 29, "usual": 40, "missing": 11, "hour": 20}
    assert one(Facts(1, hours=hours(0), hours_before=hours(36)), "evening_talk") is None, (
        "too little is usual"
    )


def test_the_team_is_told_to_post_when_people_are_there() -> None:
    lively = {(1, 21): 60, (2, 22): 30, (3, 9): 20, (4, 15): 10}
    found = one(Facts(1, hours=lively, posts={15: 9, 21: 1}), "best_hours")
    assert found is not None
    assert found.numbers["hours"] == "09:00, 21:00, 22:00"
    assert (found.numbers["share"], found.numbers["there"]) == (110 / 120, 0.1)
    assert one(Facts(1, hours=lively, posts={21: 20}), "best_hours") is None
    assert one(Facts(1, hours=lively, posts={15: 9}), "best_hours") is None, "too few posts to tell"


def test_questions_without_an_answer_stand_behind_the_advice() -> None:
    found = one(Facts(1, asked=10, alone=(4, 7, 9)), "unanswered")
    assert found is not None
    assert found.positions == (4, 7, 9)
    assert one(Facts(1, asked=10, alone=(4, 7)), "unanswered") is None
    assert one(Facts(1, asked=100, alone=(4, 7, 9)), "unanswered") is None


def weeks(*rates: int, reached: int = 100) -> tuple[Opening, ...]:
    return tuple(Opening(reached, rate) for rate in rates)


def test_a_type_whose_open_rate_falls_three_weeks_running_should_change_its_form() -> None:
    found = one(
        Facts(1, openings={"story": weeks(60, 50, 40, 30), "tip": weeks(30, 31, 30, 29)}), "change_form"
    )
    assert found is not None
    assert found.numbers == {"type": "story", "first": 0.6, "now": 0.3}
    assert one(Facts(1, openings={"story": weeks(60, 50, 50, 30)}), "change_form") is None
    assert one(Facts(1, openings={"story": weeks(19, 15, 10, 5, reached=19)}), "change_form") is None
    assert one(Facts(1, openings={"story": weeks(60, 50, 30)}), "change_form") is None


def test_whom_to_thank_and_whom_to_invite() -> None:
    helped = (Helped(1, answered=9, days=20), Helped(2, answered=5, days=10), Helped(3, liked=9, days=3),
              Helped(4, answered=30, days=30), Helped(5, answered=8, days=9), Helped(6, answered=2))  # fmt: skip
    found = {one.rule: one for one in rules.advise(Facts(1, helped=helped, tiers={4: "koc"}))}
    assert found["thank"].members == (4, 1, 5, 2)
    assert found["invite_koc"].members == (1, 2)


def test_whom_to_win_back() -> None:
    found = one(Facts(1, quiet=(3, 5, 8)), "win_back")
    assert found is not None
    assert found.members == (3, 5, 8)
    assert one(Facts(1, quiet=(3, 5)), "win_back") is None


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((80, 40, 20, 1), effects.BETTER),
        ((80, 4, 20, 10), effects.WORSE),
        ((80, 40, 20, 9), effects.NO_DIFFERENCE),
        ((15, 15, 4, 0), effects.TOO_FEW),
        ((96, 96, 4, 0), effects.TOO_FEW),
        ((0, 0, 0, 0), effects.TOO_FEW),
    ],
)
def test_an_effect_is_believed_only_where_chance_would_hardly_make_it(counts, verdict) -> None:
    found = effects.against(*counts)
    assert found.verdict == verdict
    assert (found.chance is None) == (verdict == effects.TOO_FEW)


def test_the_chance_is_that_of_fishers_exact_test() -> None:
    # Fifteen of twenty against five of twenty: 0.00385 by the hypergeometric law, two-sided.
    assert effects.against(20, 15, 20, 5).chance == pytest.approx(0.00385, abs=1e-4)


def test_nobody_is_left_out_of_too_few() -> None:
    assert not effects.holds_out(19)
    assert effects.holds_out(20)
