"""Members over the API: lists by id and in any order, one member, names and notes, merging, thresholds, moves, views."""

from __future__ import annotations

from typing import Any

import pytest

from weilu.core.decisions.models import Decision
from weilu.core.operators.models import AuditEntry
from weilu.members.tests.conftest import NOW, settle
from weilu.members.tests.village import HARBOUR, HEARTH, came, community_of, member_of

LIMITS = {"new_days": 7, "active_days": 14, "pause_days": 14, "return_days": 14, "churn_days": 20}


def names(rows: list[Any]) -> list[str]:
    return [one["name"] for one in rows]


def test_the_list_goes_by_id_and_each_member_comes_once(village: Any, ada: Any, program: Any) -> None:
    board = program(ada)

    told = board.all("/members", limit=1)

    assert sorted(names(told)) == ["Cai", "Emi", "Fay", "Gus"]
    assert [one["id"] for one in told] == sorted(one["id"] for one in told)
    assert next(one for one in told if one["name"] == "Cai") == {
        "id": member_of("Cai").pk,
        "name": "Cai",
        "state": "returning",
        "tier": board.get(f"/members/{member_of('Cai').pk}").json()["tier"],
        "score": board.get("/members/table", find="Cai").json()["items"][0]["score"],
    }


def test_bea_sees_only_who_is_in_hearth(village: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    assert sorted(names(board.all("/members", limit=2))) == ["Cai", "Emi", "Fay"]
    assert sorted(names(board.all("/members/table", limit=2))) == ["Cai", "Emi", "Fay"]
    assert board.get("/members", community=community_of(HARBOUR)).status_code == 404
    gus, nobody = board.get(f"/members/{member_of('Gus').pk}"), board.get("/members/99999")
    assert gus.status_code == nobody.status_code == 404
    assert gus.content == nobody.content


@pytest.mark.parametrize(
    "path", ["/members", "/members/table", "/moves", "/thresholds", "/member-views", "/members/1"]
)
def test_dov_is_turned_away_and_a_stranger_asked_who_they_are(dov: Any, program: Any, path: str) -> None:
    assert program(dov).get(path).status_code == 403
    assert program().get(path).status_code == 401


def test_a_token_without_the_scope_is_turned_away(village: Any, ada: Any, program: Any) -> None:
    refused = program(ada, "audit").get("/members")
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")


def test_the_list_can_be_searched_and_filtered(village: Any, ada: Any, program: Any) -> None:
    board = program(ada)
    for query, found in (
        ({"find": "ai"}, ["Cai"]),
        ({"find": "nobody"}, []),
        ({"state": "returning"}, ["Cai", "Emi"]),
        ({"state": "returning", "find": "em"}, ["Emi"]),
        ({"state": "churned"}, []),
    ):
        assert sorted(names(board.all("/members", limit=1, **query))) == found, query


def test_the_table_in_pages_is_the_table_whole(village: Any, ada: Any, program: Any) -> None:
    board = program(ada)
    for sort in ("name", "state", "tier", "score", "communities", "messages", "first", "last"):
        for order in ("up", "down"):
            whole = board.get("/members/table", sort=sort, order=order).json()["items"]
            assert len(whole) == 4
            assert board.all("/members/table", sort=sort, order=order, limit=1) == whole


def test_a_page_of_the_table_is_not_moved_by_who_comes_in(
    village: Any, ada: Any, program: Any, told: Any
) -> None:
    """Abe would stand on the page that was read, so he is not on the next one either."""
    board = program(ada)
    first = board.get("/members/table", sort="name", order="up", limit=2).json()
    told([came("Abe", 29), came("Bo", 29)], batch=8)
    rest = board.all("/members/table", sort="name", order="up", limit=2, cursor=first["next"])
    assert names([*first["items"], *rest]) == ["Cai", "Emi", "Fay", "Gus"]


def test_one_member_with_what_the_viewer_may_see(village: Any, ada: Any, bea: Any, program: Any) -> None:
    emi = member_of("Emi").pk

    whole = program(ada).get(f"/members/{emi}").json()
    part = program(bea).get(f"/members/{emi}").json()

    assert (whole["name"], whole["state"], whole["messages"]) == ("Emi", "returning", 2)
    assert {one["community"] for one in whole["memberships"]} == {community_of(HEARTH), community_of(HARBOUR)}
    assert {one["community"] for one in part["memberships"]} == {community_of(HEARTH)}
    assert {one["community"] for one in part["influence"]} == {community_of(HEARTH)}
    assert all(sum(f["points"] for f in one["factors"]) == one["score"] for one in whole["influence"])
    assert [one["outside"] for one in part["accounts"]] == ["emi"]


def test_a_past_day_is_told_as_it_was(village: Any, ada: Any, program: Any) -> None:
    told = program(ada).get(f"/members/{member_of('Cai').pk}", as_of="2026-01-08").json()
    assert (told["state"], told["messages"]) == ("new", 1)


def test_the_timeline_in_pages_and_texts_only_by_their_scope(
    village: Any, ada: Any, bea: Any, program: Any
) -> None:
    path = f"/members/{member_of('Emi').pk}/timeline"

    told = program(ada).all(path, tab="messages")
    mute = program(ada, "view").all(path, tab="messages")
    part = program(bea).all(path, tab="messages")

    assert [one["text"] for one in told] == ["secret of the harbour", "I do"]
    assert [one["text"] for one in mute] == [None, None]
    assert [one["text"] for one in part] == ["I do"]


def test_a_name_and_a_note_are_given_and_stand_in_the_trail(village: Any, bea: Any, program: Any) -> None:
    board, cai = program(bea), member_of("Cai").pk

    changed = board.patch(f"/members/{cai}", {"name": "Old Cai", "note": "likes oolong"}).json()
    trail = [row.action for row in AuditEntry.objects.order_by("-seq")[:2]]
    muted = program(bea, "view").get(f"/members/{cai}").json()

    assert (changed["name"], changed["named_by_hand"], changed["note"]) == ("Old Cai", True, "likes oolong")
    assert muted["note"] is None
    assert trail == ["member.noted", "member.named"]
    assert board.patch(f"/members/{cai}", {"name": ""}).json()["name"] == "Cai"
    assert board.patch(f"/members/{member_of('Gus').pk}", {"note": "x"}).status_code == 404
    assert program(bea, "view").patch(f"/members/{cai}", {"note": "x"}).status_code == 403


def test_two_members_become_one_and_two_again(village: Any, ada: Any, program: Any, warehouse: Any) -> None:
    board, cai, fay = program(ada), member_of("Cai").pk, member_of("Fay").pk

    made = board.post(f"/members/{cai}/merge", {"absorb": fay}, key="m-1")
    again = board.post(f"/members/{cai}/merge", {"absorb": fay}, key="m-1")
    settle(warehouse, NOW)
    absorbed = board.get(f"/members/{fay}").json()

    assert made.status_code == again.status_code == 201
    assert made.json() == again.json()
    assert (absorbed["id"], absorbed["messages"]) == (cai, 3)
    assert [one["decision"] for one in board.get(f"/members/{cai}/merges").json()] == [
        made.json()["decision"]
    ]
    assert Decision.objects.filter(kind="member.merged").count() == 1

    undone = board.post(f"/merges/{made.json()['decision']}/undo")
    settle(warehouse, NOW)
    assert undone.status_code == 201
    assert board.get(f"/members/{fay}").json()["messages"] == 1
    assert board.get(f"/members/{cai}/merges").json() == []
    assert board.post(f"/merges/{made.json()['decision']}/undo").status_code == 409


def test_merging_needs_the_right_for_both(village: Any, bea: Any, program: Any) -> None:
    board = program(bea)
    refused = board.post(f"/members/{member_of('Cai').pk}/merge", {"absorb": member_of("Gus").pk})
    assert refused.status_code == 404
    assert board.post("/merges/99/undo").status_code == 404


def test_thresholds_are_looked_at_tried_and_changed(
    village: Any, bea: Any, hearth: Any, program: Any
) -> None:
    board = program(bea)
    before = board.get(f"/thresholds/{hearth.pk}").json()

    tried = board.post(f"/thresholds/{hearth.pk}/preview", LIMITS).json()
    changed = board.post(f"/thresholds/{hearth.pk}", LIMITS, key="t-1")

    assert (before["own"], before["churn_days"]) == (False, 60)
    moving = [(one["was"], one["now"], names(one["members"])) for one in tried["moving"]]
    assert moving == [("dormant", "churned", ["Fay"])]
    assert changed.status_code == 201
    assert (changed.json()["own"], changed.json()["churn_days"]) == (True, 20)
    assert [one["scope"] for one in board.get("/thresholds").json()] == [0, hearth.pk]
    assert board.post("/thresholds/0", LIMITS).status_code == 403
    assert board.post(f"/thresholds/{community_of(HARBOUR)}", LIMITS).status_code == 404
    wrong = board.post(f"/thresholds/{hearth.pk}", {**LIMITS, "churn_days": 5})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "body.churn_days")


