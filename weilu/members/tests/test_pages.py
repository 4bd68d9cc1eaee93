"""Do the members' pages show what is so, to those who may see it, and nothing to others?"""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from weilu.core import clock
from weilu.core.events import actions as log
from weilu.core.operators import access
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import client
from weilu.members import actions
from weilu.members.models import SavedView, ThresholdVersion
from weilu.members.queries.person import person
from weilu.members.queries.story import Choice, story
from weilu.members.queries.table import Filter, listing
from weilu.members.tests.conftest import NOW, STORY, settle
from weilu.members.tests.village import HARBOUR, HEARTH, community_of, member_of, moment, said
from weilu.members.when import present

pytestmark = pytest.mark.django_db


def text(response) -> str:
    body = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def english(client) -> None:
    client.cookies["weilu_language"] = "en"


@pytest.fixture
def at_ada(village, ada, client_of):
    client = client_of(ada)
    english(client)
    return client


@pytest.fixture
def at_bea(village, bea, client_of):
    client = client_of(bea)
    english(client)
    return client


def names(response) -> list[str]:
    return [row.name for row in response.context["listing"].rows]


# the table ---------------------------------------------------------------------------------------------------------


def test_the_table_shows_everybody_with_state_tier_and_figures(at_ada) -> None:
    response = at_ada.get("/members/")
    assert response.status_code == 200
    assert sorted(names(response)) == ["Cai", "Emi", "Fay", "Gus"]
    rows = {row.name: row for row in response.context["listing"].rows}
    assert (rows["Cai"].state, rows["Cai"].messages, rows["Cai"].communities) == ("returning", 2, 1)
    assert (rows["Emi"].state, rows["Emi"].messages, rows["Emi"].communities) == ("returning", 2, 2)
    assert rows["Fay"].state == "dormant"
    assert sum(row.tier == "kol" for row in rows.values()) == 1


FILTERS = {
    "find=fa": ["Fay"],
    "state=dormant&sort=name": ["Fay", "Gus"],
    "sort=name": ["Cai", "Emi", "Fay", "Gus"],
    "sort=name&order=down": ["Gus", "Fay", "Emi", "Cai"],
    "last_from=2026-01-20&sort=name": ["Cai", "Emi"],
    "last_to=2026-01-10&sort=name": ["Fay", "Gus"],
    "first_from=2026-01-06&sort=name": ["Gus"],
    "tier=kol": ["Cai"],
    "find=nobody": [],
}


def test_filters_hold_and_every_column_sorts_both_ways(at_ada) -> None:
    for query, expected in FILTERS.items():
        assert names(at_ada.get(f"/members/?{query}")) == expected, query
    everybody = sorted(member_of(name).pk for name in ("Cai", "Emi", "Fay", "Gus"))
    for sort in ("name", "state", "tier", "score", "communities", "messages", "first", "last"):
        down, up = (
            at_ada.get(f"/members/?sort={sort}&order={order}").context["listing"] for order in ("down", "up")
        )
        assert sorted(down.ids) == sorted(up.ids) == everybody
        if sort not in ("state", "tier"):
            values = [getattr(row, sort) for row in down.rows]
            assert values == sorted(values, reverse=True)
    assert at_ada.get("/members/?sort=tier&order=down").context["listing"].rows[0].tier == "kol"


def test_a_sign_that_no_store_holds_is_left_out_of_what_is_looked_for(at_ada) -> None:
    for path in ("/members/", "/search/"):
        assert "Fay" in text(at_ada.get(path, {"find": "f\0a"}))


def test_bea_sees_only_the_rows_of_her_community(at_bea, bea) -> None:
    response = at_bea.get("/members/?sort=name")
    assert names(response) == ["Cai", "Emi", "Fay"]
    emi = next(row for row in response.context["listing"].rows if row.name == "Emi")
    assert (emi.messages, emi.communities) == (1, 1)
    assert at_bea.get(f"/members/?community={community_of(HARBOUR)}").status_code == 404
    assert "Gus" not in text(at_bea.get("/members/?find=gus"))


def test_a_stranger_is_sent_to_the_door_and_dov_finds_nothing(village, stranger, dov, client_of) -> None:
    cai = member_of("Cai").pk
    for path in (
        "",
        f"{cai}/",
        f"{cai}/merge/",
        "moves/",
        "thresholds/",
        "thresholds/0/",
        f"{cai}/influence/0/reach/",
    ):
        assert stranger.get(f"/members/{path}").status_code == 302
        assert client_of(dov).get(f"/members/{path}").status_code == 404
    assert client_of(dov).post("/members/bulk/", {"all": "1", "act": "export"}).status_code == 404


