"""The log over the API: in order, each event once, only one's own communities, texts by their scope alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.log import say
from weilu.core import clock
from weilu.core.events import api, handlers
from weilu.core.events.handlers import Handler
from weilu.core.events.incoming import Place

HEARTH, HARBOUR = Place("telegram", "hearth", "Hearth"), Place("telegram", "harbour", "Harbour")


@pytest.fixture
def talk(hearth: Any, harbour: Any, play: Any) -> None:
    play(
        [
            say("Cai", 1_000 * n, f"word {n}", community=HARBOUR if n % 3 == 0 else HEARTH)
            for n in range(1, 10)
        ],
        batch=3,
    )


def follow(board: Any, **query: Any) -> list[Any]:
    found: list[Any] = []
    while True:
        page = board.get("/events", **query).json()
        found += page["items"]
        query["cursor"] = page["next"]
        if page["end"]:
            return found


def test_the_log_is_followed_in_order_and_from_its_end_on(
    talk: None, ada: Any, program: Any, play: Any
) -> None:
    board = program(ada)
    assert [one["text"] for one in follow(board, limit=2)] == [f"word {n}" for n in range(1, 10)]

    page = board.get("/events").json()
    assert board.get("/events", cursor=page["next"]).json() == {
        "items": [],
        "next": page["next"],
        "end": True,
    }
    play([say("Cai", clock.now_ms(), "late", community=HEARTH)])
    told = board.get("/events", cursor=page["next"]).json()["items"]
    assert [(one["text"], one["live"], one["batch"]) for one in told] == [("late", True, None)]
    assert [one["position"] for one in board.get("/events", after=8).json()["items"]] == [9, 10]


def test_bea_follows_her_community_alone(
    talk: None, bea: Any, hearth: Any, harbour: Any, program: Any
) -> None:
    told = follow(program(bea), limit=2)
    assert {one["community"] for one in told} == {hearth.pk}
    assert len(told) == 6
    assert program(bea).get("/events", community=harbour.pk).status_code == 404


def test_whoever_sees_little_gets_short_pages_not_slow_ones(
    talk: None, bea: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "READ", 2)
    monkeypatch.setattr(api, "MOST_READ", 4)
    page = program(bea).get("/events", kind="member.joined").json()
    assert (page["items"], page["end"]) == ([], False)
    assert len(follow(program(bea))) == 6


def test_texts_need_their_own_scope(talk: None, bea: Any, program: Any) -> None:
    assert {one["text"] for one in follow(program(bea, "view"))} == {None}
    assert all(one["text"] for one in follow(program(bea, "view", "texts")))


def test_kinds_are_told_with_what_they_count_as(ada: Any, program: Any) -> None:
    told = {one["kind"]: one for one in program(ada).get("/event-kinds").json()}
    assert told["message.sent"]["interaction"] is True
    assert told["member.joined"]["interaction"] is False


def test_a_parked_event_is_listed_and_tried_again(
    talk: None, ada: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_rows: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(handlers, "_handlers", (Handler("counter", fail),))
    for _ in range(handlers.ATTEMPTS):
        handlers.run_once()
    board = program(ada)
    [parked] = board.all("/parked-events")

    assert (parked["handler"], parked["position"]) == ("counter", 1)
    assert board.post(f"/parked-events/{parked['id']}/replay").status_code == 409
    monkeypatch.setattr(handlers, "_handlers", (Handler("counter", lambda _rows: None),))
    assert board.post(f"/parked-events/{parked['id']}/replay", key="p").json() == {"done": True}
    assert board.post(f"/parked-events/{parked['id']}/replay", key="p").json() == {"done": True}
    assert board.post(f"/parked-events/{parked['id']}/replay", key="q").status_code == 404


def test_health_tells_how_far_everything_is(talk: None, ada: Any, program: Any, warehouse: Any) -> None:
    before = program(ada).get("/health").json()
    warehouse.loaded()
    after = program(ada).get("/health").json()
    assert (before["log_position"], before["behind"]) == (9, 9)
    assert (after["warehouse_position"], after["behind"], after["warehouse_up"]) == (9, 0, True)
