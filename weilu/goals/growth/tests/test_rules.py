"""What is due, what is reached, and where the widest gap is: counted by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from weilu.goals.growth import rules
from weilu.goals.growth.rules import Figure, Span, Stage

MARCH = Span(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
APRIL_2 = dt.date(2026, 4, 2)
STAGES = (
    Stage("exposure", "impressions", count=10_000),
    Stage("interest", "reads", rate=10),
    Stage("action", "joins", rate=5, count=62),
    Stage("retention", "back_on_day_7", rate=50),
    Stage("conversion", "buyers"),
)
FIGURES = (Figure(12_000, 6_000), Figure(900, 600), Figure(36, 30), Figure(18, 20, 1), Figure(9, 0))


def test_shares_numbers_and_the_widest_gap_are_those_counted_by_hand():
    found = rules.judged(STAGES, FIGURES, MARCH, APRIL_2)

    assert [one.rate for one in found] == [None, 7.5, 4.0, 50.0, 50.0]
    assert [one.rate_before for one in found] == [None, 10.0, 5.0, pytest.approx(200 / 3), 0.0]
    assert [one.due for one in found] == [pytest.approx(10_000), None, pytest.approx(62), None, None]
    assert [one.rate_reached for one in found] == [None, 0.75, 0.8, 1.0, None]
    assert found[0].count_reached == pytest.approx(1.2)
    assert found[2].count_reached == pytest.approx(36 / 62)
    gap = rules.widest(found)
    assert gap is not None
    assert (gap.at.stage.slug, gap.by, gap.missing) == ("action", "count", 26)


def test_of_a_share_as_many_are_missing_as_would_make_it_whole():
    stages = (*STAGES[:2], replace(STAGES[2], count=None), *STAGES[3:])
    gap = rules.widest(rules.judged(stages, FIGURES, MARCH, APRIL_2))
    assert gap is not None
    assert (gap.at.stage.slug, gap.by, gap.missing) == ("interest", "rate", 300)


def test_where_every_target_is_reached_there_is_no_gap():
    stages = (STAGES[0], replace(STAGES[1], rate=7.5), replace(STAGES[2], rate=4, count=36), *STAGES[3:])
    assert rules.widest(rules.judged(stages, FIGURES, MARCH, APRIL_2)) is None


def test_a_running_month_is_due_by_its_days_that_are_over():
    assert rules.due(62, MARCH, dt.date(2026, 3, 1)) is None
    assert rules.due(62, MARCH, dt.date(2026, 3, 11)) == pytest.approx(20)
    assert rules.due(62, MARCH, dt.date(2026, 3, 11), waits=7) == pytest.approx(6)
    over_two = Span(dt.date(2026, 2, 15), dt.date(2026, 3, 31))
    assert rules.due(62, over_two, APRIL_2) == pytest.approx(31 + 62)


def test_what_is_still_being_counted_has_no_share_and_lends_none():
    figures = (*FIGURES[:3], replace(FIGURES[3], waits=7), FIGURES[4])
    found = rules.judged(STAGES, figures, MARCH, APRIL_2)
    assert [one.rate is None for one in found] == [True, False, False, True, True]
    assert found[3].open == dt.date(2026, 4, 7)
    assert rules.judged(STAGES, figures, MARCH, dt.date(2026, 4, 8))[3].open is None


def test_the_period_before_a_month_is_the_month_before_and_as_long_as_the_one_that_runs():
    assert MARCH.before(APRIL_2) == Span(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert MARCH.before(dt.date(2026, 3, 10)) == Span(dt.date(2026, 2, 1), dt.date(2026, 2, 10))
    assert MARCH.before(dt.date(2026, 3, 30)).last == dt.date(2026, 2, 28)
    week = Span(dt.date(2026, 3, 8), dt.date(2026, 3, 14))
    assert week.before(APRIL_2) == Span(dt.date(2026, 3, 1), dt.date(2026, 3, 7))
    assert week.before(dt.date(2026, 3, 9)) == Span(dt.date(2026, 3, 1), dt.date(2026, 3, 2))


def test_nothing_below_a_stage_of_nothing_is_a_share():
    figures = (Figure(0, 0), Figure(5, 5), Figure(None, None), Figure(1, 1), Figure(1, 1))
    found = rules.judged(STAGES, figures, MARCH, APRIL_2)
    assert [one.rate for one in found] == [None, None, None, None, 100.0]
    assert found[2].reached is None


@pytest.mark.parametrize(
    ("at", "change", "why"),
    [
        (1, {"rate": 100.5}, "rate"),
        (1, {"rate": 0.0}, "rate"),
        (1, {"rate": float("nan")}, "rate"),
        (0, {"rate": 5.0}, "first_rate"),
        (0, {"count": 0.0}, "count"),
        (0, {"count": float("inf")}, "count"),
        (0, {"count": -3.0}, "count"),
        (2, {"source": "reads"}, "repeated"),
        (2, {"slug": "interest"}, "stages"),
    ],
)
def test_stages_that_cannot_be_are_named(at: int, change: dict[str, object], why: str):
    stages = list(STAGES)
    stages[at] = replace(stages[at], **change)  # type: ignore[arg-type]
    found = rules.problem(stages)
    assert found is not None
    assert found.why == why


def test_the_usual_stages_can_be_and_aim_at_nothing():
    assert rules.problem(rules.USUAL) is None
    assert not any(one.rate or one.count for one in rules.USUAL)