def test_bad_input_is_refused_with_a_sentence(at_ada) -> None:
    for query in (
        "state=asleep",
        "last_from=yesterday",
        "sort=password",
        "community=abc",
        "as_of=2026-13-01",
        "page=-1",
    ):
        response = at_ada.get(f"/members/?{query}")
        assert response.status_code == 400, query
        assert b"Traceback" not in response.content
    assert at_ada.get("/members/99999/").status_code == 404


def test_an_export_holds_what_matches_and_is_in_the_audit_trail(at_ada) -> None:
    response = at_ada.post(
        "/members/bulk/", {"query": "state=dormant&sort=name", "all": "1", "act": "export"}
    )
    body = b"".join(response.streaming_content).decode()
    assert body.startswith("\ufeffid,name,state")
    assert [line.split(",")[1] for line in body.splitlines()[1:]] == ["Fay", "Gus"]
    entry = AuditEntry.objects.get(action="members.exported")
    assert '"members":2' in entry.details


def test_an_export_of_ticked_rows_holds_those_and_needs_the_right(at_bea, village, client_of, hearth) -> None:
    from tests.fixtures.cast import operator

    cai, gus = member_of("Cai").pk, member_of("Gus").pk
    response = at_bea.post("/members/bulk/", {"query": "", "id": [cai, gus], "act": "export"})
    body = b"".join(response.streaming_content).decode()
    assert [line.split(",")[1] for line in body.splitlines()[1:]] == ["Cai"]
    reader = client_of(operator("eve@example.com", "Eve", "content", hearth))
    assert reader.post("/members/bulk/", {"query": "", "all": "1", "act": "export"}).status_code == 403
    nobody = at_bea.post("/members/bulk/", {"query": "", "act": "export"}, follow=True)
    assert "Tick the members first" in nobody.content.decode()


def test_a_view_is_kept_for_its_operator_alone(at_ada, at_bea, ada) -> None:
    at_ada.post("/members/views/", {"name": " \0Sleepers", "query": "state=dormant&page=3"})
    view = SavedView.objects.get()
    assert (view.operator_id, view.name, view.query) == (ada.pk, "Sleepers", "state=dormant")
    assert "Sleepers" in text(at_ada.get("/members/"))
    assert "Sleepers" not in text(at_bea.get("/members/"))
    assert at_bea.post(f"/members/views/{view.pk}/remove/").status_code == 404
    at_ada.post(f"/members/views/{view.pk}/remove/")
    assert not SavedView.objects.exists()


def test_columns_can_be_chosen(at_ada) -> None:
    heads = [head["name"] for head in at_ada.get("/members/?column=state&column=last").context["heads"]]
    assert heads == ["name", "state", "last"]


def test_the_table_as_of_a_day_and_as_known_then(at_ada, told, village) -> None:
    then = at_ada.get("/members/?as_of=2026-01-06&sort=name")
    assert {row.name: row.state for row in then.context["listing"].rows} == {
        "Cai": "new",
        "Emi": "new",
        "Fay": "new",
    }
    assert names(at_ada.get("/members/?known=2026-01-06")) == []


# the member page ---------------------------------------------------------------------------------------------------


def test_a_member_page_tells_state_influence_memberships_and_words(at_ada) -> None:
    response = at_ada.get(f"/members/{member_of('Cai').pk}/")
    page = text(response)
    for words in ("Cai", "Returning", "Hearth", "who has tea?", "New → Active → Dormant → Returning", "KOL"):
        assert words in page
    weighed = response.context["influence"]
    assert sum(factor.points for factor in weighed.factors) == weighed.score


def test_what_late_facts_changed_opens_from_its_number(at_ada, told) -> None:
    fay = f"/members/{member_of('Fay').pk}/"
    assert "by a late fact" not in text(at_ada.get(fay))
    told([said("Fay", 10, number=99)], batch=8)
    page = text(at_ada.get(fay))
    assert "2 states, by late facts" in page  # in Hearth and over all
    assert "Jan 20 · Dormant → Active · Hearth" in page
    assert "Jan 20 · Dormant → Active · overall" in page


def test_numbers_of_a_member_page_open_exactly_what_they_count(at_ada) -> None:
    cai, emi = member_of("Cai").pk, member_of("Emi").pk
    response = at_ada.get(f"/members/{cai}/?talks=1")
    assert at_ada.get(f"/members/{cai}/").context["talks"] is None
    scope = response.context["influence"].scope
    counts = {factor.slug: factor.count for factor in response.context["influence"].factors}
    told_of = lambda slug: at_ada.get(f"/members/{cai}/influence/{scope}/{slug}/").context["found"]  # noqa: E731
    assert told_of("contribution").total == counts["contribution"] == 2
    assert {item.member for item in told_of("diversity").items} == {emi, member_of("Fay").pk}
    assert counts["diversity"] == 2
    assert told_of("reach").total == 3
    talks = {talk.name: (talk.by_me, talk.to_me) for talk in response.context["talks"]}
    assert talks == {"Emi": (0, 1), "Fay": (0, 1)}
    assert at_ada.get(f"/members/{cai}/talks/").context["talks"] == response.context["talks"]
    assert at_ada.get(f"/members/{cai}/with/{emi}/").context["found"].total == 1
    for point in response.context["chart"]["series"][0]["points"]:
        if point["value"]:
            opened = at_ada.get(point["href"])
            assert sum(len(items) for _, items in opened.context["days"]) == point["value"]


