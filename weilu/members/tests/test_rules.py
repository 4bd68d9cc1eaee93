"""Are the states, the histories, the scores and the tiers what the rules say?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weilu.members.rules import histories, influence, lifecycle, moves
from weilu.members.rules.lifecycle import DAY, HOUSE, STATES, Facts, Seat, Thresholds, Version
from weilu.members.tests.plain import plainly

HOUSE_LIMITS = Thresholds()
HORIZON = 260 * DAY


def facts_of(seats: list[Seat], moments: list[int], gap: int = HOUSE_LIMITS.gap) -> Facts:
    return Facts(lifecycle.bouts(moments, gap), lifecycle.presence(seats))


def day(number: float) -> int:
    return int(number * DAY)


def joined(number: float, *more: float, leaves: tuple[float, ...] = (), back: tuple[float, ...] = ()) -> Seat:
    joins = tuple(day(one) * 1000 for one in (number, *more))
    return Seat(joins[0], joins, tuple(day(x) * 1000 for x in leaves), tuple(day(x) * 1000 for x in back))


# by hand -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (-0.001, ""),
        (0, "new"),
        (6.999, "new"),
        (7, "active"),  # spoke on day 3, that is 4 days ago
        (16.999, "active"),
        (17, "dormant"),  # 14 days after the last word
        (29.999, "dormant"),
        (30, "returning"),  # spoke again after 27 days
        (43.999, "returning"),
        (44, "active"),  # the return is 14 days old, the last word on day 35
        (48.999, "active"),
        (49, "dormant"),
        (94.999, "dormant"),
        (95, "churned"),  # 60 days after day 35
    ],
)
def test_a_life_goes_through_the_states_on_the_second(at: float, state: str) -> None:
    life = facts_of([joined(100)], [day(103), day(130), day(135)])
    assert lifecycle.state_at(life, HOUSE_LIMITS, day(100 + at)) == state


def test_the_house_counts_in_days_of_86_400_seconds_and_by_these_thresholds() -> None:
    assert DAY == 24 * 60 * 60
    assert [(version.valid_from, version.number) for version in HOUSE] == [(0, 0)]
    assert HOUSE[0].thresholds == Thresholds(
        new_days=7, active_days=14, pause_days=14, return_days=14, churn_days=60
    )


@pytest.mark.parametrize(("pause", "state"), [(14, "returning"), (13.999, "active")])
def test_a_pause_counts_from_fourteen_days_on(pause: float, state: str) -> None:
    life = facts_of([joined(0)], [day(10), day(10 + pause)])
    assert lifecycle.state_at(life, HOUSE_LIMITS, day(11 + pause)) == state


def test_whoever_never_speaks_is_new_then_dormant_then_churned_sixty_days_after_joining() -> None:
    silent = facts_of([joined(0)], [])
    assert histories.histories(histories.columns([silent]), HOUSE).of(0) == [
        (0, "new"),
        (day(7), "dormant"),
        (day(60), "churned"),
    ]


def test_leaving_is_churn_at_once_and_coming_back_begins_anew() -> None:
    life = facts_of([joined(10, 40, leaves=(12,))], [day(11), day(41)])
    assert histories.histories(histories.columns([life]), HOUSE).of(0) == [
        (day(10), "new"),
        (day(12), "churned"),
        (day(40), "new"),
        (day(47), "returning"),
        (day(55), "dormant"),
        (day(101), "churned"),
    ]


def test_who_speaks_after_leaving_is_taken_to_be_there() -> None:
    assert lifecycle.presence([joined(1, leaves=(2,), back=(5,))]) == (
        (day(1), True),
        (day(2), False),
        (day(5), True),
    )


def test_a_second_account_does_not_make_a_person_new_and_leaving_with_one_is_not_leaving() -> None:
    seats = [joined(0, leaves=(20,)), joined(10)]
    assert lifecycle.presence(seats) == ((0, True),)
    assert lifecycle.presence([joined(0, leaves=(20,)), joined(10, leaves=(30,))])[-1] == (day(30), False)


def test_a_member_first_seen_leaving_is_churned_from_then_on() -> None:
    left = facts_of([Seat(day(5) * 1000, (), (day(5) * 1000,))], [])
    found = histories.columns([left])
    assert histories.histories(found, HOUSE).of(0) == [(day(5), "churned")]
    assert histories.memberships(found).of(0) == [(day(5), "out")]


def test_thresholds_hold_from_their_change_and_leave_the_past_alone() -> None:
    life = facts_of([joined(0)], [day(0), day(100)])
    stricter = (*HOUSE, Version(day(80), Thresholds(churn_days=20), 1))
    assert histories.histories(histories.columns([life]), stricter).of(0) == [
        (0, "new"),
        (day(7), "active"),
        (day(14), "dormant"),
        (day(60), "churned"),
        (day(100), "returning"),
        (day(114), "dormant"),
        (day(120), "churned"),
    ]


def test_thresholds_that_contradict_each_other_are_named() -> None:
    assert lifecycle.problem(HOUSE_LIMITS) is None
    assert lifecycle.problem(Thresholds(churn_days=14)) == "churn"
    assert lifecycle.problem(Thresholds(new_days=0)) == "range"


# against a plain reference -----------------------------------------------------------------------------------------

offsets = st.integers(0, 200 * 24).map(lambda hours: hours * 3600)
limits_drawn = st.builds(
    Thresholds,
    new_days=st.integers(1, 12),
    active_days=st.integers(2, 20),
    pause_days=st.integers(2, 25),
    return_days=st.integers(1, 20),
    churn_days=st.integers(21, 70),
)
life_drawn = st.tuples(
    st.lists(offsets, max_size=3),  # joins
    st.lists(offsets, max_size=3),  # leaves
    st.lists(offsets, min_size=1, max_size=25),  # interactions
)


def seat_of(joins: list[int], leaves: list[int], moments: list[int]) -> Seat:
    ordered = sorted(moments)
    back = [next((m for m in ordered if m > left), None) for left in leaves]
    return Seat(
        min([*joins, *leaves, *moments]) * 1000,
        tuple(sorted(at * 1000 for at in joins)),
        tuple(sorted(at * 1000 for at in leaves)),
        tuple(at * 1000 for at in back if at is not None),
    )


@settings(max_examples=150, deadline=None)
@given(lives=st.lists(life_drawn, min_size=1, max_size=4), limits=limits_drawn)
def test_every_day_of_every_life_equals_a_reference_that_walks_the_events(
    lives: list, limits: Thresholds
) -> None:
    facts = [facts_of([seat_of(*life)], life[2], limits.gap) for life in lives]
    found = histories.histories(histories.columns(facts), (Version(0, limits),))
    for index, (joins, leaves, moments) in enumerate(lives):
        history = found.of(index)
        for now in range(0, HORIZON, DAY // 2):
            expected = plainly(joins, leaves, moments, limits, now)
            assert moves.value_at(history, now) == expected
            assert lifecycle.state_at(facts[index], limits, now) == expected


@settings(max_examples=60, deadline=None)
@given(lives=st.lists(life_drawn, min_size=1, max_size=5), change=offsets, limits=limits_drawn)
def test_states_are_a_partition_and_histories_hold_no_empty_move(
    lives: list, change: int, limits: Thresholds
) -> None:
    gap = min(limits.gap, HOUSE_LIMITS.gap)
    facts = histories.columns([facts_of([seat_of(*life)], life[2], gap) for life in lives])
    versions = (*HOUSE, Version(change, limits, 1))
    found = histories.histories(facts, versions)
    for index in range(len(lives)):
        history = found.of(index)
        assert all(value in STATES for _, value in history)
        assert all(was != now and at >= 0 for at, was, now in moves.moves(history))
        assert [at for at, _ in history] == sorted({at for at, _ in history})
    for now in range(0, HORIZON, 7 * DAY + 3600):
        limit = lifecycle.in_force(versions, now).thresholds
        codes = histories.states_at(facts, limit, now)
        assert [histories.CODES[code] for code in codes] == [
            moves.value_at(found.of(index), now) for index in range(len(lives))
        ]


@settings(max_examples=60, deadline=None)
@given(life=life_drawn, shift=st.integers(-14, 14), now=offsets)
def test_a_state_depends_on_instants_and_not_on_anybodys_time_zone(life: tuple, shift: int, now: int) -> None:
    moved = [[at + (shift + 24) * 3600 for at in part] for part in life]
    here = facts_of([seat_of(*life)], life[2])
    there = facts_of([seat_of(*moved)], moved[2])
    assert lifecycle.state_at(here, HOUSE_LIMITS, now) == lifecycle.state_at(
        there, HOUSE_LIMITS, now + (shift + 24) * 3600
    )


@settings(max_examples=60, deadline=None)
@given(life=life_drawn, order=st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_known_changes_nothing(life: tuple, order) -> None:
    shuffled = [order.sample(part, len(part)) for part in life]
    assert facts_of([seat_of(*life)], life[2]) == facts_of([seat_of(*shuffled)], shuffled[2])


seats_never_left = st.lists(st.tuples(st.integers(0, 5_000), st.integers(-1, 3_000)), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(people=st.lists(seats_never_left, max_size=4))
def test_many_who_never_left_begin_as_each_of_them_does_alone(people: list) -> None:
    seats = [seat for held in people for seat in held]
    first = np.array([at for at, _ in seats], dtype=np.int64)
    joined = np.array([at + later if later >= 0 else -1 for at, later in seats], dtype=np.int64)
    owner = np.repeat(np.arange(len(people)), [len(held) for held in people]).astype(np.int64)
    found = histories.begun(first, joined, owner, np.arange(len(seats), dtype=np.int64))
    for index, held in enumerate(people):
        alone = [Seat(at, (at + later,) if later >= 0 else ()) for at, later in held]
        mine = sorted({int(at) for one, at, _ in found if one == index})
        assert mine == sorted({change.at for change in lifecycle.presence(alone)})


def test_every_change_is_a_move_from_what_was_before_it() -> None:
    history = [(day(1), "new"), (day(8), "active"), (day(30), "dormant")]
    assert moves.moves(history) == [
        (day(1), "", "new"),
        (day(8), "new", "active"),
        (day(30), "active", "dormant"),
    ]


# corrections -------------------------------------------------------------------------------------------------------


def test_a_late_fact_corrects_the_moves_that_had_been_told_and_no_others() -> None:
    before = facts_of([joined(0)], [day(1)])
    after = facts_of([joined(0)], [day(1), day(10)])
    old = histories.histories(histories.columns([before]), HOUSE).of(0)
    new = histories.histories(histories.columns([after]), HOUSE).of(0)
    assert moves.corrections(old, new, day(20)) == [(day(15), "dormant", "active")]
    assert moves.corrections(old, new, day(15)) == [(day(15), "dormant", "active")]
    assert moves.corrections(old, new, day(14)) == []
    assert moves.corrections([], new, day(20)) == moves.corrections(old, [], day(20)) == []


# influence ---------------------------------------------------------------------------------------------------------


def activity(rows: list[tuple[int, int, int, float, int]]) -> influence.Activity:
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    ints = table.astype(np.int64)
    return influence.Activity(ints[:, 0], ints[:, 1], ints[:, 2], table[:, 3], ints[:, 4])


def test_the_best_in_everything_scores_a_hundred_and_a_silent_member_nothing() -> None:
    scored = influence.scores(activity([(1, 50, 9, 0.5, 90), (2, 0, 0, 0.0, 0), (3, 0, 0, 0.1, 0)]))
    assert scored.score.tolist() == [100, 0, 0]
    assert scored.points.tolist()[0] == list(influence.WEIGHTS)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 60), st.floats(0, 0.2), st.integers(0, 90)),
        min_size=1,
        max_size=60,
    )
)
def test_factors_sum_to_the_score_and_no_factor_exceeds_its_weight(rows: list) -> None:
    scored = influence.scores(activity([(index + 1, *row) for index, row in enumerate(rows)]))
    assert (scored.points.sum(axis=1) == scored.score).all()
    assert (scored.points >= 0).all()
    assert (scored.points <= np.array(influence.WEIGHTS)).all()
    assert ((scored.score >= 0) & (scored.score <= 100)).all()


@pytest.mark.parametrize(
    ("members", "expected"),
    [(0, (0, 0, 0)), (1, (1, 0, 0)), (2, (1, 1, 0)), (30, (1, 3, 6)), (100, (1, 9, 20)), (101, (2, 10, 21))],
)
def test_tiers_round_up_and_never_exceed_the_members(members: int, expected: tuple[int, int, int]) -> None:
    assert influence.sizes(members) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=150))
def test_tiers_are_a_partition_by_score_and_zero_is_a_lurker(points: list[int]) -> None:
    who = np.arange(1, len(points) + 1)
    score = np.array(points)
    scored = influence.Scores(who, np.zeros((len(points), 4), dtype=np.int64), score, score.astype(float))
    step = dict(zip(who.tolist(), influence.tiers(who, scored).tolist(), strict=True))
    found = {one: influence.TIERS[index] for one, index in step.items()}
    assert sorted(found) == who.tolist()
    assert all(step[a] <= step[b] for a in step for b in step if points[a - 1] > points[b - 1])
    assert all(found[one] == "lurker" for one in found if points[one - 1] == 0)
    expected = min(influence.sizes(len(points))[0], sum(1 for one in points if one))
    assert list(found.values()).count("kol") == expected


def test_equal_scores_go_to_the_older_member() -> None:
    who = np.array([3, 5, 7])
    scored = influence.Scores(
        who, np.zeros((3, 4), dtype=np.int64), np.array([9, 9, 9]), np.array([9.0, 9.0, 9.0])
    )
    assert [influence.TIERS[index] for index in influence.tiers(who, scored)] == ["kol", "koc", "participant"]


def test_mondays_begin_at_midnight_of_the_zone_also_where_the_clocks_change() -> None:
    first = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    found = influence.mondays(first, dt.datetime(2026, 4, 6, tzinfo=dt.UTC), "Europe/Berlin")
    local = [dt.datetime.fromtimestamp(at, dt.UTC).isoformat() for at in found]
    assert local == ["2026-03-22T23:00:00+00:00", "2026-03-29T22:00:00+00:00", "2026-04-05T22:00:00+00:00"]


def test_influence_looks_at_ninety_days_and_gives_a_hundred_points_in_all() -> None:
    assert influence.WINDOW_DAYS == 90
    assert (influence.WEIGHTS, sum(influence.WEIGHTS)) == ((30, 25, 25, 20), 100)
    assert influence.SHARES == (1, 9, 20)
