"""Do scores and tiers in the store follow from the log, and does each factor open into its events?"""

from __future__ import annotations

import pytest

from weilu.core import clock
from weilu.core.warehouse import client
from weilu.members import conclude, weigh
from weilu.members.standing import standings, tiers_known
from weilu.members.tests.village import (
    HEARTH,
    at,
    came,
    community_of,
    days,
    member_of,
    moment,
    said,
    timelines,
)

pytestmark = pytest.mark.django_db

MONDAY = 7 - 8 / 24
"""The first Monday 00:00 in Shanghai, in days since the story began."""
STORY = [
    *(came(name, 0) for name in ("Cai", "Emi", "Fay", "Gus")),
    said("Cai", 1, number=1),
    said("Cai", 2, number=2),
    said("Emi", 2.1, number=3, about=2),
    said("Fay", 2.2, number=4, about=2, mentions=()),
    said("Emi", 3, number=5),
]


def told(warehouse, play, events, day, batch=7):
    play(events, batch=batch)
    warehouse.loaded()
    with clock.frozen(moment(day)):
        conclude.run_once()
        return weigh.run_once()


def scores(scope: int) -> dict[int, dict]:
    rows = client.query("SELECT * FROM weilu.scores FINAL WHERE score > 0").to_pylist()
    return {row["who"]: row for row in rows if row["scope"] == scope}


def test_the_most_answered_voice_is_the_kol_and_factors_sum_to_the_score(warehouse, play) -> None:
    told(warehouse, play, STORY, 8)
    found = scores(community_of(HEARTH))
    cai, emi, fay = (found[member_of(name).pk] for name in ("Cai", "Emi", "Fay"))
    assert (cai["contributions"], cai["answerers"], cai["days"]) == (2, 2, 2)
    assert (cai["contribution"], cai["diversity"], cai["reach"]) == (30, 25, 25)
    assert (cai["tier"], emi["tier"], fay["tier"]) == ("kol", "koc", "participant")
    assert (cai["place"], cai["members"]) == (1, 4)
    for row in found.values():
        assert row["contribution"] + row["diversity"] + row["reach"] + row["presence"] == row["score"]
    assert member_of("Gus").pk not in found
    assert days(timelines()["tier", community_of(HEARTH), member_of("Gus").pk]) == [
        (pytest.approx(MONDAY), "lurker")
    ]


def test_tiers_change_on_mondays_alone(warehouse, play) -> None:
    assert told(warehouse, play, STORY, 5) == 0
    told(warehouse, play, [], 20)
    line = days(timelines()["tier", community_of(HEARTH), member_of("Cai").pk])
    assert line == [(pytest.approx(MONDAY), "kol")]
    hearth, position = community_of(HEARTH), warehouse.loaded()
    monday = round(at(0) + MONDAY * 86_400_000)
    told_then = [list(tiers_known([hearth], moment_ms, position)) for moment_ms in (monday, monday + 1)]
    assert told_then[0] == []
    assert (hearth, member_of("Cai").pk, "kol") in told_then[1]


def test_weighing_again_writes_nothing_and_weighing_later_keeps_what_stood(warehouse, play) -> None:
    told(warehouse, play, STORY, 20)
    before = timelines()
    assert told(warehouse, play, [], 20) == 0
    told(warehouse, play, [said("Gus", 21), said("Gus", 22)], 30, batch=8)
    hearth, cai = community_of(HEARTH), member_of("Cai").pk
    assert timelines()["tier", hearth, cai] == before["tier", hearth, cai]


def test_weighing_week_by_week_equals_weighing_once_at_the_end(warehouse, play) -> None:
    late = [said("Gus", 9 + n, number=100 + n) for n in range(12)] + [
        said("Emi", 15 + n / 10, number=200 + n, about=100 + n) for n in range(6)
    ]
    told(warehouse, play, STORY, 5)
    for day in (8, 13, 18, 26):
        told(warehouse, play, [one for one in late if one.happened < at(day)], day, batch=8)
    by_steps = {key: line for key, line in timelines().items() if key[0] == "tier"}
    from weilu.members.models import Concluded

    Concluded.objects.all().delete()
    warehouse.truncate("weilu.timelines")
    told(warehouse, play, [], 26)
    assert {key: line for key, line in timelines().items() if key[0] == "tier"} == by_steps


def test_a_pyramid_as_it_was_known_leaves_out_what_came_later(warehouse, play) -> None:
    told(warehouse, play, STORY, 10)
    position = warehouse.loaded()
    second = at(10) // 1000
    before = standings(second)
    told(warehouse, play, [said("Gus", 4 + n / 10) for n in range(9)], 11, batch=8)
    now, then = standings(second), standings(second, known=position)
    assert [s.scores.score.tolist() for s in then] == [s.scores.score.tolist() for s in before]
    assert [s.tier.tolist() for s in then] == [s.tier.tolist() for s in before]
    assert [s.scores.score.tolist() for s in now] != [s.scores.score.tolist() for s in before]
