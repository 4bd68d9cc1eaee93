"""Slack and Zulip exports."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from weilu.connectors.imports.contract import BadFile
from weilu.connectors.imports.tests.exports import packed, read, write

USERS = [
    {"id": "U1", "name": "ada", "profile": {"display_name": "Ada", "real_name": "Ada L."}},
    {"id": "U2", "name": "bea", "profile": {"display_name": "", "real_name": "Bea"}},
    {"id": "U9", "name": "helper", "is_bot": True, "profile": {"real_name": "Helper"}},
]
DAY = [
    {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1700000000.000100", "text": "<@U2> has joined"},
    {"type": "message", "user": "U1", "ts": "1700000001.000200", "thread_ts": "1700000001.000200", "text": "tea, <@U2>?",
     "reactions": [{"name": "heart", "users": ["U2", "U9"], "count": 2}], "edited": {"user": "U1", "ts": "1700000009.000000"}},
    {"type": "message", "user": "U2", "ts": "1700000002.000300", "thread_ts": "1700000001.000200", "parent_user_id": "U1", "text": "yes"},
    {"type": "message", "subtype": "bot_message", "bot_id": "B7", "username": "Build", "ts": "1700000003.000400", "text": "green"},
    {"type": "message", "subtype": "channel_topic", "user": "U1", "ts": "1700000004.000500", "text": "set the topic"},
]  # fmt: skip


def slack(path: Path) -> Path:
    files: dict[str, str | bytes] = {
        "users.json": json.dumps(USERS),
        "channels.json": json.dumps([{"id": "C1", "name": "general"}]),
        "general/2023-11-14.json": json.dumps(DAY),
        "canvases.html": "<p>other things</p>",
    }
    return packed(path, files)


def test_a_slack_zip_brings_threads_reactions_joins_and_bots(tmp_path: Path) -> None:
    events, rejected = read(slack(tmp_path / "slack.zip"), "slack")
    assert [(event.kind, event.actor.name if event.actor else "") for event in events] == [
        ("member.joined", "Bea"),
        ("message.sent", "Ada"),
        ("message.edited", "Ada"),
        ("reaction.added", "Bea"),
        ("reaction.added", "Helper"),
        ("message.sent", "Bea"),
        ("message.sent", "Build"),
        ("community.changed", "Ada"),
    ]
    _joined, question, _edited, heart, by_bot, answer, build, _topic = events
    assert answer.about == question.subject == heart.about
    assert answer.target == question.actor
    assert [actor.outside for actor in question.mentions] == ["U2"]
    assert [event.actor.bot for event in (heart, by_bot, build) if event.actor] == [False, True, True]
    assert {event.community.name for event in events if event.community} == {"general"}
    assert not rejected


def test_a_slack_export_without_its_people_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "half.zip", {"general/2023-11-14.json": json.dumps(DAY)})
    with pytest.raises(BadFile, match=r"users\.json"):
        read(path, "slack")


REALM: dict[str, Any] = {
    "zerver_realm": [{"id": 1, "string_id": "tea", "name": "Tea House"}],
    "zerver_stream": [{"id": 31, "name": "harvest"}],
    "zerver_recipient": [{"id": 71, "type": 2, "type_id": 31}, {"id": 72, "type": 1, "type_id": 11}],
    "zerver_userprofile": [
        {"id": 11, "full_name": "Ada", "email": "ada@tea.example", "is_bot": False},
        {"id": 12, "full_name": "Bea", "email": "bea@tea.example", "is_bot": False},
    ],
    "zerver_userprofile_crossrealm": [{"id": 3, "email": "welcome-bot@zulip.com"}],
    "zerver_realmauditlog": [
        {"id": 1, "event_type": 301, "event_time": 1690000000.0, "modified_user": 12, "modified_stream": 31},
        {
            "id": 2,
            "event_type": 101,
            "event_time": 1690000000.0,
            "modified_user": 12,
            "modified_stream": None,
        },
    ],
    "zerver_reaction": [{"id": 1, "message": 501, "user_profile": 12, "emoji_name": "tea"}],
}
MESSAGES: dict[str, Any] = {
    "zerver_message": [
        {"id": 501, "sender": 11, "recipient": 71, "subject": "spring", "content": "@**Bea** look", "date_sent": 1690000100.5,
         "rendered_content": '<p><span class="user-mention" data-user-id="12">@Bea</span> look</p>', "last_edit_time": 1690000200.0},
        {"id": 502, "sender": 12, "recipient": 72, "subject": "", "content": "between us", "date_sent": 1690000300.0},
        {"id": 503, "sender": 3, "recipient": 71, "subject": "spring", "content": "welcome", "date_sent": 1690000400.0},
    ],
    "zerver_usermessage": [{"id": 1, "message": 501, "user_profile": 12}],
}  # fmt: skip


@pytest.mark.parametrize("as_tar", [True, False])
def test_a_zulip_export_brings_streams_topics_and_reactions_but_no_private_talk(
    tmp_path: Path, as_tar: bool
) -> None:
    folder = tmp_path / "zulip-export"
    write(folder / "realm.json", REALM)
    write(folder / "messages-000001.json", MESSAGES)
    path = folder
    if as_tar:
        path = tmp_path / "zulip-export.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            archive.add(folder, "zulip-export")
    events, rejected = read(path, "zulip")
    assert [event.kind for event in events] == [
        "member.joined", "message.sent", "message.edited", "reaction.added", "message.sent",
    ]  # fmt: skip
    _joined, spring, _edited, tea, welcome = events
    assert spring.happened == 1690000100500
    assert spring.community is not None
    assert (spring.community.name, spring.room and spring.room.name) == ("harvest", "spring")
    assert [actor.outside for actor in spring.mentions] == ["tea/12"]
    assert (tea.about, tea.target) == (spring.subject, spring.actor)
    assert welcome.actor is not None
    assert welcome.actor.bot
    assert not rejected
