"""Sources by a program: added, changed, given a new key, removed; what they sent and what was refused."""

from __future__ import annotations

from typing import Any

from weilu.connectors.tracking.models import Refusal, SeenEvent, Source
from weilu.core import clock


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


def test_sources_are_not_for_bea(bea: Any, program: Any) -> None:
    assert program(bea).get("/sources").status_code == 403
    assert program(bea).post("/sources", {"name": "x"}).status_code == 403
