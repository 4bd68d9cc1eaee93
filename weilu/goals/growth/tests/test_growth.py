"""The growth funnel from counts to its widest gap: pages, API, versions, and whose it is to see and to change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from tests.fixtures.lively import HARBOUR, HEARTH, day
from tests.fixtures.log import event, join
from weilu.core import clock
from weilu.core.errors import Conflict, Forbidden, NotFound, WeiluError
from weilu.core.events.incoming import Place
from weilu.core.operators.access import viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.goals.growth import actions, queries, rules, words
from weilu.goals.growth.models import Plan

AIMED = tuple(
    replace(one, rate=rate, count=count)
    for one, rate, count in zip(
        rules.USUAL, (None, 10, 5, 50, 40), (6200, None, None, None, None), strict=True
    )
)
"""Over the first 19 days of March 3,800 impressions are due."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def march(lively: Any, play: Any, warehouse: Any) -> Any:
    """Counted by hand. Hearth: 3,000 impressions, 240 reads, 5 joins, of whom Cai and Mei came back on day 7, one buyer. Harbour: 800
    impressions, 60 reads, Zoe joins by speaking. In February Hearth had 1,500 impressions until the 20th, 900 after."""
    reach = [(HEARTH, day(3), "impressions", 2000), (HEARTH, day(19), "impressions", 1000), (HEARTH, day(3), "reads", 240),
             (HARBOUR, day(4), "impressions", 800), (HARBOUR, day(4), "reads", 60),
             (HEARTH, day(3) - 28 * 86_400_000, "impressions", 1500), (HEARTH, day(25) - 28 * 86_400_000, "impressions", 900)]  # fmt: skip
    play([
        event("reach.counted", at, None, community=place, number=f"r{n}", value=value,
              properties={"channel": "wechat", "sort": sort})
        for n, (place, at, sort, value) in enumerate(reach)
    ])  # fmt: skip
    play([event("order.paid", day(11), "Cai", community=HEARTH, number="o1", value=9900)])
    warehouse.loaded()
    return lively


def picture(who: Any, place: Any = None, span: rules.Span | None = None) -> queries.Picture:
    return queries.picture(viewer_of(who), place, span)


def values(found: queries.Picture) -> list[tuple[Any, Any]]:
    return [(row.judged.figure.now, row.judged.figure.before) for row in found.rows]


def test_five_stages_are_counted_and_each_opens_who_or_what_is_behind_it(march: Any, ada: Any) -> None:
    whole, hearth = picture(ada), picture(ada, march.hearth)

    assert whole.span == rules.Span(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert whole.span_before == rules.Span(dt.date(2026, 2, 1), dt.date(2026, 2, 20))
    assert values(whole) == [(3800, 1500), (300, 0), (6, 0), (2, 0), (1, 0)]
    assert values(hearth) == [(3000, 1500), (240, 0), (5, 0), (2, 0), (1, 0)]
    assert [row.judged.rate for row in hearth.rows] == [None, 8.0, pytest.approx(100 * 5 / 240), None, None]
    assert hearth.rows[3].judged.open == dt.date(2026, 4, 7), "who comes on the 31st has a day 7 only then"
    behind = [questions.behind(row.question, viewer_of(ada)) for row in hearth.rows]  # type: ignore[arg-type]
    assert [(one.counts, one.total) for one in behind] == [
        ("events", 2), ("events", 1), ("events", 5), ("people", 2), ("people", 1),
    ]  # fmt: skip
    asked = {name: value for name, value in hearth.rows[0].question.items() if name != "point"}  # type: ignore[union-attr]
    assert questions.ask(asked, viewer_of(ada)).rows == [("2026-03-01", 3000)], "as `weilu ask` would"


def test_a_month_that_is_over_is_judged_whole(march: Any, ada: Any) -> None:
    with clock.frozen(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)):
        found = picture(ada, march.hearth, rules.month(dt.date(2026, 3, 5)))
    assert found.span_before == rules.month(dt.date(2026, 2, 1))
    assert [row.judged.rate for row in found.rows][3:] == [40.0, 50.0]
    assert values(found)[0] == (3000, 2400)


