"""Steps, points and sums: plain arithmetic, and what holds whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weilu.members.value import rules
from weilu.members.value.rules import DAY, FACTORS, Facts, Scale, values

MOMENT = 1_000 * DAY
EVEN = Scale(dict(zip(FACTORS, (20, 20, 20, 20, 20), strict=True)))


def facts(**columns: list[int]) -> Facts:
    size = len(next(iter(columns.values())))
    names = ("orders", "amount", "last", "order_weeks", "weeks", "days", "influence")
    found = {name: np.array(columns.get(name, [0] * size), dtype=np.int64) for name in names}
    promoting = np.array(columns.get("promoting", [-1] * size), dtype=np.int64)
    return Facts(who=np.arange(1, size + 1), promoting=promoting, **found)


def test_fifths_of_those_who_ordered_and_equals_stand_together():
    told = facts(orders=[1, 2, 3, 4, 5, 0, 5], last=[MOMENT - DAY] * 7, amount=[10, 10, 10, 10, 10, 0, 10])
    steps = values(told, Scale(), MOMENT).steps
    assert steps[:, 1].tolist() == [1, 2, 3, 4, 5, 0, 5]
    assert steps[:, 0].tolist() == [5, 5, 5, 5, 5, 0, 5]
    assert steps[:, 2].tolist() == [5, 5, 5, 5, 5, 0, 5]


def test_edges_stand_for_themselves_on_both_sides():
    edges = {"r": (7, 30, 90, 180), "f": (2, 3, 5, 9), "m": (100, 200, 300, 400)}
    told = facts(
        orders=[1, 2, 3, 9, 1],
        amount=[99, 100, 200, 400, 0],
        last=[MOMENT - days * DAY - 1 for days in (7, 8, 30, 180, 181)],
    )
    steps = values(told, Scale(rules.WEIGHTS, edges), MOMENT).steps
    assert steps[:, 0].tolist() == [5, 4, 4, 2, 1]
    assert steps[:, 1].tolist() == [1, 2, 3, 5, 1]
    assert steps[:, 2].tolist() == [1, 2, 3, 5, 1]


def test_a_full_member_has_a_hundred_and_an_idle_one_nothing():
    told = facts(
        orders=[9, 0], amount=[900, 0], last=[MOMENT - 1, 0], order_weeks=[4, 0], weeks=[4, 0], days=[40, 0],
        influence=[100, 0], promoting=[10, -1],
    )  # fmt: skip
    found = values(told, EVEN, MOMENT)
    assert found.score.tolist() == [100, 0]
    assert found.points[0].tolist() == [20, 20, 20, 20, 20]


def test_where_nobody_was_asked_the_others_share_that_weight():
    told = facts(days=[30], influence=[100])
    found = values(told, EVEN, MOMENT)
    assert found.points[0].tolist() == [0, 0, 25, 25, 0]
    assert found.score.tolist() == [50]


NUMBER = st.integers(0, 10**9)


@given(
    rows=st.lists(st.tuples(NUMBER, NUMBER, st.integers(0, 365), NUMBER, NUMBER, st.integers(0, 90), st.integers(0, 100), st.integers(-1, 10)), min_size=1, max_size=30),
    cuts=st.lists(st.integers(0, 100), min_size=4, max_size=4).map(sorted),
)  # fmt: skip
def test_the_factors_always_sum_to_the_score_and_stay_within_their_weights(rows, cuts):
    weights = dict(zip(FACTORS, np.diff([0, *cuts, 100]).tolist(), strict=True))
    orders, amount, days_ago, order_weeks, weeks, days, influence, promoting = map(
        list, zip(*rows, strict=True)
    )
    told = facts(
        orders=orders, amount=amount, last=[MOMENT - 1 - ago * DAY for ago in days_ago], order_weeks=order_weeks,
        weeks=weeks, days=days, influence=influence, promoting=promoting,
    )  # fmt: skip
    found = values(told, Scale(weights), MOMENT)
    assert (found.points.sum(axis=1) == found.score).all()
    assert (found.score >= 0).all()
    assert (found.score <= 100).all()
    assert ((found.steps > 0).all(axis=1) == (told.orders > 0)).all()
    counted = rules.in_force(weights, asked=bool((told.promoting >= 0).any()))
    assert all((found.points[:, n] <= counted[one] + 1).all() for n, one in enumerate(FACTORS))


@pytest.mark.parametrize(
    ("scale", "problem"),
    [
        (Scale(), ""),
        (Scale({**rules.WEIGHTS, "purchasing": 41}), "sum"),
        (Scale(dict.fromkeys(FACTORS, 0)), "sum"),
        (Scale({**dict.fromkeys(FACTORS, 0), "recommendation": 100}), "sum"),
        (Scale({**rules.WEIGHTS, "purchasing": -1}), "weights"),
        (Scale({"purchasing": 100}), "weights"),
        (Scale(rules.WEIGHTS, {"r": (1, 2, 3)}), "edges"),
        (Scale(rules.WEIGHTS, {"r": (1, 2, 2, 3)}), "edges"),
        (Scale(rules.WEIGHTS, {"m": (0, 1, 2, 3)}), "edges"),
        (Scale(rules.WEIGHTS, {"f": (1, 2, 3, 4)}), ""),
    ],
)
def test_what_cannot_be_a_scale_is_known(scale, problem):
    assert rules.problem(scale) == problem


def test_bands_have_no_gap():
    assert [rules.band(score) for score in (0, 1, 29, 30, 59, 60, 100)] == [
        "none", "low", "low", "middle", "middle", "high", "high",
    ]  # fmt: skip
