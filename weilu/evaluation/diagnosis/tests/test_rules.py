"""Each rule finds what ails a community at its threshold, and nothing at a healthy one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weilu.evaluation.diagnosis import rules
from weilu.evaluation.diagnosis.shapes import Facts, Post, Stay

WELL = Facts(
    community=1, members=100, before=95, silent=0.6, daily=0.15, active=60, reply_seconds=300, answered=80,
    said={1: 20, 2: 10, 3: 10, 9: 30}, team=frozenset({9}),
    posts=tuple(Post(at, 9, at, offer=at < 6) for at in range(30)),
    stays=tuple(Stay(at, at % 10) for at in range(30)), joined=60,
    left=40, removed=tuple(range(200, 215)), newcomers=60, mute=tuple(range(300, 340)),
)  # fmt: skip


def found(facts: Facts) -> list[str]:
    return [one.rule for one in rules.diagnose(facts)]


def posts(offers: int, again: int, all_of_them: int = 30) -> tuple[Post, ...]:
    return tuple(Post(at, 9, at, offer=at < offers, again=at < again) for at in range(all_of_them))


def test_nothing_is_found_where_all_is_well() -> None:
    assert found(WELL) == []
    assert found(Facts(1)) == []


@pytest.mark.parametrize(
    ("at_the_edge", "beyond", "rule"),
    [
        ({"silent": 0.9}, {"silent": 0.91}, "silent_crowd"),
        ({"daily": 0.05}, {"daily": 0.049}, "dead_group"),
        (
            {"posts": posts(6, 0), "said": {1: 16, 9: 14}},
            {"posts": posts(7, 0), "said": {1: 16, 9: 14}},
            "over_selling",
        ),
        ({"posts": posts(0, 15)}, {"posts": posts(0, 16)}, "sameness"),
        ({"said": {1: 30, 9: 30}}, {"said": {1: 30, 9: 31}}, "talking_alone"),
        ({"begun": {1: 3, 9: 27}}, {"begun": {1: 2, 9: 27}}, "nothing_by_members"),
        ({"reply_seconds": 1800}, {"reply_seconds": 1801}, "slow_answers"),
        ({"mute": tuple(range(54))}, {"mute": tuple(range(55))}, "growth_without_quality"),
        ({"removed": tuple(range(20))}, {"removed": tuple(range(21))}, "over_control"),
    ],
)
def test_a_rule_speaks_beyond_its_threshold_and_not_at_it(at_the_edge, beyond, rule) -> None:
    assert found(replace(WELL, **at_the_edge)) == []
    assert found(replace(WELL, **beyond)) == [rule]


def test_a_few_offers_among_much_talk_are_not_felt() -> None:
    assert found(replace(WELL, posts=posts(7, 0), said={1: 26, 9: 9})) == []
    assert found(replace(WELL, posts=posts(7, 0), said={1: 20, 9: 14})) == ["over_selling"]


@pytest.mark.parametrize(
    "little",
    [
        {"silent": 1.0, "members": 19},
        {"daily": 0.0, "members": 19},
        {"daily": 0.0, "before": 49},
        {"posts": posts(9, 9, 9)},
        {"said": {9: 19}},
        {"reply_seconds": 90_000, "answered": 19},
        {"stays": tuple(Stay(at, 0) for at in range(9))},
        {"newcomers": 19, "mute": tuple(range(19))},
        {"newcomers": 60, "mute": tuple(range(60)), "before": 300},
        {"removed": tuple(range(9)), "left": 9},
    ],
)
def test_too_little_is_no_evidence(little) -> None:
    assert found(replace(WELL, **little)) == []


def test_behind_an_offer_stand_exactly_the_offers() -> None:
    [one] = rules.diagnose(replace(WELL, posts=posts(10, 0), said={1: 20, 9: 20}))
    assert one.positions == tuple(range(10))
    assert one.numbers == {"share": 1 / 3, "offers": 10, "posts": 30, "team": 1, "felt": 1 / 4}


def test_the_day_on_which_people_leave_is_named_with_those_who_left_then() -> None:
    stays = (*(Stay(100 + at, 2) for at in range(8)), *(Stay(at, 5 + at) for at in range(10)))
    [one] = rules.diagnose(replace(WELL, stays=stays))
    assert (one.rule, one.numbers["day"], one.numbers["left"], one.numbers["all"]) == ("churn_node", 3, 8, 18)
    assert one.members == tuple(range(100, 108))


def test_behind_hollow_growth_stand_those_who_said_nothing() -> None:
    [one] = rules.diagnose(replace(WELL, newcomers=50, mute=tuple(range(100, 147))))
    assert one.numbers == {"share": 0.06, "spoke": 3, "newcomers": 50, "members": 100}
    assert one.members == tuple(range(100, 147))


def test_where_members_begin_nothing_those_stand_who_only_answer() -> None:
    one = replace(WELL, begun={1: 1, 9: 24})
    [finding] = rules.diagnose(one)
    assert finding.numbers == {"share": 0.04, "own": 1, "openings": 25, "answers": 39}
    assert finding.members == (2, 3)
    assert found(replace(one, begun={1: 1, 9: 18})) == []  # too few to tell
    assert found(replace(one, said={1: 12, 2: 7, 9: 19})) == []  # members who hardly speak are another matter


def test_a_slope_is_no_node() -> None:
    slope = [0] * 10 + [1] * 8 + [2] * 5 + [3] * 3
    assert found(replace(WELL, stays=tuple(Stay(at, day) for at, day in enumerate(slope)))) == []


def test_who_sells_on_two_days_speaks_for_the_brand() -> None:
    day = rules.DAY
    assert rules.sellers([(1, 0), (1, 10), (1, day), (2, 0), (2, 1), (2, 2), (3, 0), (3, day)]) == {1}


def test_what_was_said_before_is_known_again_whatever_names_and_figures_stand_in_it() -> None:
    texts = ["今天新茶上架，欢迎来店里品尝", "@小青 今天新茶上架，欢迎来店里品尝！！", "天气真好，你们喝什么", "", "",
             "Only 3 left of the spring tea", "Only 12 left of the spring tea https://a.example/x"]  # fmt: skip
    assert rules.repeated(texts) == [False, True, False, False, False, False, True]
