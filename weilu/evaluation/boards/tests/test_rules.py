"""What a card asks under the filters of its board, who sees a board, and when a letter is due."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from weilu.evaluation.boards import rules
from weilu.evaluation.boards.rules import Filters

NEWEST = dt.date(2026, 3, 20)
TREND = {"kind": "trend", "metric": "dau", "from": "2018-06-01", "to": "2018-06-30", "communities": [1]}
MINE = dt.date(2026, 3, 1), dt.date(2026, 3, 9)


def test_the_days_and_communities_of_the_board_take_the_place_of_the_cards():
    asked = rules.asked(TREND, Filters((2, 3), "7"), NEWEST)
    assert asked == {**TREND, "from": "2026-03-14", "to": "2026-03-20", "communities": [2, 3]}
    assert TREND["communities"] == [1], "the card keeps its own"


def test_empty_filters_leave_a_card_as_it_is():
    assert rules.asked(TREND, Filters(days=""), NEWEST) == TREND


@pytest.mark.parametrize(
    ("filters", "span"),
    [
        (Filters(days="28"), (dt.date(2026, 2, 21), NEWEST)),
        (Filters(days="month"), (dt.date(2026, 3, 1), NEWEST)),
        (Filters(days="7", first=MINE[0], last=MINE[1]), MINE),
        (Filters(days=""), None),
    ],
)
def test_days_are_counted_back_from_the_newest(filters, span):
    assert rules.days(filters, NEWEST) == span


def test_a_segment_of_the_board_narrows_that_of_the_card():
    of = Filters(days="", segment=7)
    assert rules.asked(TREND, of, NEWEST)["segment"] == 7
    assert rules.asked({**TREND, "segment": 7}, of, NEWEST)["segment"] == 7
    both = {"and": [{"segment": 3}, {"segment": 7}]}
    assert rules.asked({**TREND, "segment": 3}, of, NEWEST)["segment"] == both
    rule = {"did": "message.sent"}
    assert rules.asked({**TREND, "segment": rule}, of, NEWEST)["segment"] == {"and": [rule, {"segment": 7}]}
    asked = rules.asked({"kind": "segment", "rule": rule}, Filters(segment=7), NEWEST)
    assert asked == {"kind": "segment", "rule": {"and": [rule, {"segment": 7}]}}, "no days, since it has none"


def test_an_event_that_stands_in_place_of_a_day_is_kept():
    asked = rules.asked({"kind": "paths", "from": "member.joined", "depth": 3}, Filters(days="7"), NEWEST)
    assert asked == {
        "kind": "paths",
        "depth": 3,
        "after": "member.joined",
        "from": "2026-03-14",
        "to": "2026-03-20",
    }


def test_of_named_communities_only_those_that_are_seen_are_asked():
    question = {**TREND, "communities": [1, 2]}
    assert rules.narrowed(question, {1, 9}) == ({**TREND, "communities": [1]}, True)
    assert rules.narrowed(question, None) == (question, False)
    assert rules.narrowed(question, {1, 2}) == (question, False)
    assert rules.narrowed(question, {9}) == (question, False), (
        "whoever sees none is refused, not shown everything"
    )


@pytest.mark.parametrize(
    ("roles", "places", "grants", "seen", "shared"),
    [
        ([], [], [("owner", 0)], None, False),
        (["content"], [], [("content", 3)], {3}, True),
        (["content"], [], [("moderator", 3)], {3}, False),
        ([], [3], [("moderator", 3)], {3}, True),
        ([], [3], [("owner", 0)], None, True),
        ([], [3], [("moderator", 4)], {4}, False),
        (["content"], [3], [("content", 4), ("moderator", 3)], {3, 4}, False),
        (["content"], [3], [("content", 3)], {3}, True),
        (["content"], [3], [("content", 0)], None, True),
    ],
)
def test_a_board_is_shown_to_roles_in_communities(roles, places, grants, seen, shared):
    assert rules.shown_to(roles, places, grants, seen) is shared


MONDAY = dt.date(2026, 3, 23)


@pytest.mark.parametrize(
    ("rhythm", "local", "done", "day"),
    [
        ("daily", "2026-03-20 07:59", None, None),
        ("daily", "2026-03-20 08:00", None, NEWEST),
        ("daily", "2026-03-20 23:59", None, NEWEST),
        ("daily", "2026-03-20 08:01", NEWEST, None),
        ("daily", "2026-03-21 01:00", dt.date(2026, 3, 19), None),
        ("weekly", "2026-03-20 09:00", None, None),
        ("weekly", "2026-03-23 09:00", dt.date(2026, 3, 16), MONDAY),
        ("weekly", "2026-03-24 09:00", dt.date(2026, 3, 16), None),
    ],
)
def test_a_letter_is_due_from_its_hour_on_its_own_day_and_once(rhythm, local, done, day):
    assert rules.due(rhythm, 8, done, dt.datetime.fromisoformat(local).replace(tzinfo=dt.UTC)) == day


def test_the_hour_is_that_of_the_clock_on_the_wall_through_a_change_of_the_clocks():
    zone, done = ZoneInfo("Europe/Berlin"), None
    sent = []
    for hour in range(24 * 4):  # from the Friday before the clocks go forward
        now = dt.datetime(2026, 3, 27, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        if day := rules.due("daily", 8, done, now.astimezone(zone)):
            sent.append((day.day, now.hour))
            done = day
    assert sent == [(27, 7), (28, 7), (29, 6), (30, 6)]


def test_the_wall_shows_four_cards_at_once_and_a_wide_one_alone():
    cards = [
        ("a", False),
        ("b", False),
        ("c", True),
        ("d", False),
        ("e", False),
        ("f", False),
        ("g", False),
        ("h", False),
    ]
    assert rules.panes(cards) == [["a", "b"], ["c"], ["d", "e", "f", "g"], ["h"]]
    assert rules.panes([]) == []