def test_the_widest_gap_is_named_in_a_sentence(march: Any, ada: Any, client_of: Any) -> None:
    actions.save(viewer_of(ada), None, AIMED)
    found = picture(ada)
    # 3,800 of 3,800 due; 300 of 380 reads; 6 of 15 joins; the last two are open.
    assert found.rows[0].judged.due == pytest.approx(3800)
    assert [row.judged.reached for row in found.rows] == [
        pytest.approx(1), pytest.approx(300 / 380), pytest.approx(6 / 15), None, None,
    ]  # fmt: skip
    browser = client_of(ada)
    browser.cookies["weilu_language"] = "en"
    page = browser.get("/growth/").content.decode()
    assert (
        "The widest gap is at “Action”: 2% of “Interest” come this far, 5% are aimed at; missing: 9." in page
    )
    opened = browser.get(words.rows(found)[0]["href"])
    assert "The platform counted <b>1,000</b> for “Hearth”" in opened.content.decode()
    channels = browser.get(words.rows(found)[1]["channels"])
    assert channels.status_code == 200
    assert "wechat" in channels.content.decode()
    browser.cookies["weilu_language"] = "zh-hans"
    assert "差距最大" in browser.get("/growth/").content.decode()


def test_of_what_is_due_in_part_a_whole_one_is_missing(march: Any, ada: Any) -> None:
    clicks = rules.Stage("interest", "public_clicks", count=5)
    actions.save(viewer_of(ada), None, (*AIMED[:1], clicks, *AIMED[2:]))
    with clock.frozen(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)):
        found = picture(ada)
    assert words.sentence(found)[0] == (
        "The widest gap is at “Interest”: 0 of 1 that are due by now; missing: 1."
    )
    assert words.rows(found)[1]["due"] == 1


def test_a_community_has_its_own_targets_or_follows_the_brand(march: Any, ada: Any, bea: Any) -> None:
    hers = viewer_of(bea)
    actions.save(viewer_of(ada), None, AIMED)
    assert (queries.in_force(march.hearth).stages, queries.in_force(march.hearth).own) == (AIMED, False)
    own = (replace(AIMED[0], count=9300), *AIMED[1:])
    assert actions.save(hers, march.hearth.pk, own) is not None
    assert actions.save(hers, march.hearth.pk, own) is None, "said again it changes nothing"
    assert queries.in_force(march.hearth).stages == own
    assert queries.in_force(march.harbour).stages == AIMED
    actions.follow(hers, march.hearth.pk)
    assert (queries.in_force(march.hearth).stages, queries.in_force(march.hearth).own) == (AIMED, False)
    with pytest.raises(Conflict):
        actions.follow(hers, march.hearth.pk)
    assert len(queries.versions(march.hearth)) == 2
    assert AuditEntry.objects.filter(action="growth.set").count() == 2


def test_months_that_are_over_keep_the_targets_of_their_time(march: Any, ada: Any) -> None:
    viewer, month = viewer_of(ada), rules.month(dt.date(2026, 3, 1))
    actions.save(viewer, None, AIMED)
    harder = (replace(AIMED[0], count=12_400), *AIMED[1:])
    with clock.frozen(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)):
        actions.save(viewer, None, harder)
        assert picture(ada, None, month).rows[0].judged.due == pytest.approx(6200)
        assert picture(ada, None, rules.month(dt.date(2026, 2, 1))).held.stages == AIMED, (
            "the first holds before, too"
        )
        april = picture(ada, None, rules.month(dt.date(2026, 4, 1)))
        assert april.rows[0].judged.due == pytest.approx(12_400 * 19 / 30)


def test_a_communitys_own_targets_leave_the_months_in_which_it_followed_the_brand(
    march: Any, ada: Any
) -> None:
    viewer, own = viewer_of(ada), (replace(AIMED[0], count=9300), *AIMED[1:])

    def judged_by(month: int) -> tuple[bool, float | None]:
        held = picture(ada, march.hearth, rules.month(dt.date(2026, month, 1))).held
        return held.own, held.stages[0].count

    actions.save(viewer, None, AIMED)
    with clock.frozen(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)):
        actions.save(viewer, march.hearth.pk, own)
    with clock.frozen(dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)):
        actions.follow(viewer, march.hearth.pk)
        assert [judged_by(month) for month in (2, 3, 4, 5)] == [
            (False, 6200), (False, 6200), (True, 9300), (False, 6200),
        ]  # fmt: skip


def test_before_anybody_set_targets_the_first_hold(march: Any, ada: Any) -> None:
    own = (replace(AIMED[0], count=9300), *AIMED[1:])
    actions.save(viewer_of(ada), march.hearth.pk, own)
    with clock.frozen(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)):
        actions.save(viewer_of(ada), None, AIMED)
        assert picture(ada, march.hearth, rules.month(dt.date(2026, 2, 1))).held.stages == own
        assert picture(ada, None, rules.month(dt.date(2026, 2, 1))).held.stages == AIMED


