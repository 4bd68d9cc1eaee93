"""Pages of segments: each works, refuses who may not, rejects what cannot be read; and the API beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fixtures.lively import HARBOUR, HEARTH
from tests.fixtures.log import join, say
from weilu.core.clock import now_ms
from weilu.core.directory.models import Identity
from weilu.core.operators.access import Viewer
from weilu.members import conclude
from weilu.members.segments import actions, building, live
from weilu.members.segments.actions import Wish
from weilu.members.segments.building import Built
from weilu.members.segments.models import Segment

pytestmark = pytest.mark.django_db
TALKERS = {"did": "message.sent", "times": {"gte": 2}, "within": "7d"}
FIELDS = {"match": "all", "c0_what": "did", "c0_not": "", "c0_event": "message.sent", "c0_op": "gte", "c0_times": "2", "c0_days": "7"}  # fmt: skip


@pytest.fixture
def told(play, warehouse):
    play([say("Ann", now_ms() - 1000 * n) for n in (1, 2)] + [say("Ben", now_ms() - 5000)])
    warehouse.loaded()
    conclude.run_once()
    return warehouse


@pytest.fixture
def talkers(told):
    row = actions.create(Viewer.everything(), Wish("Talkers", TALKERS, "who talk"))
    live.run_once()
    return row


def test_the_list_the_page_and_the_members_behind_it(talkers, ada, client_of):
    client = client_of(ada)

    listed = client.get("/segments/").content.decode()
    page = client.get(f"/segments/{talkers.pk}/").content.decode()
    table = client.get(f"/members/?segment={talkers.pk}").content.decode()

    assert "Talkers" in listed
    assert "who talk" in page
    assert "Ann" in table
    assert "Ben" not in table.split("<tbody")[1]


def test_one_rule_that_cannot_be_read_any_more_hides_no_other(talkers, ada, client_of):
    broken = Segment.objects.create(name="Old", rule={"did": ""}, created_at=talkers.created_at)
    client = client_of(ada)

    for address in ("/segments/", f"/segments/{broken.pk}/", "/api/v1/segments"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "Old" in answer.content.decode()
    assert client.get(f"/api/v1/segments/{broken.pk}/moves").json() == []


def test_an_empty_list_offers_the_first_step(told, ada, client_of):
    assert "/segments/new/" in client_of(ada).get("/segments/").content.decode()


def test_while_it_is_built_it_shows_who_that_is_and_saves_nothing(told, ada, client_of):
    client = client_of(ada)

    shown = client.post("/segments/preview/", FIELDS).content.decode()

    assert "Ann" in shown
    assert "Ben" not in shown
    assert not Segment.objects.exists()
    more = client.post(
        "/segments/new/", {**FIELDS, "act": "add"}, headers={"HX-Target": "builder"}
    ).content.decode()
    assert "c1_what" in more
    less = client.post(
        "/segments/new/", {**FIELDS, "c1_what": "state", "c1_state": "new", "act": "drop-0"}
    ).content.decode()
    assert "c1_what" not in less
    assert "c0_state" in less


def test_it_is_saved_and_changed(told, ada, client_of):
    client = client_of(ada)

    made = client.post("/segments/new/", {**FIELDS, "name": "Talkers", "act": "save"})
    row = Segment.objects.get()
    assert made.headers["Location"] == f"/segments/{row.pk}/"
    assert row.rule == TALKERS
    assert 'value="Talkers"' in client.get(f"/segments/{row.pk}/edit/").content.decode()

    text = json.dumps({"or": [TALKERS, {"and": [{"state": "new"}, {"member_of": True}]}]})
    client.post(f"/segments/{row.pk}/edit/", {"name": "Talkers", "text": text, "act": "save"})
    row.refresh_from_db()
    assert row.rule == json.loads(text)
    assert "member_of" in client.get(f"/segments/{row.pk}/edit/").content.decode()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": "T", "text": "{"}, "JSON"),
        ({"name": "T", "text": '{"did": "tea.poured"}'}, "tea.poured"),
        ({**FIELDS, "name": " "}, ""),
        ({**FIELDS, "name": "T", "c0_days": "0"}, "0"),
        ({"name": "T", "match": "all"}, "and"),
    ],
)
def test_what_cannot_be_a_segment_is_said_and_what_was_typed_stays(told, ada, client_of, given, sentence):
    answer = client_of(ada).post("/segments/new/", {**given, "act": "save"})

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    "text", ['{"and":[1]}', '{"and":5}', '{"not":7}', "7", "{", '{"not":' * 600 + "{}" + "}" * 600]
)
def test_what_is_no_rule_is_said_wherever_it_comes_from(told, ada, client_of, text):
    client = client_of(ada)

    shown = client.get("/segments/new/", {"rule": text})
    saved = client.post("/segments/new/", {"name": "T", "text": text, "act": "save"})
    sent = client.post("/api/v1/segments", f'{{"name":"T","rule":{text}}}', content_type="application/json")

    assert (shown.status_code, saved.status_code) == (200, 400)
    assert sent.status_code in (400, 422)
    assert 'role="alert"' in saved.content.decode()
    assert not Segment.objects.exists()


def test_a_snapshot_is_kept_and_both_are_removed(talkers, ada, client_of):
    client = client_of(ada)
    client.post(f"/segments/{talkers.pk}/keep/", {"name": "Talkers then"})
    kept = Segment.objects.get(snapshot=True)
    assert "Ann" in client.get(f"/members/?segment={kept.pk}").content.decode()

    for row in (talkers, kept):
        assert client.post(f"/segments/{row.pk}/remove/").status_code == 302
    assert not Segment.objects.exists()


def test_ticked_members_become_a_segment(told, ada, client_of):
    ann = Identity.objects.get(name="Ann").member.pk

    shown = (
        client_of(ada).post("/members/bulk/", {"query": "", "id": [ann], "act": "segment"}).content.decode()
    )

    assert f"[\n    {ann}\n  ]" in shown.replace("&quot;", '"')


@pytest.fixture
def of_harbour(told, play, hearth, harbour):
    """Made by Ada for Hearth, but its rule asks who is in Harbour, where Zoe is; another of Ada's own uses it."""
    play([join("Zoe", now_ms() - 9000, community=HARBOUR), join("Cai", now_ms() - 9000, community=HEARTH)])
    told.loaded()
    everybody = Viewer.everything()
    wish = Wish("Next door", {"member_of": harbour.pk}, communities=[hearth.pk])
    row = actions.create(everybody, wish)
    actions.create(everybody, Wish("Ada’s own", {"segment": row.pk}))
    conclude.run_once()
    live.run_once()
    play([join("Yan", now_ms(), community=place) for place in (HARBOUR, HEARTH)])
    told.loaded()
    conclude.run_once()
    live.run_once()
    row.refresh_from_db()
    assert row.size > 0
    return row


