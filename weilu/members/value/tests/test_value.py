"""Values from the events to the page: weighed on Mondays, opened into orders, asked in rules, moved by weights."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.fixtures.cast import operator
from tests.fixtures.log import event, join, say
from weilu.core import clock
from weilu.core.directory.models import Community, Fact, Identity
from weilu.core.errors import Forbidden, NotFound, WeiluError
from weilu.core.events.incoming import Place
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.members import actions as member_actions
from weilu.members import conclude, weigh, when
from weilu.members.queries.person import person
from weilu.members.queries.table import Filter, listing
from weilu.members.segments import building
from weilu.members.standing import weighing_before
from weilu.members.value import actions, queries, rules, weighing
from weilu.members.value.rules import Scale

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
ALL = Viewer.everything()
HARBOUR = Place("matrix", "!harbour", "Harbour")
ORDERS = Scale({**dict.fromkeys(rules.FACTORS, 0), "purchasing": 100})
DAYS = Scale({**dict.fromkeys(rules.FACTORS, 0), "engagement": 100})


def who(name: str) -> int:
    return Identity.objects.get(name=name).member_id


@pytest.fixture
def shop(play: Any, warehouse: Any) -> Any:
    """Ann orders much and often, Ben once, Cid only talks, Dan orders in the harbour; Eve's order was cancelled."""
    monday = weighing_before(int(clock.now().timestamp()) + 1, "Asia/Shanghai") * 1000

    def back(**ago: float) -> int:
        return monday - int(dt.timedelta(**ago).total_seconds() * 1000)

    def settle(*events: Any) -> None:
        if events:
            play(events)
        warehouse.loaded()
        conclude.run_once()
        weigh.run_once()
        weighing.run_once()

    settle(
        *(join(name, back(days=60)) for name in ("Ann", "Ben", "Cid", "Eve")),
        *(event("order.paid", back(days=day), "Ann", value=5000) for day in (1, 8, 15, 22)),
        event("order.paid", back(days=80), "Ben", value=1000),
        *(say("Cid", back(days=day)) for day in range(1, 31)),
        event("order.paid", back(days=5), "Dan", value=900, community=HARBOUR),
        event("order.paid", back(days=3), "Eve", value=99_000, number="o1"),
        event("order.cancelled", back(days=2), "Eve", about="o1"),
    )
    settle.back = back  # type: ignore[attr-defined]
    return settle


def worth(name: str, scopes: tuple[int, ...] = (0,), moment: Any = None) -> Any:
    found = queries.worth_of(who(name), scopes, moment or when.present())
    return found[0] if found else None


def found(rule: dict[str, Any], viewer: Any = ALL, **rest: Any) -> list[str]:
    asked = {"kind": "segment", "rule": rule, "people": True, **rest}
    return sorted(name for _, name in questions.ask(asked, viewer).rows)


def test_factors_sum_to_the_score_and_open_into_the_events(shop):
    ann = worth("Ann")
    assert (ann.r, ann.f, ann.m, ann.orders, ann.amount) == (5, 5, 5, 4, 20_000)
    assert sum(one.points for one in ann.factors) == ann.score
    assert [one.slug for one in ann.factors] == ["purchasing", "conversion", "engagement", "influence"]
    me = person(ALL, who("Ann"), when.present(), "Ann")
    assert queries.evidence(ALL, me, 0, "purchasing", when.present()).total == 4
    assert queries.evidence(ALL, me, 0, "engagement", when.present()).total == 4
    with pytest.raises(NotFound):
        queries.evidence(ALL, me, 0, "influence", when.present())
    cid = worth("Cid")
    assert (cid.r, cid.orders, cid.days) == (0, 0, 30)
    eve = worth("Eve")
    assert (eve.orders if eve else 0) == 0


def test_a_second_look_writes_nothing_and_a_late_order_does(shop):
    assert weighing.run_once() == 0
    assert worth("Ben").orders == 1
    shop(event("order.paid", shop.back(days=10), "Ben", value=100))
    assert worth("Ben").orders == 2
    shop(event("order.paid", shop.back(days=-0.01), "Ben", value=100))
    assert worth("Ben").orders == 2


def test_rules_ask_for_value_and_for_steps(shop):
    assert found({"value": {"gte": 1}}) == ["Ann", "Ben", "Cid", "Dan", "Eve"] or found(
        {"value": {"gte": 1}}
    ) == ["Ann", "Ben", "Cid", "Dan"]
    assert found({"rfm": {"f": 5}}) == ["Ann"]
    assert found({"rfm": {"r": {"gte": 1}, "m": {"lte": 4}}}) == ["Ben", "Dan"]
    assert "Cid" in found({"rfm": {"r": 0}})
    high = worth("Ann").score
    assert found({"value": high}) == ["Ann"]
    assert "Ann" not in found({"value": {"lt": high}})
    today = clock.day_of(clock.now(), "Asia/Shanghai").isoformat()
    assert found({"rfm": {"f": 5}}, as_of=today) == ["Ann"]
    assert found({"value": high}, as_of=today) == ["Ann"]
    with pytest.raises(WeiluError, match="takes steps"):
        found({"rfm": {}})
    with pytest.raises(WeiluError):
        found({"rfm": {"r": 6}})
    for rule in ({"value": {"gte": 60}}, {"not": {"value": {"lte": 5}}}):
        built = building.show(rule)
        assert built is not None
        assert building.rule_of(built) == rule


def test_as_of_a_day_it_is_what_it_was_then(shop):
    then = when.asked({"as_of": (clock.now() - dt.timedelta(days=40)).date().isoformat()})
    ben = worth("Ben", moment=then)
    assert (ben.orders, ben.r) == (1, 5)
    assert worth("Ann", moment=then) is None or worth("Ann", moment=then).orders == 0