def test_the_day_of_a_version_is_that_of_its_place(
    march: Any, bea: Any, client_of: Callable[[Any], Any]
) -> None:
    march.hearth.timezone = "Asia/Shanghai"
    march.hearth.save(update_fields=["timezone"])
    browser = client_of(bea)
    browser.cookies["weilu_language"] = "en"
    with clock.frozen(dt.datetime(2026, 3, 20, 18, tzinfo=dt.UTC)):
        actions.save(viewer_of(bea), march.hearth.pk, AIMED)
        assert "Targets of Mar 21." in browser.get(f"/growth/{march.hearth.pk}/").content.decode()
        assert "Mar 21" in browser.get(f"/growth/{march.hearth.pk}/edit").content.decode()


def test_events_of_ones_own_can_be_stages(march: Any, ada: Any, play: Any, warehouse: Any) -> None:
    site = Place("sdk:site", "site", "Site")
    play([event("Tea Poured", day(12, n), who, community=site, number=f"t{n}", source="sdk")
          for n, who in enumerate(("Cai", "Cai", "Mei"))])  # fmt: skip
    warehouse.loaded()
    stages = (
        AIMED[0],
        rules.Stage("interest", "Tea Poured", "count"),
        rules.Stage("action", "Tea Poured", "members"),
        *AIMED[3:],
    )
    actions.save(viewer_of(ada), None, stages)
    assert [now for now, _before in values(picture(ada))][1:3] == [3, 2]


@pytest.mark.parametrize(
    ("at", "change", "sentence"),
    [
        (1, {"rate": 101.0}, "The share of “Interest” must be above 0 and at most 100 per cent"),
        (1, {"rate": 0.0}, "The share of “Interest” must be above 0"),
        (0, {"rate": 10.0}, "No stage stands before “Exposure”: give it a number"),
        (0, {"count": 0.0}, "The number of “Exposure” must be above 0"),
        (2, {"source": "reads"}, "“Action” counts what an earlier stage counts already"),
        (2, {"source": "raeds"}, "There is no metric “raeds”. There are: "),
        (2, {"source": "stickiness"}, "“Stickiness” is no number of people or events"),
        (2, {"source": "mesage.sent", "measure": "count"}, "There is no event “mesage.sent”"),
        (2, {"source": "message.sent", "measure": "sum"}, "Of an event all are counted, or the members who did it."),
    ],
)  # fmt: skip
def test_what_cannot_be_a_stage_or_target_is_refused_with_its_cause(
    march: Any, ada: Any, at: int, change: dict[str, Any], sentence: str
) -> None:
    stages = [*AIMED]
    stages[at] = replace(stages[at], **change)
    with pytest.raises(WeiluError) as refused:
        actions.save(viewer_of(ada), None, stages)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value.details["field"]).startswith(rules.STAGES[at])
    assert not Plan.objects.exists()


def test_each_sees_and_changes_what_is_theirs(
    march: Any, ada: Any, bea: Any, dov: Any, client_of: Callable[[Any], Any], stranger: Any
) -> None:
    hers, board = client_of(bea), client_of(ada)
    assert board.get("/growth/").status_code == 200
    assert hers.get("/growth/").headers["Location"] == f"/growth/{march.hearth.pk}/"
    assert hers.get(f"/growth/{march.hearth.pk}/").status_code == 200
    chosen = board.get(f"/growth/?community={march.harbour.pk}&from=2026-03-01&to=2026-03-05")
    assert chosen.headers["Location"] == f"/growth/{march.harbour.pk}/?from=2026-03-01&to=2026-03-05"
    for who, path in (
        (board, f"/growth/?community={march.hearth.pk}&month=2026-02"),
        (hers, "/growth/?month=2026-02"),
    ):
        assert who.get(path).headers["Location"] == f"/growth/{march.hearth.pk}/?month=2026-02"
    assert board.get("/growth/?community=x").status_code == 400
    assert hers.get(f"/growth/{march.harbour.pk}/").status_code == 404
    for address in ("/growth/edit", f"/growth/{march.harbour.pk}/edit"):
        assert hers.get(address).status_code == 404
    assert hers.get(f"/growth/{march.hearth.pk}/edit").status_code == 200
    for address in ("/growth/", f"/growth/{march.hearth.pk}/", f"/growth/{march.hearth.pk}/edit"):
        assert client_of(dov).get(address).status_code == 404
        assert stranger.get(address).status_code == 302
    with pytest.raises((Forbidden, NotFound)):
        actions.save(viewer_of(bea), None, AIMED)
    with pytest.raises(NotFound):
        actions.save(viewer_of(bea), march.harbour.pk, AIMED)
    with pytest.raises((Forbidden, NotFound)):
        actions.save(viewer_of(dov), march.hearth.pk, AIMED)
    assert not Plan.objects.exists()


