"""Communities over the API: only one's own, their health and voices as on the page, their time zone."""

from __future__ import annotations

from typing import Any


def test_each_sees_their_own_communities(lively: Any, ada: Any, bea: Any, program: Any) -> None:
    assert [one["name"] for one in program(ada).all("/communities", limit=1)] == ["Hearth", "Harbour"]
    assert [one["name"] for one in program(bea).all("/communities")] == ["Hearth"]
    for path in ("", "/health", "/voices", "/rooms"):
        others = program(bea).get(f"/communities/{lively.harbour.pk}{path}")
        nowhere = program(bea).get(f"/communities/999{path}")
        assert others.status_code == nowhere.status_code == 404
        assert others.content == nowhere.content


def test_health_is_that_of_the_page(lively: Any, bea: Any, program: Any, client_of: Any) -> None:
    told = program(bea).get(f"/communities/{lively.hearth.pk}/health").json()

    assert told["members"] == 5
    assert 0 <= told["score"] <= 100
    assert {one["part"] for one in told["parts"]} == {
        "growth",
        "activity",
        "conversation",
        "retention",
        "silence",
    }
    page = client_of(bea).get(f"/communities/{lively.hearth.pk}/").content.decode()
    assert str(told["score"]) in page


def test_who_speaks_most(lively: Any, bea: Any, program: Any) -> None:
    told = program(bea).get(f"/communities/{lively.hearth.pk}/voices", days=28).json()
    assert [(one["name"], one["messages"]) for one in told] == [("Cai", 17), ("Mei", 9), ("Lin", 1)]


def test_the_time_zone_is_changed_by_who_may(lively: Any, bea: Any, program: Any) -> None:
    board, path = program(bea), f"/communities/{lively.hearth.pk}"
    assert board.patch(path, {"timezone": "Asia/Tokyo"}).json()["timezone"] == "Asia/Tokyo"
    assert board.patch(path, {"timezone": ""}).json()["timezone"] == "UTC"
    assert board.patch(path, {"timezone": "Mars/North"}).status_code == 400
    assert program(bea, "view").patch(path, {"timezone": "UTC"}).status_code == 403
    assert board.patch(f"/communities/{lively.harbour.pk}", {"timezone": "UTC"}).status_code == 404
