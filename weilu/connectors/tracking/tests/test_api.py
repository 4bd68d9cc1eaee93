"""Sources by a program: added, changed, given a new key, removed; what they sent and what was refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.warehouse import Warehouse
from weilu.connectors.tracking import actions, gate
from weilu.connectors.tracking.models import Refusal, SeenEvent, Source
from weilu.connectors.tracking.tests.conftest import Door
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.operators.access import Viewer


def test_a_source_is_added_changed_rotated_and_removed(ada: Any, program: Any) -> None:
    board = program(ada)
    made = board.post("/sources", {"name": "Shop", "origins": ["https://shop.example.com"]}, key="s-1").json()
    assert (
        board.post("/sources", {"name": "Shop", "origins": ["https://shop.example.com"]}, key="s-1").json()
        == made
    )
    path = f"/sources/{made['id']}"

    changed = board.put(path, {"name": "Web shop", "declared": ["plan"]}).json()
    assert (changed["name"], changed["origins"], changed["declared"]) == ("Web shop", [], ["plan"])
    assert board.post(f"{path}/rotate").json()["key"] != made["key"]
    assert [one["id"] for one in board.all("/sources", limit=1)] == [made["id"]]
    assert board.delete(path).json() == {"done": True}
    assert board.get(path).status_code == 404
    assert board.post("/sources", {"name": "x", "origins": ["nonsense"]}).status_code == 400


def test_what_came_and_what_was_refused_is_told(ada: Any, program: Any) -> None:
    board = program(ada)
    made = board.post("/sources", {"name": "Shop"}).json()
    row, now = Source.objects.get(), clock.now()
    SeenEvent.objects.create(
        source=row, name="Cart viewed", kind="Cart viewed", count=3, first_at=now, last_at=now
    )
    Refusal.objects.create(source=row.pk, reason="no_name", count=2, last_at=now)
    path = f"/sources/{made['id']}"

    assert [(one["name"], one["count"]) for one in board.get(f"{path}/schema").json()] == [("Cart viewed", 3)]
    [refused] = board.get(f"{path}/refusals").json()
    assert (refused["reason"], refused["message"], refused["count"]) == (
        "no_name",
        "The event has no name.",
        2,
    )
    assert board.get("/sources/0/refusals").json() == []
    assert board.get(f"{path}/held").json() == []
    assert board.post(f"{path}/held", {"numbers": [1], "decision": "let_in"}).json() == {"decided": 0}


def test_people_whom_a_source_says_to_be_one_are_listed_and_kept_apart(
    ada: Any, program: Any, shop: Source, door: Door
) -> None:
    other = actions.add(Viewer.everything(), "Other")
    said = {"type": "alias", "userId": "cai", "previousId": "bob", "messageId": "a", "writeKey": shop.key}
    assert door.post("/v1/alias", said).status == 200
    door.rows()
    board, path = program(ada), f"/sources/{shop.pk}/links"

    [link] = board.get(path).json()
    assert (link["account"], link["other_account"]) == ("bob", "cai")
    assert {link["member"], link["other"]} == set(Identity.objects.values_list("member", flat=True))
    assert board.post(f"/sources/{other.pk}/links/{link['id']}/dismiss").status_code == 404
    assert board.post(f"{path}/{link['id']}/dismiss").json() == {"done": True}
    assert board.post(f"{path}/{link['id']}/dismiss").status_code == 404
    assert board.get(path).json() == []


def test_the_tail_shows_what_comes_while_a_program_looks(
    ada: Any, program: Any, shop: Source, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FRESH_SECONDS", -1)
    board, path = program(ada), f"/sources/{shop.pk}/tail"
    event = {
        "event": "Looked",
        "userId": "cai",
        "writeKey": shop.key,
        "properties": {"plan": "pro", "email": "c@x.cn"},
    }
    door.post("/v1/track", event | {"messageId": "1"})
    assert board.get(path).json() == []
    door.post("/v1/track", event | {"messageId": "2"})
    [glimpse] = board.get(path).json()
    assert (glimpse["kind"], glimpse["who"]) == ("Looked", "cai")
    assert glimpse["properties"] == {"plan": "pro", "email": "•••"}


def test_visitors_and_members_of_a_source_are_counted(
    ada: Any, program: Any, shop: Source, door: Door, warehouse: Warehouse
) -> None:
    board, path = program(ada), f"/sources/{shop.pk}/people"
    assert board.get(path).json() == {"days": 28, "members": 0, "visitors": 0}
    for who in ({"userId": "cai"}, {"anonymousId": "guest-1"}, {"anonymousId": "guest-2"}):
        said = {"event": "Looked", "messageId": str(who), "writeKey": shop.key, "timestamp": clock.now_ms()}
        door.post("/v1/track", said | who)
    warehouse.loaded()
    assert board.get(path).json() == {"days": 28, "members": 1, "visitors": 2}


@pytest.mark.parametrize("path", ["", "/{}", "/{}/schema", "/{}/held", "/{}/links", "/{}/tail", "/{}/people"])
def test_sources_are_not_for_bea(bea: Any, program: Any, shop: Source, path: str) -> None:
    assert program(bea).get("/sources" + path.format(shop.pk)).status_code == 403
    assert program(bea).post("/sources", {"name": "x"}).status_code == 403
