"""Pages of tags: each works, refuses who may not, rejects what cannot be read; and the API beside them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from weilu.core.directory.models import Community
from weilu.members.segments import actions as segments
from weilu.members.segments import building
from weilu.members.tags.actions import catalogue, hand
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.models import Holding, Tag, TagImport
from weilu.members.tags.tests.conftest import ALL, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(hall):
    return catalogue.create(ALL, Wish("VIP", group="rank", note="treat <b>well</b>"))


def body(answer) -> str:
    return answer.content.decode()


def test_the_list_by_group_and_the_members_behind_each(vip, hall, ada, client_of):
    hand.give_one(ALL, vip, who("Ann"))
    hall()
    client = client_of(ada)
    shown = body(client.get("/tags/"))
    assert "rank" in shown
    assert "treat &lt;b&gt;well&lt;/b&gt;" in shown
    assert f"/members/?tag={vip.pk}" in shown
    table = body(client.get(f"/members/?tag={vip.pk}")).split("<tbody")[1]
    assert "Ann" in table
    assert "Ben" not in table
    assert "Ann" in body(client.get(f"/members/?tag={vip.pk}&as_of=2099-01-01"))
    assert client.get(f"/members/?tag={vip.pk + 1}").status_code == 404


def test_an_empty_list_offers_the_first_step(hall, ada, client_of):
    assert "/tags/new/" in body(client_of(ada).get("/tags/"))


def test_a_tag_is_made_changed_and_removed(hall, ada, client_of):
    client = client_of(ada)
    row = segments.create(ALL, segments.Wish("Talkers", {"did": "message.sent"}))
    assert f'value="{row.pk}" selected' in body(client.get(f"/tags/new/?segment={row.pk}"))
    client.post("/tags/new/", {"name": "talks", "segment": row.pk, "keep_days": 30, "colour": "teal"})
    tag = Tag.objects.get()
    assert (tag.segment, tag.keep_days, tag.colour) == (row, 30, "teal")
    assert "talks" in body(client.get(f"/segments/{row.pk}/"))
    client.post(f"/tags/{tag.pk}/edit/", {"name": "talker", "segment": row.pk, "keep_days": 3})
    hall()
    page = body(client.get(f"/tags/{tag.pk}/"))
    assert "talker" in page
    assert "Talkers" in page
    assert client.post("/tags/new/", {"name": "Talker"}).status_code == 400
    assert client.post("/tags/new/", {"name": ""}).status_code == 400
    assert client.post(f"/tags/{tag.pk}/remove/").status_code == 302
    assert not Tag.objects.exists()


def test_one_member_gets_and_loses_a_tag_on_their_page(vip, ada, client_of):
    client, ann = client_of(ada), who("Ann")
    client.post(f"/tags/of/{ann.pk}/give/", {"tag": vip.pk, "days": "30"})
    shown = body(client.get(f"/members/{ann.pk}/"))
    assert "VIP" in shown
    assert "by hand" in shown or "手工" in shown
    client.post(f"/tags/of/{ann.pk}/take/{vip.pk}/")
    assert Holding.objects.open().count() == 0
    assert client.post(f"/tags/of/{ann.pk}/give/", {"tag": vip.pk, "days": "9999"}).status_code == 400


def test_all_that_match_get_a_tag_and_it_is_undone(vip, hall, ada, client_of):
    client = client_of(ada)
    table = body(client.get("/members/"))
    assert 'formaction="/tags/many/"' in table
    asked = {"query": "find=n", "all": "1"}
    assert client.post("/tags/many/", asked).status_code == 200
    seen = client.post("/tags/many/", {**asked, "tag": vip.pk, "act": "add", "step": "look"})
    assert Holding.objects.count() == 0
    assert 'value="do"' in body(seen)
    done = client.post("/tags/many/", {**asked, "tag": vip.pk, "act": "add", "days": "7", "step": "do"})
    assert done.headers["Location"] == f"/tags/{vip.pk}/"
    assert Holding.objects.open().count() == 3
    page = body(client.get(f"/tags/{vip.pk}/"))
    address = page.split('action="/tags/undo/')[1].split('"')[0]
    client.post(f"/tags/undo/{address}")
    assert Holding.objects.open().count() == 0
    assert client.post("/tags/many/", {"query": ""}).status_code == 302
    assert client.post("/tags/many/", {**asked, "tag": vip.pk, "act": "burn"}).status_code == 400


def test_everybody_of_a_segment_gets_a_tag(vip, hall, ada, client_of):
    row = segments.create(ALL, segments.Wish("Talkers", {"did": "message.sent", "times": {"gte": 2}}))
    client = client_of(ada)
    given = {"segment": row.pk, "tag": vip.pk, "act": "add"}
    client.post("/tags/many/", {**given, "step": "do"})
    assert [one.identity.name for one in Holding.objects.all()] == ["Ann"]


def test_a_table_comes_and_goes(hall, ada, client_of):
    client = client_of(ada)
    file = SimpleUploadedFile("tags.csv", b"name,VIP\nAnn,1\n=Nobody,1\n")
    answer = client.post("/tags/imports/", {"file": file, "group": "rank"})
    row = TagImport.objects.get()
    assert answer.headers["Location"] == f"/tags/imports/{row.pk}/"
    shown = body(client.get(f"/tags/imports/{row.pk}/"))
    assert "VIP" in shown
    assert "=Nobody" in shown
    assert "'=Nobody" in body(client.get(f"/tags/imports/{row.pk}/rejected.csv"))
    client.post(f"/tags/imports/{row.pk}/confirm/")
    assert Holding.objects.count() == 1
    assert "'=Nobody" in body(client.get(f"/tags/imports/{row.pk}/rejected.csv"))
    assert "/undo/" in body(client.get(f"/tags/imports/{row.pk}/"))
    client.post(f"/tags/imports/{row.pk}/undo/")
    assert Holding.objects.count() == 0
    assert client.post("/tags/imports/", {"file": SimpleUploadedFile("a.csv", b"a,b\n")}).status_code == 400
    assert "tags.csv" in body(client.get("/tags/imports/"))


def test_strangers_and_those_without_the_right_see_nothing(vip, dov, bea_of_hearth, client_of, stranger):
    harbour = Community.objects.get(outside="!harbour")
    foreign = catalogue.create(ALL, Wish("Sailor", communities=[harbour.pk]))
    for address in ("/tags/", f"/tags/{vip.pk}/", "/tags/new/", "/tags/imports/"):
        assert stranger.get(address).status_code == 302
        assert client_of(dov).get(address).status_code == 404
    bea = client_of(bea_of_hearth)
    assert "Sailor" not in body(bea.get("/tags/"))
    for address in (
        f"/tags/{foreign.pk}/",
        f"/tags/{foreign.pk}/edit/",
        f"/tags/{vip.pk}/edit/",
        f"/members/?tag={foreign.pk}",
    ):
        assert bea.get(address).status_code == 404
    assert bea.post(f"/tags/of/{who('Dan').pk}/give/", {"tag": vip.pk}).status_code == 404
    assert bea.post(f"/tags/{vip.pk}/remove/").status_code == 404
    bea.post("/tags/many/", {"id": [who("Dan").pk], "tag": vip.pk, "act": "add", "step": "do"})
    assert not Holding.objects.exists()


@pytest.mark.parametrize("word", ["tag", "segment"])
@pytest.mark.parametrize("rule", ['{"%s": %d}', '{"not": {"%s": [%d]}}'])
def test_the_number_of_what_is_not_theirs_tells_nobody_its_name(hall, bea_of_hearth, client_of, word, rule):
    harbour = [Community.objects.get(outside="!harbour").pk]
    wish = segments.Wish("Secret plan", {"member_of": True}, communities=harbour)
    made = segments.create(ALL, wish)
    foreign = catalogue.create(ALL, Wish("Secret plan", communities=harbour)) if word == "tag" else made
    bea = client_of(bea_of_hearth)
    asked = {"text": rule % (word, foreign.pk), "act": "show"}
    for address in ("/segments/preview/", "/segments/new/"):
        assert "Secret plan" not in body(bea.post(address, asked))
    assert "Secret plan" not in body(bea.get("/segments/new/", {"rule": asked["text"]}))


def test_a_name_with_a_nul_names_nothing(hall, ada, client_of):
    for rule in ('{"tag": "a\\u0000b"}', '{"segment": "a\\u0000b"}'):
        answer = client_of(ada).post("/segments/preview/", {"text": rule})
        assert answer.status_code == 200
        assert 'role="alert"' in body(answer)


def test_a_number_that_nobody_has_breaks_no_form(vip, ada, client_of):
    client = client_of(ada)
    assert client.get("/tags/new/", {"segment": "9" * 5_000}).status_code == 400
    told = {"c0_what": "state", "name": "x", "community": "9" * 5_000, "act": "drop-²"}
    assert client.post("/segments/new/", told).status_code in (200, 400)


def test_a_longer_list_asks_no_more(hall, ada, program):
    def listed() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert program(ada).get("/tags").status_code == 200
            assert program(ada).get("/segments").status_code == 200
        return len(asked)

    def grow(number: int) -> None:
        row = segments.create(ALL, segments.Wish(f"S{number}", {"did": "message.sent"}))
        catalogue.create(ALL, Wish(f"T{number}"))
        catalogue.create(ALL, Wish(f"D{number}", segment=row.pk))

    grow(1)
    before = listed()
    for number in range(2, 6):
        grow(number)
    assert listed() <= before


def test_the_builder_offers_tags(vip, ada, client_of):
    client = client_of(ada)
    fields = {"match": "all", "c0_what": "tag", "c0_tag": str(vip.pk), "name": "Important", "act": "save"}
    shown = body(client.post("/segments/new/", {**fields, "act": "show"}))
    assert f'<option value="{vip.pk}" selected>VIP' in shown
    assert client.post("/segments/new/", fields).status_code == 302
    for rule in ({"tag": 4}, {"not": {"tag": 4}}):
        built = building.show(rule)
        assert built is not None
        assert building.rule_of(built) == rule
    assert building.show({"tag": [4, 5]}) is None
    assert building.show({"tag": 4, "as_of": "2026-01-01"}) is None


def test_the_api_makes_gives_and_takes(hall, ada, program):
    sheet, ann, ben = program(ada), who("Ann").pk, who("Ben").pk
    made = sheet.post("/tags", {"name": "VIP", "group": "rank"})
    assert made.status_code == 201
    number = made.json()["id"]
    assert sheet.post(f"/members/{ann}/tags", {"tag": number, "days": 3, "confidence": 70}).json() == {
        "changed": True
    }
    [one] = sheet.get(f"/members/{ann}/tags").json()
    assert (one["name"], one["source"], one["by"], one["confidence"]) == ("VIP", "hand", "Ada", 70)
    assert sheet.get(f"/tags/{number}/members").json()["items"] == [{"id": ann, "name": "Ann"}]
    seen = sheet.post(f"/tags/{number}/many", {"act": "add", "members": [ann, ben], "preview": True}).json()
    assert seen == {"changing": 1, "already": 1, "others": 0, "decision": None}
    done = sheet.post(f"/tags/{number}/many", {"act": "add", "members": [ann, ben]}, key="once-1").json()
    again = sheet.post(f"/tags/{number}/many", {"act": "add", "members": [ann, ben]}, key="once-1").json()
    assert again == done
    assert sheet.get("/tags", count="true").json()[0]["members"] == 2
    assert sheet.post(f"/tags/changes/{done['decision']}/undo").status_code == 200
    assert sheet.get(f"/tags/{number}").json()["members"] == 1
    assert sheet.delete(f"/members/{ann}/tags/{number}").json() == {"changed": True}
    assert sheet.put(f"/tags/{number}", {"name": "Gold"}).json()["name"] == "Gold"
    assert sheet.post(f"/tags/{number}/many", {"act": "add"}).status_code == 400
    table = sheet.post("/tags/imports", {"csv": "name,Gold,Silver\nAnn,1,1\nX,1,\n"}).json()
    assert table["tags"] == [
        {"name": "Gold", "new": False, "adding": 1, "already": 0},
        {"name": "Silver", "new": True, "adding": 1, "already": 0},
    ]
    assert table["rejected"] == [
        {"line": 3, "member": "X", "reason": "There is no such member, or it is not yours to change."}
    ]
    assert sheet.post(f"/tags/imports/{table['id']}/confirm").json()["added"] == 2
    assert sheet.post(f"/tags/imports/{table['id']}/undo").json()["state"] == "undone"
    assert sheet.delete(f"/tags/{number}").json() == {"done": True}
    assert sheet.get("/tags").json() == []