def test_other_weights_are_previewed_kept_and_versioned(shop):
    before = worth("Cid").score
    seen = queries.preview(ORDERS)
    assert seen.members >= 4
    assert "Cid" in {name for one in seen.moving for _, name in one.members}
    assert worth("Cid").score == before
    row = actions.change(ALL, ORDERS)
    weighing.run_once()
    assert worth("Cid") is None
    assert worth("Ann").score == 100
    assert [one.slug for one in worth("Ann").factors] == ["purchasing"]
    assert AuditEntry.objects.filter(action="value.changed").exists()
    assert row.decision is not None
    actions.change(ALL, DAYS)
    weighing.run_once()
    assert worth("Cid").score == 100
    with pytest.raises(WeiluError, match="add up to 100"):
        actions.change(ALL, Scale({**rules.WEIGHTS, "purchasing": 0}))


def test_what_members_say_of_recommending_counts_where_it_is_said(shop):
    assert all(one.slug != "recommendation" for one in worth("Ann").factors)
    Fact.objects.create(identity=Identity.objects.get(name="Ann"), name="nps", value="9", at=1)
    actions.change(ALL, Scale())
    weighing.run_once()
    [said] = [one for one in worth("Ann").factors if one.slug == "recommendation"]
    assert said.points in (8, 9, 10)
    assert sum(one.points for one in worth("Ann").factors) == worth("Ann").score


def test_bea_sees_what_happened_at_hers_alone(shop):
    hearth = Community.objects.get(outside="!hearth")
    bea = viewer_of(operator("bea@example.com", "Bea", "community_manager", hearth))
    assert found({"rfm": {"r": {"gte": 1}}}, bea) == ["Ann", "Ben"]
    me = person(ALL, who("Ann"), when.present(), "Ann")
    with pytest.raises(NotFound):
        queries.evidence(bea, me, 0, "purchasing", when.present())
    with pytest.raises(Forbidden):
        actions.change(bea, ORDERS)


def test_a_merge_brings_the_orders_together(shop):
    member_actions.merge(ALL, *(Identity.objects.get(name=name).member for name in ("Ben", "Dan")))
    shop()
    assert worth("Ben").orders == 2


def test_the_table_sorts_by_value_and_shows_it(shop):
    table = listing(ALL, Filter(sort="value", columns=("value",)), when.present())
    assert table.rows[0].id == who("Ann") or table.rows[0].value >= worth("Ann").score
    assert {row.id: row.value for row in table.rows}[who("Ann")] == worth("Ann").score


def test_pages_work_refuse_dov_and_reject_bad_input(shop, ada, dov, client_of, stranger):
    client = client_of(ada)
    for address in (
        "/value/",
        "/value/weights/",
        f"/members/{who('Ann')}/",
        "/members/?columns=value&sort=value",
    ):
        assert client.get(address).status_code == 200
    assert f"/value/of/{who('Ann')}/" in client.get(f"/members/{who('Ann')}/").content.decode()
    page = client.get(f"/value/of/{who('Ann')}/", headers={"HX-Request": "true"}).content.decode()
    assert "R5 F5 M5" in page
    assert client.get(f"/value/of/{who('Ann')}/").status_code == 302
    assert "R5 F5 M5" in client.get(f"/members/{who('Ann')}/?value=1").content.decode()
    assert f"/value/of/{who('Ann')}/0/purchasing/" in page
    assert client.get(f"/value/of/{who('Ann')}/0/purchasing/").status_code == 200
    assert client.get(f"/value/of/{who('Ann')}/0/nothing/").status_code == 404
    given = {**rules.WEIGHTS, "edges_f": "2 3 5 9"}
    seen = client.post("/value/weights/", {**given, "act": "preview"})
    assert seen.status_code == 200
    assert client.post("/value/weights/", {**given, "purchasing": 1, "act": "save"}).status_code == 400
    assert client.post("/value/weights/", {**given, "edges_f": "2 3 x", "act": "save"}).status_code == 400
    wrong = client.post("/value/weights/", {**given, "purchasing": 1}, headers={"HX-Request": "true"})
    assert (wrong.status_code, 'class="error"' in wrong.content.decode()) == (200, True), (
        "a page shows no 400"
    )
    assert client.post("/value/weights/", {**given, "act": "save"}).status_code == 302
    for address in ("/value/", "/value/weights/", f"/value/of/{who('Ann')}/0/purchasing/"):
        assert stranger.get(address).status_code == 302
        assert client_of(dov).get(address).status_code == 404


def test_the_bands_count_exactly_the_people(shop, ada, client_of):
    client = client_of(ada)
    bands = client.get("/value/").context["bands"]
    assert sum(one["count"] for one in bands) == 5
    for one in bands:
        asked = {"kind": "segment", "rule": queries.rule_of_band(one["slug"])}
        assert questions.behind(asked, ALL).total == one["count"]
        assert client.get(one["href"]).status_code == 200


def test_the_api_tells_previews_and_changes(shop, ada, program):
    sheet = program(ada)
    [whole, *_rest] = [
        one for one in sheet.get(f"/members/{who('Ann')}/value").json() if one["community"] is None
    ]
    assert sum(one["points"] for one in whole["factors"]) == whole["score"]
    weights = sheet.get("/value/weights").json()
    assert sum(weights[one] for one in rules.FACTORS) == 100
    other = {**weights, "purchasing": 55, "conversion": 0}
    assert sheet.post("/value/weights/preview", other).status_code == 200
    assert sheet.put("/value/weights", other).json() == other
    assert sheet.put("/value/weights", {**other, "purchasing": 1}).status_code == 400