def test_bea_sees_of_emi_what_happened_in_hearth_and_not_the_rest(at_bea) -> None:
    emi = member_of("Emi").pk
    page = text(at_bea.get(f"/members/{emi}/"))
    assert "I do" in page
    assert "Harbour" not in page
    assert "secret of the harbour" not in page
    assert at_bea.get(f"/members/{member_of('Gus').pk}/").status_code == 404
    assert at_bea.get(f"/members/{emi}/influence/0/reach/").status_code == 404
    assert at_bea.get(f"/members/{emi}/influence/{community_of(HARBOUR)}/reach/").status_code == 404
    assert at_bea.get(f"/members/{emi}/influence/{community_of(HEARTH)}/charm/").status_code == 404


def test_the_timeline_is_paged_by_links_and_by_fragments(at_ada, told, village) -> None:
    from weilu.members.tests.village import said

    told([said("Cai", 21 + n / 100, number=100 + n, text=f"word {n}") for n in range(70)], batch=9)
    cai = member_of("Cai").pk
    seen, query = [], "tab=messages"
    while query:
        response = at_ada.get(f"/members/{cai}/?{query}")
        seen += [item.position for _, items in response.context["days"] for item in items]
        query = response.context["more"]
    assert len(seen) == len(set(seen)) == 72
    fragment = at_ada.get(f"/members/{cai}/story/?tab=messages", headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert at_ada.get(f"/members/{cai}/story/?tab=messages").status_code == 302


def test_a_member_as_of_a_day_is_what_the_page_said_on_that_day(at_ada, told, village) -> None:
    from weilu.members.tests.village import said

    cai = member_of("Cai").pk
    then = at_ada.get(f"/members/{cai}/?as_of=2026-01-15")
    assert (then.context["person"].state, then.context["person"].messages) == ("active", 1)
    told([said("Cai", 3, text="late")], batch=9)
    assert at_ada.get(f"/members/{cai}/?as_of=2026-01-15").context["person"].messages == 2


def test_the_page_says_so_when_the_warehouse_is_down(ada, client_of, cai, warehouse_down) -> None:
    client = client_of(ada)
    english(client)
    for path in ("/members/", f"/members/{cai.pk}/", "/members/moves/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "cannot be read just now" in text(response)


# thresholds --------------------------------------------------------------------------------------------------------

WIDER = {"new_days": 7, "active_days": 28, "pause_days": 14, "return_days": 14, "churn_days": 60}


def test_the_preview_names_who_would_move_and_the_change_moves_exactly_them(
    at_ada, ada, village, warehouse
) -> None:
    from weilu.members.tests.conftest import settle

    hearth = community_of(HEARTH)
    shown = at_ada.post(f"/members/thresholds/{hearth}/", {**WIDER, "act": "preview"}).context["preview"]
    assert [(one.was, one.now, one.members) for one in shown.moving] == []
    wide = {**WIDER, "active_days": 29, "new_days": 3}
    shown = at_ada.post(f"/members/thresholds/{hearth}/", {**wide, "act": "preview"}).context["preview"]
    assert [(one.was, one.now, [name for _, name in one.members]) for one in shown.moving] == [
        ("dormant", "active", ["Fay"])
    ]
    assert not ThresholdVersion.objects.exists()
    viewer = access.viewer_of(ada)
    before = {row.name: row.state for row in listing(viewer, Filter(community=hearth), present()).rows}
    assert at_ada.post(f"/members/thresholds/{hearth}/", {**wide, "act": "save"}).status_code == 302
    settle(warehouse)
    after = {row.name: row.state for row in listing(viewer, Filter(community=hearth), present()).rows}
    moved = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert moved == {"Fay": ("dormant", "active")}
    assert AuditEntry.objects.filter(action="thresholds.changed").count() == 1


def test_thresholds_that_make_no_sense_are_refused(at_ada, village) -> None:
    for wrong in ({"churn_days": 10}, {"new_days": 0}, {"active_days": "many"}):
        response = at_ada.post(
            f"/members/thresholds/{community_of(HEARTH)}/", {**WIDER, **wrong, "act": "save"}
        )
        assert response.status_code == 400
    assert not ThresholdVersion.objects.exists()


def test_bea_changes_her_community_and_neither_the_brand_nor_others(at_bea, village) -> None:
    assert at_bea.get(f"/members/thresholds/{community_of(HEARTH)}/").status_code == 200
    assert at_bea.get("/members/thresholds/0/").status_code == 404
    assert at_bea.get(f"/members/thresholds/{community_of(HARBOUR)}/").status_code == 404


def test_moves_are_listed_with_their_day_and_rule(at_ada) -> None:
    response = at_ada.get("/members/moves/?since=2026-01-05&until=2026-02-03&was=dormant&now=returning")
    assert {name for _, name, _ in response.context["moves"]} == {"Cai", "Emi"}
    assert all(move.rule == 1 and move.thresholds == 0 for move, _, _ in response.context["moves"])
    assert at_ada.get("/members/moves/?since=soon").status_code == 400


def test_moves_as_known_on_a_day_are_those_told_on_it(hearth, harbour, told, ada, client_of) -> None:
    with clock.frozen(moment(NOW)):
        told(STORY)
        client = client_of(ada)
        told_then = _moved(client.get("/members/moves/?since=2026-01-05"))
    with clock.frozen(moment(NOW + 1)):
        told([said("Fay", 18, number=8), said("Hal", 2, number=9)], day=NOW + 1, batch=8)
        known_then = _moved(client.get("/members/moves/?since=2026-01-05&as_of=2026-02-04&known=2026-02-04"))
        known_now = _moved(client.get("/members/moves/?since=2026-01-05&as_of=2026-02-04"))
        assert _moved(client.get("/members/moves/?since=2026-01-05&known=2026-02-03")) == []
    assert known_then == told_then
    late = {line[:3] for line in known_now} - {line[:3] for line in known_then}
    assert {("Fay", "dormant", "returning"), ("Hal", "", "new")} <= late


def _moved(response) -> list[tuple[str, str, str, object]]:
    assert response.status_code == 200
    return [(name, move.was, move.now, move.at) for move, name, _ in response.context["moves"]]


def test_what_an_account_says_about_itself_stands_on_its_members_page(at_ada) -> None:
    from weilu.core.directory.models import Fact, Identity

    emi = member_of("Emi").pk
    Fact.objects.create(identity=Identity.objects.get(member=emi), name="plan", value='"pro"', at=1)
    assert "Says about themselves plan pro" in text(at_ada.get(f"/members/{emi}/"))


# what is kept ready ------------------------------------------------------------------------------------------------


def told_both_ways(viewer, member: int) -> list[object]:
    """The first page of a timeline, which stands the same in what is kept and in the store."""
    one = person(viewer, member, present())
    assert one.newest is not None
    kept = story(viewer, one, present(), Choice())
    assert kept == story(viewer, replace(one, newest=None), present(), Choice())
    return [item.text or item.kind for item in kept.items]


def everybody_told(ada, bea) -> dict[str, list[object]]:
    """What Ada reads of each; Bea, who sees Hearth only, reads the same both ways too."""
    for name in ("Cai", "Emi", "Fay"):
        told_both_ways(access.viewer_of(bea), member_of(name).pk)
    return {
        name: told_both_ways(access.viewer_of(ada), member_of(name).pk)
        for name in ("Cai", "Emi", "Fay", "Gus")
    }


def test_the_timeline_kept_ready_is_what_the_store_says(village, told, warehouse, ada, bea) -> None:
    assert "secret of the harbour" in everybody_told(ada, bea)["Emi"]
    told([said("Emi", 25 + n / 100, number=200 + n, text=f"more {n}") for n in range(30)], batch=9)
    told([said("Emi", 26, number=300, place=HARBOUR, text="harbour again")], batch=10)
    assert everybody_told(ada, bea)["Emi"][0] == "harbour again"
    by_ada, cai, fay = access.viewer_of(ada), member_of("Cai"), member_of("Fay")
    decision = actions.merge(by_ada, cai, fay)
    settle(warehouse)
    assert "=cmd()" in told_both_ways(by_ada, cai.pk)
    actions.unmerge(by_ada, decision.pk)
    settle(warehouse)
    assert "=cmd()" not in told_both_ways(by_ada, cai.pk)
    assert "=cmd()" in told_both_ways(by_ada, fay.pk)
    log.retract_batch(9)
    settle(warehouse)
    assert "more 3" not in everybody_told(ada, bea)["Emi"]


def test_the_first_page_of_a_member_asks_the_store_nothing(at_ada, monkeypatch) -> None:
    asked: list[str] = []
    query = client.query
    monkeypatch.setattr(client, "query", lambda *args, **more: asked.append(args[0]) or query(*args, **more))
    page = f"/members/{member_of('Emi').pk}/"
    assert "I do" in text(at_ada.get(page))
    assert asked == []
    assert "I do" in text(at_ada.get(f"{page}?tab=messages"))
    assert len(asked) == 1