def test_who_is_in_a_community_is_not_told_by_the_segment_of_another(of_harbour, ada, bea, client_of):
    for who, seen in ((ada, True), (bea, False)):
        client = client_of(who)
        listed = client.get("/segments/").content.decode()
        page = client.get(f"/segments/{of_harbour.pk}/")
        [told] = [one for one in client.get("/api/v1/segments").json() if one["id"] == of_harbour.pk]

        assert "Next door" in listed
        assert page.status_code == 200
        assert (f"?segment={of_harbour.pk}" in listed) == seen
        assert ("Yan" in page.content.decode()) == seen
        assert (told["size"] is not None) == seen
        assert (client.get(f"/api/v1/segments/{of_harbour.pk}").json()["size"] is not None) == seen
        assert client.get(f"/api/v1/segments/{of_harbour.pk}/moves").status_code == (200 if seen else 404)


def test_by_which_segment_it_is_used_is_told_to_who_sees_that_one(of_harbour, ada, bea, client_of):
    page = f"/segments/{of_harbour.pk}/"
    assert "Ada’s own" in client_of(ada).get(page).content.decode()
    assert client_of(ada).get(f"/api/v1{page[:-1]}").json()["used_by"]

    hers = client_of(bea)
    assert "Ada’s own" not in hers.get(page).content.decode()
    assert hers.get(f"/api/v1{page[:-1]}").json()["used_by"] == []
    refused = hers.delete(f"/api/v1{page[:-1]}")
    assert refused.status_code == 409
    assert "Ada’s own" not in refused.content.decode()


