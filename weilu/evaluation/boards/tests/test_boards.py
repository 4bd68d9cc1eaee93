"""Boards: made, filled, arranged, filtered, shared, on the wall, taken along; each page refuses Dov and whoever it is not for."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import operator
from tests.fixtures.lively import Lively
from weilu.core.directory.models import Identity
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.evaluation.actions import save_question
from weilu.evaluation.boards import actions
from weilu.evaluation.boards.models import Board, Card, Size
from weilu.evaluation.boards.rules import Filters
from weilu.members.segments import actions as segments
from weilu.members.segments.actions import Wish

pytestmark = pytest.mark.django_db
MARCH = {"from": "2026-03-01", "to": "2026-03-20"}
MESSAGES = {"kind": "trend", "metric": "messages", "by": "total", **MARCH}
SPEAKERS = {"kind": "trend", "metric": "speakers", "by": "total", **MARCH}
FUNNEL = {"kind": "funnel", "steps": [{"event": "member.joined"}, {"event": "message.sent"}], **MARCH}


def browser(client_of: Any, who: Any) -> Client:
    client: Client = client_of(who)
    client.cookies["weilu_language"] = "en"
    return client


@pytest.fixture
def mine(lively: Lively, ada: Any) -> Board:
    """Ada's board of two cards, each with its own days."""
    viewer = viewer_of(ada)
    row = actions.make(viewer, "Monday round")
    actions.pin(viewer, row.pk, actions.Pin("Messages", MESSAGES))
    actions.pin(viewer, row.pk, actions.Pin("Into talk", FUNNEL, size=Size.WHOLE))
    return actions.filter_by(viewer, row.pk, Filters(days=""))