def test_moves_between_states_in_pages(village: Any, ada: Any, bea: Any, program: Any) -> None:
    board = program(ada)
    query = {"since": "2026-01-05", "until": "2026-02-03", "community": community_of(HEARTH)}

    told = board.all("/moves", limit=2, **query)

    assert told == board.get("/moves", limit=200, **query).json()["items"]
    assert {(one["name"], one["was"], one["now"]) for one in told} >= {
        ("Cai", "", "new"),
        ("Fay", "active", "dormant"),
    }
    assert {one["name"] for one in board.all("/moves", now="returning", **query)} == {"Cai", "Emi"}
    assert program(bea).get("/moves", community=community_of(HARBOUR)).status_code == 404


def test_an_export_is_a_file_and_is_written_down(village: Any, bea: Any, program: Any) -> None:
    told = program(bea).get("/members/export", sort="name", order="up")
    lines = b"".join(told.streaming_content).decode("utf-8-sig").splitlines()

    assert told.headers["Content-Type"].startswith("text/csv")
    assert [line.split(",")[1] for line in lines] == ["name", "Cai", "Emi", "Fay"]
    assert AuditEntry.objects.filter(action="members.exported").count() == 1
    assert program(bea, "view").get("/members/export").status_code == 403


def test_a_view_is_kept_listed_and_forgotten(village: Any, bea: Any, ada: Any, program: Any) -> None:
    board = program(bea)
    kept = board.post("/member-views", {"name": "Quiet", "query": "state=dormant&sort=name"}).json()
    assert board.get("/member-views").json() == [kept]
    assert kept["query"] == "state=dormant&sort=name&order=up" or "state=dormant" in kept["query"]
    assert program(ada).delete(f"/member-views/{kept['id']}").status_code == 404
    assert board.delete(f"/member-views/{kept['id']}").json() == {"done": True}
    assert board.post("/member-views", {"name": "x", "query": "state=odd"}).status_code == 400


def test_the_other_side_of_talks(village: Any, ada: Any, program: Any) -> None:
    talks = program(ada).get(f"/members/{member_of('Cai').pk}/talks").json()
    assert {(one["name"], one["to_me"]) for one in talks} == {("Emi", 1), ("Fay", 1)}


def test_without_the_warehouse_lists_say_so(ada: Any, program: Any, warehouse_down: None) -> None:
    from tests.fixtures.cast import BORN
    from weilu.core.directory.models import Member

    Member.objects.create(name="Cai", created_at=BORN)
    refused = program(ada).get("/members")
    assert (refused.status_code, refused.json()["error"]) == (503, "warehouse_unavailable")
