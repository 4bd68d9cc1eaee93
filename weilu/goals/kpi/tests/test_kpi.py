"""From figures to a score, to its parts, to their people; stages and weights that operators decide on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.fixtures import pages
from tests.fixtures.lively import HEARTH, day
from tests.fixtures.log import event, join, say
from weilu.core import clock
from weilu.core.directory.queries import zone_of
from weilu.core.errors import Forbidden, NotFound, WeiluError
from weilu.core.events.incoming import Place
from weilu.core.operators.access import viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.goals.kpi import actions, asking, queries, rules
from weilu.goals.kpi.models import CommunityStage, StageWeights

SITE = Place("sdk:site", "site", "Site")
EVEN = {"growth": 25, "activity": 25, "conversion": 25, "retention": 25}
ONLY_GROWTH = {"growth": 100, "activity": 0, "conversion": 0, "retention": 0}


def track(viewer: Any, community: Any) -> queries.Track:
    [found] = queries.tracks(viewer, [community], queries.present([community]))
    return found


def test_the_last_week_that_is_over_opens_into_its_figures_and_their_people(lively: Any, bea: Any) -> None:
    """Friday the 20th: the week from Monday the 9th to the 15th. Cai spoke daily, Mei on four days, of five members."""
    found = track(viewer_of(bea), lively.hearth)
    week = found.now
    assert (week.monday, week.members) == (dt.date(2026, 3, 9), 5)
    values = {one.part.slug: one.value for one in week.score.parts}
    assert values["interaction_rate"] == pytest.approx(2 / 5)
    assert values["daily_share"] == pytest.approx(11 / 7 / 5)
    assert values["net_growth"] == 0
    assert values["new_speakers"] == 0
    # Of those who came in the week before, Cai, Mei and Lin spoke within seven days; all five had their day 7 in this one.
    assert values["first_message_rate"] == pytest.approx(3 / 5)
    assert values["buyers"] is None, "nobody ever bought anything here"
    asked = asking.trend("interaction_rate", week.monday, 1, zone_of(lively.hearth), [lively.hearth.pk])
    behind = questions.behind({**asked, "point": {"at": "2026-03-09"}}, viewer_of(bea))
    assert behind.total == 2
    assert week.score.score is not None
    assert 0 < week.score.score <= 100


def test_the_stage_is_suggested_until_an_operator_says_it(lively: Any, bea: Any) -> None:
    viewer = viewer_of(bea)
    before = track(viewer, lively.hearth).now
    assert (before.stage, before.by_hand) == ("start", False)
    assert actions.put(viewer, lively.hearth.pk, "mature", "start") is not None
    assert actions.put(viewer, lively.hearth.pk, "mature", "start") is None, "said again it changes nothing"
    after = track(viewer, lively.hearth).now
    assert (after.stage, after.by_hand, after.suggestion.stage) == ("mature", True, "start")
    expected = rules.score(
        {one.part.slug: one.value for one in before.score.parts}, before.members, rules.USUAL["mature"]
    )
    assert after.score == expected
    assert after.score.score != before.score.score
    actions.put(viewer, lively.hearth.pk, "")
    assert track(viewer, lively.hearth).now == before
    assert AuditEntry.objects.filter(action="kpi.stage").count() == 2


def test_weeks_before_keep_the_weights_of_their_time(lively: Any, ada: Any) -> None:
    viewer = viewer_of(ada)
    before = track(viewer, lively.hearth)
    assert actions.weigh(viewer, "start", ONLY_GROWTH) is not None
    assert actions.weigh(viewer, "start", ONLY_GROWTH) is None
    after = track(viewer, lively.hearth)
    assert after.now.score.score != before.now.score.score
    assert after.weeks[:-1] == before.weeks[:-1]
    with clock.frozen(dt.datetime(2026, 3, 25, 12, tzinfo=dt.UTC)):
        later = track(viewer, lively.hearth)
    assert later.weeks[-2] == after.now, "and a week later it says the same of this one"


def test_a_preview_shows_what_would_move_and_keeps_nothing(lively: Any, ada: Any, client_of: Any) -> None:
    board = client_of(ada)
    was = track(viewer_of(ada), lively.hearth).now.score.score
    shown = board.post("/kpi/weights/start/", {**EVEN, "do": "preview"})
    assert shown.status_code == 200
    assert not StageWeights.objects.exists()
    moves = {one["community"].pk: one for one in shown.context["moves"]}
    assert moves[lively.hearth.pk]["before"] == was
    assert board.post("/kpi/weights/start/", {**EVEN, "do": "save"}).status_code == 302
    assert track(viewer_of(ada), lively.hearth).now.score.score == moves[lively.hearth.pk]["after"]
    assert board.post("/kpi/weights/start/", {**EVEN, "growth": 26}).status_code == 400
    assert board.post("/kpi/weights/start/", {**EVEN, "growth": "many"}).status_code == 400
    assert board.post("/kpi/weights/nowhere/", {**EVEN, "do": "save"}).status_code == 400
    assert StageWeights.objects.count() == 1


def test_weights_are_the_brands_and_a_stage_is_its_communitys(lively: Any, bea: Any, dov: Any) -> None:
    with pytest.raises(Forbidden):
        actions.weigh(viewer_of(bea), "start", EVEN)
    with pytest.raises(NotFound):
        actions.put(viewer_of(bea), lively.harbour.pk, "start")
    with pytest.raises(WeiluError):
        actions.put(viewer_of(bea), lively.hearth.pk, "asleep")
    with pytest.raises((Forbidden, NotFound)):
        actions.put(viewer_of(dov), lively.hearth.pk, "start")
    assert not CommunityStage.objects.exists()


def test_each_sees_the_scores_of_their_own_communities(
    lively: Any, ada: Any, bea: Any, dov: Any, client_of: Any, stranger: Any
) -> None:
    hers = client_of(bea)
    assert [one["community"].name for one in client_of(ada).get("/kpi/").context["rows"]] == [
        "Hearth",
        "Harbour",
    ]
    assert [one["community"].name for one in hers.get("/kpi/").context["rows"]] == ["Hearth"]
    assert hers.get(f"/kpi/{lively.hearth.pk}/").status_code == 200
    assert hers.get(f"/kpi/{lively.harbour.pk}/").status_code == 404
    assert hers.post(f"/kpi/{lively.harbour.pk}/stage", {"stage": "mature"}).status_code == 404
    assert hers.post(f"/kpi/{lively.hearth.pk}/stage", {"stage": "asleep"}).status_code == 400
    for address in ("/kpi/", f"/kpi/{lively.hearth.pk}/", "/kpi/weights/start/"):
        assert client_of(dov).get(address).status_code == 404
        assert stranger.get(address).status_code == 302


def test_the_communitys_own_page_shows_the_score_and_follows_what_was_decided(
    lively: Any, bea: Any, client_of: Any
) -> None:
    hers = client_of(bea)
    hers.cookies["weilu_language"] = "en"
    address = f"/communities/{lively.hearth.pk}/"
    assert "Start-up" in pages.whole(hers, address)
    hers.post(f"/kpi/{lively.hearth.pk}/stage", {"stage": "mature"})
    page = pages.whole(hers, address)
    assert "Mature" in page
    assert f"/kpi/{lively.hearth.pk}/" in page


def test_late_facts_move_the_score_of_their_week(lively: Any, bea: Any, play: Any, warehouse: Any) -> None:
    before = track(viewer_of(bea), lively.hearth)
    play([say(name, day(10), community=HEARTH, number=f"late-{name}") for name in ("Yan", "Bo", "Lin")])
    warehouse.loaded()
    after = track(viewer_of(bea), lively.hearth)
    assert after.now.score.score > before.now.score.score
    assert after.weeks[-3] == before.weeks[-3]


def test_what_members_said_when_asked_stands_beside_the_score(
    lively: Any, ada: Any, play: Any, warehouse: Any, client_of: Any
) -> None:
    assert asking.surveys(viewer_of(ada), lively.hearth) == []
    before = track(viewer_of(ada), lively.hearth).now.score
    given = {"Cai": 10, "Mei": 9, "Lin": 7, "Yan": 3}
    play([
        event("nps.answered", day(19, 15), name, community=SITE, number=f"nps-{name}", value=value, source="sdk")
        for name, value in given.items()
    ])  # fmt: skip
    play([event("nps.answered", day(19, 15), "Zoe", community=SITE, number="nps-zoe", value=0, source="sdk")])
    warehouse.loaded()
    [found] = asking.surveys(viewer_of(ada), lively.hearth)
    assert (found.slug, found.answered, found.value) == ("nps", 4, 25)
    assert track(viewer_of(ada), lively.hearth).now.score == before
    assert "NPS" in client_of(ada).get(f"/kpi/{lively.hearth.pk}/").content.decode()


def test_a_community_that_sells_is_judged_by_its_buyers(
    lively: Any, bea: Any, play: Any, warehouse: Any
) -> None:
    play([
        event("order.paid", day(11), "Cai", community=HEARTH, number="o1", value=9900),
        join("New", day(11), community=HEARTH, number="join-new"),
    ])  # fmt: skip
    warehouse.loaded()
    found = {one.part.slug: one for one in track(viewer_of(bea), lively.hearth).now.score.parts}
    assert found["buyers"].value == pytest.approx(1 / 6)
    assert found["joins"].value == pytest.approx(1 / 5)
    assert max(one.share for one in found.values()) <= 0.5


def test_scores_over_the_api(lively: Any, ada: Any, bea: Any, program: Any) -> None:
    board, all_of_it = program(bea), program(ada)
    assert [one["community"] for one in board.get("/kpi").json()] == [lively.hearth.pk]
    found = board.get(f"/communities/{lively.hearth.pk}/kpi").json()
    assert found["score"] == track(viewer_of(bea), lively.hearth).now.score.score
    assert len(found["weeks"]) == 13
    part = next(one for one in found["parts"] if one["part"] == "interaction_rate")
    answer = board.post("/questions", {**part["question"], "people": True})
    assert len(answer.json()["rows"]) == 2, answer.content
    assert board.put(f"/communities/{lively.hearth.pk}/stage", {"stage": "mature"}).json() == {"done": True}
    assert board.put(f"/communities/{lively.hearth.pk}/stage", {"stage": "asleep"}).status_code == 422
    assert board.get(f"/communities/{lively.hearth.pk}/kpi").json()["by_hand"] is True
    assert board.put("/kpi/weights/start", EVEN).status_code == 403
    assert all_of_it.put("/kpi/weights/start", {**EVEN, "growth": 20}).status_code == 400
    [move] = all_of_it.post("/kpi/weights/mature/preview", EVEN).json()
    assert move["community"] == lively.hearth.pk
    assert all_of_it.put("/kpi/weights/mature", EVEN).json() == {"stage": "mature", **EVEN}
    now = board.get(f"/communities/{lively.hearth.pk}/kpi").json()
    assert now["score"] == move["after"]
    assert board.get(f"/communities/{lively.harbour.pk}/kpi").status_code == 404


def test_with_the_warehouse_down_the_pages_say_so(
    lively: Any, bea: Any, client_of: Any, warehouse_down: Any
) -> None:
    for address in ("/kpi/", f"/kpi/{lively.hearth.pk}/"):
        assert client_of(bea).get(address).status_code == 200