def test_strangers_and_those_without_the_right_see_nothing(talkers, dov, bea, client_of, stranger):
    for address in ("/segments/", f"/segments/{talkers.pk}/", "/segments/new/"):
        assert stranger.get(address).status_code == 302
        assert client_of(dov).get(address).status_code == 404
    assert client_of(bea).get(f"/segments/{talkers.pk}/").status_code == 404
    assert "Talkers" not in client_of(bea).get("/segments/").content.decode()
    assert client_of(bea).get(f"/members/?segment={talkers.pk}").status_code == 404


@pytest.mark.parametrize(
    "rule",
    [
        TALKERS,
        {"and": [TALKERS, {"not": {"did": "order.paid"}}]},
        {
            "or": [
                {"state": "active"},
                {"tier": "kol"},
                {"score": {"gte": 60}},
                {"member_of": True},
                {"member_of": 3},
            ]
        },
        {"did": "order.paid", "where": {"value": {"gte": 100}}},
        {"did": "member.joined", "then": {"did": "message.sent", "within": "3d"}, "within": "90d"},
        {"not": {"did": "message.sent", "then": {"did": "order.paid"}}},
        {"or": [{"first": "order.paid", "within": "30d"}, {"last": "message.sent", "before": "14d"}]},
        {"share": "reaction.added", "of": "interaction", "percent": {"lte": 50}, "within": "30d"},
        {"rfm": {"r": {"gte": 4}, "m": {"gte": 2}}},
        {"did": "order.paid", "where": {"coupon": {"eq": "SPRING"}}, "within": "30d"},
        {
            "and": [
                {"segment": 4},
                {"fact": "city", "is": {"ne": "Berlin"}},
                {"random": {"percent": 10, "seed": "x"}},
            ]
        },
    ],
)
def test_the_fields_say_the_rule_that_they_show(rule):
    built = building.show(rule)

    assert built is not None
    assert building.rule_of(built) == rule


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("did", {"did": "interaction"}),
        ("state", {"state": "new"}),
        ("tier", {"tier": "kol"}),
        ("score", {"score": {"gte": 60}}),
        ("member_of", {"member_of": True}),
        ("segment", {"segment": 7}),
        ("tag", {"tag": 8}),
        ("random", {"random": {"percent": 10, "seed": ""}}),
        ("then", {"did": "interaction", "then": {"did": "message.sent"}}),
        ("first", {"first": "interaction", "within": "30d"}),
        ("last", {"last": "interaction", "within": "30d"}),
        ("rfm", {"rfm": {"r": {"gte": 4}}}),
        ("share", {"share": "interaction", "of": "interaction", "percent": {"gte": 10}}),
    ],
)
def test_a_row_of_another_kind_says_at_once_what_its_lists_show(what, rule):
    built = building.filled(building.read({"c0_what": what, "c0_not": ""}), {"segment": "7", "tag": "8"})
    assert building.rule_of(built) == rule


