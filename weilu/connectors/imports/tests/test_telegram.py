"""Telegram Desktop exports, both generations, told as what an operator expects to find afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from weilu.connectors.imports.tests.exports import read, said, telegram, write
from weilu.core.events.incoming import Actor
from weilu.core.events.keys import key, object_id


def test_text_as_string_and_as_spans_is_the_same_text(tmp_path: Path) -> None:
    spans = ["see ", {"type": "link", "text": "https://tea.example"}, {"type": "bold", "text": " now"}]
    path = write(
        tmp_path / "result.json",
        telegram(said(1, "Ada", "see https://tea.example now"), said(2, "Ada", spans)),
    )
    plain, spanned = read(path)[0]
    assert plain.text == spanned.text == "see https://tea.example now"
    assert spanned.properties == {"length": 27, "links": 1}


def test_the_key_is_that_of_the_live_message(tmp_path: Path) -> None:
    path = write(tmp_path / "result.json", telegram(said(7, "Ada", "hi")))
    (event,) = read(path)[0]
    assert event.key == key("telegram", event.happened, "-1001700000001", 7, "sent")
    assert event.subject == object_id("telegram", "-1001700000001", 7)
    assert event.community is not None
    assert event.community.outside == "-1001700000001"
    assert event.actor == Actor("telegram", "11", "Ada", False)


def test_a_reply_points_at_the_message_and_at_its_author(tmp_path: Path) -> None:
    path = write(
        tmp_path / "result.json",
        telegram(said(1, "Ada", "tea?"), said(2, "Bea", "yes", reply_to_message_id=1)),
    )
    question, answer = read(path)[0]
    assert answer.about == question.subject
    assert answer.target == question.actor
    assert question.properties == {"length": 4, "question": True}


def test_older_ids_and_local_times_are_understood(tmp_path: Path) -> None:
    old = {
        "id": 5,
        "type": "message",
        "date": "2019-01-05T12:00:00",
        "edited": "1970-01-01T08:00:00",
        "from": "Ada",
        "text": "old",
    }
    rows = [{**old, "from_id": 11}, {**old, "id": 6, "from_id": (1 << 32) + 11}]
    events, rejected = read(write(tmp_path / "result.json", telegram(*rows)), timezone="Asia/Shanghai")
    assert [event.actor.outside for event in events if event.actor] == ["11", "11"]
    assert {event.happened for event in events} == {1546660800000}
    assert not rejected


def test_an_edit_is_an_event_of_its_own(tmp_path: Path) -> None:
    row = said(1, "Ada", "hi", edited="2024-03-01T13:05:00", edited_unixtime="1709294700")
    sent, edited = read(write(tmp_path / "result.json", telegram(row)))[0]
    assert (edited.kind, edited.happened, edited.subject) == ("message.edited", 1709294700000, sent.subject)
    assert edited.key != sent.key


def test_reactions_name_who_and_when_in_the_zone_of_the_message(tmp_path: Path) -> None:
    recent = [{"from": "Bea", "from_id": "user12", "date": "2024-03-01T20:30:00"}]
    row = said(
        1,
        "Ada",
        "hi",
        date="2024-03-01T20:01:00",
        reactions=[{"type": "emoji", "count": 9, "emoji": "❤", "recent": recent}],
    )
    sent, reaction = read(write(tmp_path / "result.json", telegram(row)))[0]
    assert (reaction.kind, reaction.about) == ("reaction.added", sent.subject)
    assert reaction.happened == sent.happened + 29 * 60_000
    assert reaction.target == sent.actor


SERVICE = {"type": "service", "date_unixtime": "1709294400", "date": "2024-03-01T12:00:00", "text": ""}


def test_service_messages_tell_who_came_and_went(tmp_path: Path) -> None:
    rows = [
        {**SERVICE, "id": -9, "actor": "Ada", "actor_id": "user11", "action": "create_group", "title": "Hearth", "members": ["Ada", "Bea"]},
        {**SERVICE, "id": 2, "actor": None, "actor_id": "user15", "action": "join_group_by_link", "inviter": "Group"},
        {**SERVICE, "id": 3, "actor": "Ada", "actor_id": "user11", "action": "invite_members", "members": ["Cai"]},
        {**SERVICE, "id": 4, "actor": "Bea", "actor_id": "user12", "action": "remove_members", "members": ["Bea"]},
        {**SERVICE, "id": 5, "actor": "Ada", "actor_id": "user11", "action": "remove_members", "members": ["Cai"]},
        {**SERVICE, "id": 6, "actor": "Ada", "actor_id": "user11", "action": "phone_call"},
    ]  # fmt: skip
    events, rejected = read(write(tmp_path / "result.json", telegram(*rows)))
    told = [
        (event.kind, event.actor.outside if event.actor else "", (event.properties or {}).get("way"))
        for event in events
    ]
    assert told == [
        ("community.changed", "11", None),
        ("member.joined", "11", "self"),
        ("member.joined", "name:Bea", "invited"),
        ("member.joined", "15", "link"),
        ("member.joined", "name:Cai", "invited"),
        ("member.left", "12", "self"),
        ("member.left", "name:Cai", "removed"),
    ]
    assert not rejected


def test_a_whole_account_brings_its_groups_and_no_private_talk(tmp_path: Path) -> None:
    chats = {
        "about": "Chats",
        "list": [
            telegram(said(1, "Ada", "group")),
            telegram(said(2, "Bea", "secret"), type="personal_chat", id=12),
        ],
    }
    path = write(
        tmp_path / "result.json", {"about": "Here is the data you requested. Telegram", "chats": chats}
    )
    assert [event.text for event in read(path, "telegram")[0]] == ["group"]


def test_a_topic_is_a_room_and_its_head_is_nobody_s_question(tmp_path: Path) -> None:
    head = {
        **SERVICE,
        "id": 3,
        "actor": "Ada",
        "actor_id": "user11",
        "action": "topic_created",
        "title": "Harvest",
    }
    rows = [head, said(4, "Bea", "hi", reply_to_message_id=3), said(5, "Cai", "yo", reply_to_message_id=4)]
    _head, first, second = read(write(tmp_path / "result.json", telegram(*rows)))[0]
    assert first.about == 0
    assert first.room is not None
    assert first.room.name == "Harvest"
    assert second.room == first.room
    assert second.about == first.subject


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": 1, "type": "message", "date": "yesterday", "from_id": "user1", "text": "x"}, "date"),
        ({"type": "message", "date": "2024-01-01T00:00:00", "text": "x"}, "id"),
        ({"id": 1, "type": "strange", "date": "2024-01-01T00:00:00"}, "strange"),
        (
            {
                **SERVICE,
                "id": 1,
                "actor": "Ada",
                "actor_id": "user11",
                "action": "invite_members",
                "members": [None],
            },
            "nobody",
        ),
    ],
)
def test_a_row_that_cannot_be_understood_comes_back_with_its_line(
    tmp_path: Path, row: dict[str, object], reason: str
) -> None:
    body = telegram(said(1, "Ada", "fine"))
    body["messages"].append(row)
    import json

    path = write(tmp_path / "result.json", json.dumps(body, indent=1))
    events, (rejected,) = read(path, "telegram")
    assert [event.text for event in events] == ["fine"]
    assert path.read_text().splitlines()[rejected.line - 1].strip() == "{"
    assert reason in rejected.reason.lower()