def test_the_form_keeps_what_was_typed_and_says_at_the_field_what_is_wrong(
    march: Any, ada: Any, client_of: Callable[[Any], Any]
) -> None:
    browser = client_of(ada)
    browser.cookies["weilu_language"] = "en"
    sent = {f"{one.slug}_source": f"metric:{one.source}" for one in rules.USUAL} | {"interest_rate": "140"}
    refused = browser.post("/growth/edit", sent)
    assert refused.status_code == 400
    assert refused.context["form"].errors["interest_rate"]
    assert 'value="140"' in refused.content.decode()
    assert browser.post("/growth/edit", {**sent, "interest_rate": "many"}).status_code == 400
    assert (
        browser.post(
            "/growth/edit", {**sent, "interest_rate": "", "action_source": "metric:nothing"}
        ).status_code
        == 400
    )
    assert not Plan.objects.exists()
    kept = browser.post("/growth/edit", {**sent, "interest_rate": "14", "exposure_count": "6200"})
    assert kept.headers["Location"] == "/growth/"
    held = queries.in_force(None).stages
    assert (held[0].count, held[1].rate) == (6200, 14)
    assert "14%" in browser.get("/growth/edit").content.decode()


@pytest.mark.parametrize("asked", ["month=2026-13", "from=2026-03-01", "from=2026-03-05&to=2026-03-01", "from=x&to=y", "from=2020-01-01&to=2026-01-01"])  # fmt: skip
def test_days_that_cannot_be_are_refused_on_the_page_and_over_the_api(
    march: Any, ada: Any, client_of: Callable[[Any], Any], program: Any, asked: str
) -> None:
    page = client_of(ada).get(f"/growth/?{asked}")
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()
    assert program(ada).get(f"/growth?{asked}").status_code in (400, 422)


def test_the_funnel_over_the_api(march: Any, ada: Any, bea: Any, dov: Any, program: Any) -> None:
    board, hers = program(ada), program(bea)
    plan = [
        {"stage": one.slug, "source": one.source, "measure": "", "rate": one.rate, "count": one.count}
        for one in AIMED
    ]
    assert board.get("/growth/plan").json() == {
        "own": True, "at": None, "by": None, "stages": [{**one, "rate": None, "count": None} for one in plan],
    }  # fmt: skip
    assert board.put("/growth/plan", {"stages": plan}).json()["stages"] == plan
    found = board.get("/growth?month=2026-03").json()
    assert [one["value"] for one in found["stages"]] == [3800, 300, 6, 2, 1]
    assert found["gap"] == {"stage": "action", "by": "rate", "missing": 9}
    answer = board.post("/questions", found["stages"][0]["question"] | {"events": True})
    assert len(answer.json()["rows"]) == 3, answer.content
    week = board.get("/growth?from=2026-03-02&to=2026-03-08").json()
    assert [one["value"] for one in week["stages"]][:3] == [2800, 300, 5]
    assert (week["before_first"], week["before_last"]) == ("2026-02-23", "2026-03-01")

    place = {"community": march.hearth.pk}
    assert hers.get("/growth").status_code == 404
    assert hers.get(f"/growth?community={march.harbour.pk}").status_code == 404
    assert hers.get(f"/growth?community={march.hearth.pk}").json()["stages"][0]["value"] == 3000
    assert hers.put("/growth/plan", {"stages": plan}).status_code in (403, 404)
    assert hers.put("/growth/plan", {**place, "stages": plan}).json()["own"] is True
    assert hers.delete(f"/communities/{march.hearth.pk}/growth-plan").json() == {"done": True}
    assert hers.delete(f"/communities/{march.hearth.pk}/growth-plan").status_code == 409
    assert [one["own"] for one in hers.get(f"/growth/plan/versions?community={march.hearth.pk}").json()] == [
        False,
        True,
    ]
    wrong = {**plan[1], "rate": 140}
    refused = board.put("/growth/plan", {"stages": [plan[0], wrong, *plan[2:]]})
    assert (refused.status_code, refused.json()["field"]) == (400, "interest_rate")
    assert board.put("/growth/plan", {"stages": plan[:4]}).status_code == 422
    assert board.put("/growth/plan", {"stages": [*plan[1:], plan[0]]}).status_code == 400
    assert program(dov).get("/growth").status_code in (403, 404)


def test_a_funnel_without_anybody_says_what_to_bring(
    lively: Any, ada: Any, client_of: Callable[[Any], Any]
) -> None:
    browser = client_of(ada)
    browser.cookies["weilu_language"] = "en"
    page = browser.get("/growth/").content.decode()
    assert "No stage has a target yet" in page
    assert "Bring public reach in" in page


def test_joining_is_the_action_of_whoever_comes(march: Any, ada: Any, play: Any, warehouse: Any) -> None:
    play([join("New", day(19), community=HEARTH, number="join-new")])
    warehouse.loaded()
    assert values(picture(ada))[2] == (7, 0)