def face(client: Client, card: Card, **query: Any) -> str:
    answer = client.get(f"/boards/{card.board_id}/cards/{card.pk}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def number(text: str) -> float:
    """The only column of a total."""
    data = json.loads(
        re.search(r'<script id="chart-[\d-]+" type="application/json">(.*?)</script>', text, re.S)[1]
    )
    return data["series"][0]["points"][0]["value"]


def test_an_empty_list_and_an_empty_board_say_what_to_do(lively, ada, client_of):
    client = browser(client_of, ada)
    assert "No boards yet" in client.get("/boards/").content.decode()
    made = client.post("/boards/new/", {"name": " Monday\n round "})
    row = Board.objects.get()
    assert (made["Location"], row.name, row.operator) == (f"/boards/{row.pk}/", "Monday round", ada)
    assert "Nothing is pinned yet" in client.get(made["Location"]).content.decode()
    assert client.post("/boards/new/", {"name": "  "}).status_code == 400


def test_the_page_holds_a_place_for_each_card_that_fetches_itself(mine, ada, client_of):
    text = browser(client_of, ada).get(f"/boards/{mine.pk}/").content.decode()
    for card in mine.cards.all():
        assert f'hx-get="/boards/{mine.pk}/cards/{card.pk}/?f=1' in text
    assert text.count("hx-trigger") >= 2
    assert "whole=1" in text, "without script there is a link"


def test_a_card_shows_its_answer_and_every_number_opens_its_people(mine, ada, client_of):
    client = browser(client_of, ada)
    messages, funnel = mine.cards.all()
    text = face(client, messages)
    assert number(text) == 29
    link = re.search(r'"(/behind/[^"]*)"', text)[1].replace("\\u0026", "&")
    assert "29 events" in client.get(link).content.decode()
    assert "Joined" in face(client, funnel)
    whole = client.get(f"/boards/{mine.pk}/", {"whole": 1, "f": 1, "days": "own"}).content.decode()
    assert number(whole) == 29
    assert "hx-get" not in whole.split("data-board")[1]


def test_filters_hold_for_all_cards_and_only_whoever_owns_the_board_keeps_them(mine, lively, ada, client_of):
    client = browser(client_of, ada)
    card = mine.cards.first()
    row = segments.create(
        Viewer.everything(), Wish("Cai alone", {"members": [Identity.objects.get(name="Cai").member_id]})
    )
    assert number(face(client, card, f=1, days="own", community=lively.harbour.pk)) == 1
    assert number(face(client, card, f=1, days="7")) == 11, (
        "14th to 20th: Cai six times, Mei three, Zoe once, nobody once"
    )
    assert number(face(client, card, f=1, days="own", first="2026-03-03", last="2026-03-04")) == 3
    text = face(client, card, f=1, days="own", segment=row.pk)
    assert number(text) == 17
    assert "only of “Cai alone”" in text
    kept = client.post(
        f"/boards/{mine.pk}/keep/", {"days": "7", "segment": row.pk, "community": lively.hearth.pk}
    )
    assert kept.status_code == 302
    mine.refresh_from_db()
    assert mine.filters == Filters((lively.hearth.pk,), "7", None, None, row.pk)
    assert number(face(client, card)) == 6


@pytest.mark.parametrize(
    ("query", "status"),
    [({"days": "week"}, 400), ({"days": "own", "first": "2026-03-09"}, 400), ({"days": "own", "first": "x", "last": "y"}, 400),
     ({"days": "own", "first": "2026-03-09", "last": "2026-03-01"}, 400), ({"segment": 99}, 404), ({"community": 4711}, 404),
     ({"segment": "9" * 5_000}, 400), ({"community": "9" * 5_000}, 400), ({"community": "x"}, 400)],
)  # fmt: skip
def test_filters_that_are_none_are_refused(mine, ada, client_of, query, status):
    client = browser(client_of, ada)
    assert client.get(f"/boards/{mine.pk}/", {"f": 1, **query}).status_code == status
    assert client.post(f"/boards/{mine.pk}/keep/", query).status_code == status


def test_cards_are_arranged_resized_renamed_and_taken_off(mine, ada, client_of):
    client = browser(client_of, ada)
    first, second = mine.cards.all()
    change = f"/boards/{mine.pk}/cards/{{}}/change/"
    client.post(change.format(second.pk), {"act": "earlier"})
    assert [one.pk for one in mine.cards.all()] == [second.pk, first.pk]
    client.post(change.format(second.pk), {"act": "earlier"})  # at the end of the way nothing happens
    assert [one.pk for one in mine.cards.all()] == [second.pk, first.pk]
    client.post(change.format(first.pk), {"act": "save", "name": "All messages", "size": "third"})
    first.refresh_from_db()
    assert (first.name, first.size, first.question) == ("All messages", "third", MESSAGES)
    assert (
        client.post(change.format(first.pk), {"act": "save", "name": "x", "size": "huge"}).status_code == 400
    )
    client.post(change.format(first.pk), {"act": "remove"})
    assert [one.pk for one in mine.cards.all()] == [second.pk]


def test_a_question_is_pinned_from_the_explorer_and_from_kept_ones(lively, ada, client_of):
    client = browser(client_of, ada)
    page = client.get("/explore/", {"q": json.dumps(SPEAKERS)}).content.decode()
    assert "Pin to a board" in page
    client.post(
        "/boards/pin/", {"q": json.dumps(SPEAKERS), "compare": "1", "name": "Who speaks", "new": "Fresh"}
    )
    row = Board.objects.get()
    card = row.cards.get()
    assert (row.name, card.name, card.question, card.compare) == ("Fresh", "Who speaks", SPEAKERS, "1")
    assert "+4" in face(client, card, f=1, days="own") or "days before" in face(client, card, f=1, days="own")
    saved = save_question(viewer_of(ada), "Kept", MESSAGES)
    client.post("/boards/pin/", {"board": row.pk, "saved": saved.pk})
    assert [one.name for one in row.cards.all()] == ["Who speaks", "Kept"]
    saved.delete()
    assert number(face(client, row.cards.last(), f=1, days="own")) == 29, "the card is a copy"


def test_what_is_typed_beside_a_question_is_kept_without_the_sign_that_no_store_holds(mine, ada, client_of):
    sent = {"q": json.dumps(SPEAKERS), "board": mine.pk, "name": " Who\0  speaks", "compare": "a\0ll"}
    assert browser(client_of, ada).post("/boards/pin/", sent).status_code == 302
    card = mine.cards.last()
    assert (card.name, card.compare) == ("Who speaks", "all")


def test_a_card_without_a_name_is_called_by_what_it_asks_in_its_readers_language(lively, ada, client_of):
    client = browser(client_of, ada)
    client.post("/boards/pin/", {"q": json.dumps(SPEAKERS), "new": "Fresh"})
    row = Board.objects.get()
    assert row.cards.get().name == ""
    for language, name in (("en", "Speakers"), ("zh-hans", "发言人数")):
        client.cookies["weilu_language"] = language
        for path in (f"/boards/{row.pk}/", f"/boards/{row.pk}/wall/", "/boards/"):
            assert name in client.get(path).content.decode(), (path, language)


@pytest.mark.parametrize(
    "given", [{"q": "[]"}, {"q": "{}"}, {"q": "nonsense"}, {"q": json.dumps({"kind": "trend"})}, {"saved": "99"}, {"saved": "9" * 5_000},
              {"q": "[" * 19_000}, {"q": '{"a":' * 900 + "1" + "}" * 900},
              {"q": json.dumps({**SPEAKERS, "communities": ["a\x00b"]})}],
)  # fmt: skip
def test_what_is_no_question_is_not_pinned(mine, ada, client_of, given):
    answer = browser(client_of, ada).post("/boards/pin/", {"board": mine.pk, "name": "x", **given})
    assert answer.status_code == 400
    assert mine.cards.count() == 2
    assert (
        browser(client_of, ada).post("/boards/pin/", {"new": "Another", "name": "x", **given}).status_code
        == 400
    )
    assert Board.objects.count() == 1


def test_a_card_that_cannot_be_answered_says_why_and_the_others_stand(mine, ada, client_of):
    Card.objects.filter(pk=mine.cards.first().pk).update(question={**MESSAGES, "metric": "gone"})
    client = browser(client_of, ada)
    assert "There is no metric “gone”" in face(client, mine.cards.first())
    assert "Joined" in face(client, mine.cards.last())


def test_a_shared_board_shows_each_their_own_rows_and_is_theirs_to_look_at_only(
    mine, lively, ada, bea, client_of
):
    client = browser(client_of, bea)
    card = mine.cards.first()
    assert client.get(f"/boards/{mine.pk}/").status_code == 404
    assert "Monday round</a>" not in client.get("/boards/").content.decode()
    browser(client_of, ada).post(
        f"/boards/{mine.pk}/share/", {"role": "community_manager", "place": lively.hearth.pk}
    )
    assert "Monday round</a>" in client.get("/boards/").content.decode()
    assert number(face(client, card)) == 28, "Zoe in Harbour is not Bea's to see"
    Card.objects.filter(pk=card.pk).update(
        question={**MESSAGES, "communities": [lively.hearth.pk, lively.harbour.pk]}
    )
    text = face(client, card)
    assert number(text) == 28
    assert "only your communities" in text
    Card.objects.filter(pk=card.pk).update(question={**MESSAGES, "communities": [lively.harbour.pk]})
    assert "or it is not yours to see" in face(client, card)
    page = client.get(f"/boards/{mine.pk}/").content.decode()
    assert "Remove the board" not in page
    for path, given in (("rename", {"name": "x"}), ("share", {}), ("keep", {"days": "7"}), ("remove", {}),
                        (f"cards/{card.pk}/change", {"act": "remove"})):  # fmt: skip
        assert client.post(f"/boards/{mine.pk}/{path}/", given).status_code == 404, path
    assert (
        client.post("/boards/pin/", {"board": mine.pk, "q": json.dumps(SPEAKERS), "name": "x"}).status_code
        == 404
    )
    assert mine.cards.count() == 2
    row = segments.create(Viewer.everything(), Wish("Secret ones", {"member_of": True}))
    kept = actions.filter_by(viewer_of(ada), mine.pk, Filters((lively.harbour.pk,), "", segment=row.pk))
    page = client.get(f"/boards/{mine.pk}/").content.decode()
    address = re.search(rf'hx-get="(/boards/{kept.pk}/cards/{card.pk}/[^"]*)"', page)[1].replace("&amp;", "&")
    text = client.get(address).content.decode()
    assert "or it is not yours to see" in text
    assert "Secret ones" not in text + page
    browser(client_of, ada).post(f"/boards/{mine.pk}/share/", {})
    assert client.get(f"/boards/{mine.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["", "wall/", "export/", "cards/1/"])
def test_dov_and_a_stranger_see_no_board(mine, dov, client_of, stranger, path):
    actions.share(viewer_of(mine.operator), mine.pk, ["owner", "clerk"], [])
    assert client_of(dov).get(f"/boards/{mine.pk}/{path}").status_code == 404
    assert stranger.get(f"/boards/{mine.pk}/{path}").status_code == 302


def test_whoever_runs_the_house_looks_after_boards_of_those_who_left(mine, ada, client_of):
    eve = operator("eve@example.com", "Eve", "owner")
    client = browser(client_of, eve)
    assert client.post(f"/boards/{mine.pk}/rename/", {"name": "x"}).status_code == 404
    ada.disabled_at = mine.created_at
    ada.save(update_fields=["disabled_at"])
    assert client.post(f"/boards/{mine.pk}/rename/", {"name": "Ours"}).status_code == 302


def test_the_wall_is_dark_has_no_menu_and_knows_its_way_back(mine, ada, client_of):
    text = browser(client_of, ada).get(f"/boards/{mine.pk}/wall/", {"f": 1, "days": "7"}).content.decode()
    assert 'data-bs-theme="dark"' in text
    assert 'class="side"' not in text
    assert f'data-wall="/boards/{mine.pk}/?f=1&amp;days=7"' in text
    assert text.count("data-pane") == 2
    assert text.count('data-every="60"') == 2


def test_a_board_leaves_as_a_workbook_with_a_sheet_for_each_card(mine, ada, client_of):
    card = mine.cards.first()
    Card.objects.filter(pk=card.pk).update(name="=cmd|'/C calc'!A0 [all]")
    book = zipfile.ZipFile(io.BytesIO(browser(client_of, ada).get(f"/boards/{mine.pk}/export/").content))
    assert "<v>29</v>" in book.read("xl/worksheets/sheet1.xml").decode()
    assert "Joined" in book.read("xl/worksheets/sheet2.xml").decode()
    names = re.findall(r'<sheet name=["\'](.*?)["\'] sheetId', book.read("xl/workbook.xml").decode())
    assert len(names) == 2
    assert not set("[]:*?/\\") & set("".join(names))
    assert AuditEntry.objects.filter(action="board.exported").exists()


def test_the_page_stands_while_the_warehouse_is_down(ada, client_of, warehouse_down):
    viewer = viewer_of(ada)
    row = actions.make(viewer, "Round")
    actions.pin(viewer, row.pk, actions.Pin("Messages", MESSAGES))
    client = browser(client_of, ada)
    assert client.get(f"/boards/{row.pk}/").status_code == 200
    assert "does not answer" in face(client, row.cards.get())


@pytest.mark.usefixtures("in_english")
def test_there_are_limits(lively, ada, monkeypatch):
    monkeypatch.setattr(actions, "MOST_CARDS", 1)
    viewer = viewer_of(ada)
    row = actions.make(viewer, "Round")
    actions.pin(viewer, row.pk, actions.Pin("Messages", MESSAGES))
    with pytest.raises(Exception, match="1 cards at most"):
        actions.pin(viewer, row.pk, actions.Pin("Messages", MESSAGES))


def test_somebody_who_is_erased_stands_on_no_board(mine, ada):
    viewer = viewer_of(ada)
    named = {**FUNNEL, "steps": [{"event": "member.joined", "where": {"channel": "by Cai"}}]}
    of_them = {**MESSAGES, "segment": {"fact": "name", "is": "Cai"}}
    for name, question in (("What Cai says", MESSAGES), ("Steps", named), ("Them", of_them)):
        actions.pin(viewer, mine.pk, actions.Pin(name, question))
    actions.rename(viewer, mine.pk, "Cai's board")
    for _ in range(2):
        actions.forget_person(Identity.objects.get(name="Cai").pk)
    mine.refresh_from_db()
    assert mine.name == f"#{mine.pk}"
    assert [one.name for one in mine.cards.all()] == ["Messages", "Into talk", ""]
    assert mine.cards.count() == 3
    assert "Cai" not in " ".join(one.name for one in mine.cards.all())


def test_programs_make_fill_arrange_and_read_boards(lively, ada, bea, program):
    api = program(ada)
    made = api.post(
        "/boards",
        {"name": "Round", "filters": {"days": ""}, "shared": {"roles": ["community_manager"]}},
        key="once",
    )
    assert made.status_code == 201, made.content
    number_ = made.json()["id"]
    assert api.post("/boards", {"name": "Round", "filters": {"days": ""}, "shared": {"roles": ["community_manager"]}}, key="once").json()["id"] == number_  # fmt: skip
    cards = [
        api.post(f"/boards/{number_}/cards", {"name": name, "question": MESSAGES}).json()["id"]
        for name in "ab"
    ]
    assert api.put(f"/boards/{number_}/order", {"order": cards[::-1]}).json()["cards"][0]["id"] == cards[1]
    assert api.put(f"/boards/{number_}/order", {"order": cards[:1]}).status_code == 400
    answer = api.get(f"/boards/{number_}/cards/{cards[0]}/answer").json()
    assert (answer["rows"], answer["narrowed"]) == ([["2026-03-01", 29]], False)
    other = program(bea, "view")
    assert [one["mine"] for one in other.all("/boards")] == [False]
    assert other.get(f"/boards/{number_}/cards/{cards[0]}/answer").json()["rows"] == [["2026-03-01", 28]]
    assert other.delete(f"/boards/{number_}").status_code == 404
    half = {"name": "Half", "filters": {"days": "7"}, "shared": {"roles": ["nobody_at_all"]}}
    assert api.post("/boards", half).status_code == 400
    assert api.put(f"/boards/{number_}", half).status_code == 400
    assert [(one["name"], one["filters"]["days"]) for one in api.all("/boards")] == [("Round", "")]
    changed = api.put(f"/boards/{number_}", {"name": "Mine", "filters": {"days": "7"}})
    assert (changed.json()["name"], changed.json()["shared"]) == ("Mine", {"roles": [], "places": []})
    assert other.get(f"/boards/{number_}").status_code == 404
    assert (
        api.put(f"/boards/{number_}/cards/{cards[0]}", {"name": "c", "question": {"kind": "?"}}).status_code
        == 400
    )
    assert api.delete(f"/boards/{number_}/cards/{cards[0]}").json() == {"done": True}
    assert api.delete(f"/boards/{number_}").json() == {"done": True}
    assert not Board.objects.exists()