def test_what_the_fields_cannot_say_is_left_to_the_text():
    for rule in (
        {"did": "message.sent", "times": {"gte": 1, "lt": 4}},
        {"did": "message.sent", "then": {"did": "order.paid", "within": "12h"}},
        {"did": "message.sent", "then": {"did": "order.paid", "then": {"did": "reaction.added"}}},
        {"did": "message.sent", "then": 7},
        {"first": "message.sent", "from": "2026-03-01"},
        {"share": {"event": "order.paid"}, "of": "interaction", "percent": {"gte": 50}},
        {"rfm": {"r": 5}},
        {"and": [{"or": [TALKERS]}, TALKERS]},
        {"state": ["new", "active"]},
        {"did": "message.sent", "within": "12h"},
    ):
        assert building.show(rule) is None
    assert building.rule_of(
        Built("any", building.read({**FIELDS, "c3_what": "state", "c3_state": "new"}).rows)
    ) == {"or": [TALKERS, {"state": "new"}]}


def test_whoever_did_one_thing_and_then_another_is_found_by_the_fields(told, ada, client_of, play):
    play([join("Cora", now_ms() - 9_000), say("Cora", now_ms() - 8_000)])
    told.loaded()
    order = {
        "match": "all",
        "c0_what": "then",
        "c0_event": "member.joined",
        "c0_then": "message.sent",
        "c0_gap": "1",
    }
    client = client_of(ada)

    shown = client.post("/segments/preview/", order).content.decode()
    turned = client.post(
        "/segments/preview/", {**order, "c0_event": "message.sent", "c0_then": "member.joined"}
    )

    assert "Cora" in shown
    assert "Ann" not in shown
    assert "Cora" not in turned.content.decode()
    for what in ("then", "first", "last", "share", "rfm"):
        page = client.post("/segments/new/", {**FIELDS, "c0_what": what}, headers={"HX-Target": "builder"})
        assert page.status_code == 200
        assert f'<option value="{what}" selected>' in page.content.decode()
    refused = client.post("/segments/new/", {**order, "c0_gap": "0", "name": "T", "act": "save"})
    assert refused.status_code == 400


def test_what_stands_in_the_fields_goes_on_as_text_with_brackets_in_it(told, ada, client_of):
    client = client_of(ada)

    shown = client.post(
        "/segments/new/", {**FIELDS, "name": "T", "act": "text"}, headers={"HX-Target": "builder"}
    )
    assert shown.context["draft"].rule == TALKERS
    assert "c0_what" not in shown.content.decode()

    nested = {"and": [TALKERS, {"or": [{"state": "new"}, {"not": {"did": "order.paid"}}]}]}
    client.post("/segments/new/", {"name": "T", "text": json.dumps(nested), "act": "save"})
    assert Segment.objects.get().rule == nested


def test_the_api_makes_reads_changes_and_removes(told, ada, client_of):
    client = client_of(ada)

    def send(method: str, address: str, **given: Any) -> Any:
        answer = getattr(client, method)(
            f"/api/v1/segments{address}", given or None, content_type="application/json"
        )
        return answer.status_code, answer.json()

    status, made = send("post", "", name="Talkers", rule=TALKERS)
    assert (status, made["sentence"][-1:]) == (201, "。" if "。" in made["sentence"] else ".")
    live.run_once()
    number = made["id"]
    ann = Identity.objects.get(name="Ann").member.pk
    assert client.get(f"/api/v1/segments/{number}/members").json()["items"] == [{"id": ann, "name": "Ann"}]
    assert client.get(f"/api/v1/segments/{number}/moves").json() == []
    assert client.get(f"/api/v1/segments/{number}").json()["size"] == 1
    status, kept = send("post", f"/{number}/snapshot", name="Then")
    assert (status, kept["snapshot"], kept["size"]) == (201, True, 1)
    status, changed = send("put", f"/{number}", name="Quiet", rule={"not": TALKERS})
    assert (status, changed["version"]) == (200, 2)
    status, refused = send("post", "", name="Wrong", rule={"did": "tea.poured"})
    assert (status, refused["error"]) == (400, "question_refused")
    assert client.delete(f"/api/v1/segments/{number}").json() == {"done": True}
    assert [one["name"] for one in client.get("/api/v1/segments").json()] == ["Then"]
