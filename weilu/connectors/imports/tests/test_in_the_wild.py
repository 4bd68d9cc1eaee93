"""What exports hold that no manual mentions: every row becomes an event, a rejected row with its reason, or is left out on purpose."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weilu.connectors.imports.contract import Options, Tally
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import parts_of
from weilu.connectors.imports.survey import Found, Surveyor
from weilu.connectors.imports.tests.exports import (
    LATEST_MS,
    discord_json,
    posted,
    read,
    said,
    telegram,
    write,
)
from weilu.core.errors import WeiluError
from weilu.core.events import frames

# --- Telegram


def test_a_poll_says_its_question_and_a_sticker_nothing(tmp_path: Path) -> None:
    poll = {"question": "Green or black?", "closed": False, "total_voters": 3, "answers": []}
    rows = telegram(
        said(1, "Ada", "", poll=poll), said(2, "Bea", "", media_type="sticker", sticker_emoji="🍵")
    )
    events, _ = read(write(tmp_path / "result.json", rows), "telegram")
    assert [(event.text, (event.properties or {})["media"]) for event in events] == [
        ("Green or black?", "poll"),
        ("", "sticker"),
    ]


def test_messages_from_before_a_group_moved_keep_their_own_ids(tmp_path: Path) -> None:
    moved = {"type": "service", "date_unixtime": "1709294400", "actor": "Ada", "actor_id": "user11"}
    rows = telegram(
        {**said(1, "Ada", "before"), "id": -999999999},
        {**moved, "id": -999999998, "action": "migrate_to_supergroup"},
        {**moved, "id": 1, "action": "migrate_from_group", "title": "Hearth"},
        said(1, "Ada", "after"),
    )
    events, rejected = read(write(tmp_path / "result.json", rows), "telegram")
    assert [event.kind for event in events] == ["message.sent", "community.changed", "community.changed", "message.sent"]  # fmt: skip
    assert len({event.key for event in events}) == 4
    assert not rejected


def test_an_entry_that_telegram_itself_could_not_export_is_a_rejected_row(tmp_path: Path) -> None:
    row = {"id": 5, "type": "unsupported", "date_unixtime": "1709294400"}
    events, (rejected,) = read(write(tmp_path / "result.json", telegram(row)), "telegram")
    assert not events
    assert "unsupported" in rejected.reason


def test_what_is_left_out_of_a_whole_account_is_told(tmp_path: Path) -> None:
    group, private = telegram(said(1, "Ada", "x")), telegram(said(1, "Bea", "y"), type="personal_chat", id=7)
    body = {"about": "…", "chats": {"about": "…", "list": [private, group, {**private, "id": 8}]}}
    path, tally = write(tmp_path / "result.json", body), Tally()
    with parts_of(path) as parts:
        ((reader, own),) = choose("telegram", parts, path.name)
        assert len(list(reader.read(own, Options(latest_ms=LATEST_MS), tally))) == 1
    assert len(tally.notes) == 1


# --- Discord


def test_a_thread_is_a_room_of_its_channel(tmp_path: Path) -> None:
    thread = discord_json(posted(1, "Ada", "x"), channel="700", name="which cup")
    thread["channel"] |= {"type": "GuildPublicThread", "categoryId": "500", "category": "general"}
    (event,), _ = read(write(tmp_path / "a.json", thread), "discord")
    assert event.community is not None
    assert (event.community.outside, event.community.name) == ("500", "general")
    assert event.room is not None
    assert (event.room.outside, event.room.name) == ("700", "which cup")


@pytest.mark.parametrize(
    ("kind", "rest", "kinds"),
    [
        ("20", {}, ["message.sent"]),
        ("Reply", {"reference": {"messageId": "1", "channelId": "9", "guildId": "4"}}, ["message.sent"]),
        ("21", {}, []),
        ("8", {}, []),
        ("77", {}, ["message.sent"]),
        ("77", {"content": ""}, []),
        ("ThreadCreated", {}, ["community.changed"]),
        ("GuildMemberJoin", {}, ["member.joined"]),
    ],
)
def test_every_type_of_discord_message_is_known_or_taken_by_what_it_says(
    tmp_path: Path, kind: str, rest: dict[str, Any], kinds: list[str]
) -> None:
    row = {**posted(1, "Ada", "said"), "type": kind, **rest}
    events, rejected = read(write(tmp_path / "a.json", discord_json(row)), "discord")
    assert [event.kind for event in events] == kinds
    assert not rejected


def test_a_forwarded_discord_message_says_what_was_forwarded(tmp_path: Path) -> None:
    forwarded = {
        "content": "from elsewhere",
        "timestamp": "2023-01-06T14:01:03+00:00",
        "attachments": [{"fileName": "a.png"}],
    }
    reactions = [{"emoji": {"id": None, "name": "🍵"}, "count": 3}]
    row = posted(1, "Ada", "", forwardedMessage=forwarded, reactions=reactions)
    (event,), _ = read(write(tmp_path / "a.json", discord_json(row)), "discord")
    assert event.text == "from elsewhere"
    assert event.properties == {"length": 14, "media": "photo", "forwarded": True, "reactions": 3}


# --- Slack


def slack(folder: Path, *rows: dict[str, Any]) -> Path:
    write(folder / "users.json", [{"id": "U1", "name": "ada"}, {"id": "U2", "name": "bea"}])
    write(folder / "channels.json", [{"id": "C1", "name": "general"}])
    write(
        folder / "general" / "2023-11-14.json",
        [{"type": "message", "ts": f"170000000{n}.000100", **row} for n, row in enumerate(rows)],
    )
    return folder


def test_slack_s_escapes_are_undone(tmp_path: Path) -> None:
    row = {
        "user": "U1",
        "text": "[irc] &lt;dov&gt; a &amp; b in <#C1|general>, <@U2>, see <https://tea.example|tea>",
    }
    (event,), _ = read(slack(tmp_path / "slack", row), "slack")
    assert event.text == "[irc] <dov> a & b in general, <@U2>, see <https://tea.example|tea>"
    assert [actor.outside for actor in event.mentions] == ["U2"]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"subtype": "file_comment", "comment": {"user": "U2"}, "text": "nice"}, ["message.sent"]),
        ({"subtype": "reply_broadcast", "user": "U1", "text": "to all"}, ["message.sent"]),
        ({"subtype": "channel_archive", "user": "U1", "text": "archived"}, ["community.changed"]),
        ({"subtype": "group_join", "user": "U1"}, ["member.joined"]),
        ({"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}, []),
    ],
)
def test_subtypes_of_slack(tmp_path: Path, row: dict[str, Any], kinds: list[str]) -> None:
    events, rejected = read(slack(tmp_path / "slack", row), "slack")
    assert [event.kind for event in events] == kinds
    assert not rejected


# --- QQ


def test_in_a_qq_log_a_title_is_a_title_under_its_rule_only(tmp_path: Path) -> None:
    rule = "=" * 64
    title = f"消息记录（此消息记录为文本格式，不支持重新导入）\n\n{rule}\n消息分组:茶友\n{rule}\n消息对象:围炉\n{rule}\n\n"
    body = "2016-07-19 9:05:02 Ada(10001)\n消息对象:谁\n===\n消息记录 in words\n\n2016/07/19 下午 9:06:02 Bea(10002)\nhi\n"
    events, _ = read(write(tmp_path / "a.txt", "\ufeff" + title + body), "qq")
    assert [event.text for event in events] == ["消息对象:谁\n===\n消息记录 in words", "hi"]
    assert {event.community.name for event in events if event.community} == {"围炉"}
    assert events[1].happened - events[0].happened == (12 * 60 + 1) * 60_000


def test_a_qq_log_without_any_number_knows_people_by_name(tmp_path: Path) -> None:
    body = "2016-07-19 9:05:02 Ada L.\nhi\n\n2016-07-19 9:06:02 Bea\nhello\n"
    events, _ = read(write(tmp_path / "a.txt", body), "qq")
    assert [(event.actor.outside, event.text) for event in events if event.actor] == [
        ("name:Ada L.", "hi"),
        ("name:Bea", "hello"),
    ]


# --- WhatsApp

MOMENT = dt.datetime(2020, 12, 31, 23, 55, tzinfo=dt.UTC)
HEADINGS = [
    "31/12/20, 23:55 - ", "12/31/20, 11:55\u202fPM - ", "31/12/2020 à 23:55 - ", "31/12/20, 11:55 p. m. - ",
    "[2020. 12. 31. 오후 11:55:00] ", "2020년 12월 31일 오후 11:55 - ", "31. 12. 2020 23:55 - ",
    "٣١\u200f/١٢\u200f/٢٠٢٠، ١١:٥٥ م - ", "12/31/20, 11:55:00 PM: ", "2020/12/31 下午11:55 - ", "31/12/20, 11:55 μ.μ. - ",
    "[31.12.20, 23:55:00] ", "31-12-2020 23:55 - ", "2020/12/31 23:55 - ",
]  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS)
def test_whatsapp_writes_its_headings_in_many_ways(tmp_path: Path, heading: str) -> None:
    body = f"{heading}Ada: tea?\nand cups\n{heading}Bea: yes\n"
    events, rejected = read(write(tmp_path / "WhatsApp Chat with Hearth.txt", body), "whatsapp")
    assert [(event.happened, event.text) for event in events] == [
        (int(MOMENT.timestamp() * 1000), "tea?\nand cups"),
        (int(MOMENT.timestamp() * 1000), "yes"),
    ]
    assert not rejected


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("<Médias omis>", "media"), ("<Без медиафайлов>", "media"), ("IMG 2020 1.jpg (fichier joint)", "photo"),
        ("\u200e<pièce jointe : 0001-AUDIO.opus>", "audio"), ("\u200eimage absente", "photo"),
    ],
)  # fmt: skip
def test_whatsapp_s_words_for_media_are_no_text(tmp_path: Path, text: str, medium: str) -> None:
    (event,), _ = read(write(tmp_path / "_chat.txt", f"[31.12.20, 23:55:00] Ada: {text}\n"), "whatsapp")
    assert (event.text, (event.properties or {})["media"]) == ("", medium)


# --- tables


def test_excel_s_own_first_line_tells_the_delimiter(tmp_path: Path) -> None:
    events, rejected = read(write(tmp_path / "a.csv", "sep=;\ntime;member;text\n2024-01-01;Ada;a,b,c,d\n;Bea;x\n"), "csv")  # fmt: skip
    assert [event.text for event in events] == ["a,b,c,d"]
    assert [row.line for row in rejected] == [4]


# --- anything

ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    [None],
    {"id": None},
    "x" * 300,
    "\ud800",
    "NaN",
)
WHOLE: dict[str, dict[str, Any]] = {
    "telegram": {"result.json": telegram(
        said(1, "Ada", ["a ", {"type": "mention_name", "text": "Bea", "user_id": 12}], reply_to_message_id=0,
             edited_unixtime="1709294500", reactions=[{"type": "emoji", "count": 1, "emoji": "🍵",
             "recent": [{"from": "Bea", "from_id": "user12", "date": "2024-03-01T13:02:00"}]}]),
        {"id": 2, "type": "service", "date_unixtime": "1709294460", "actor": "Ada", "actor_id": "user11",
         "action": "invite_members", "members": ["Bea", None]},
    )},
    "discord": {"a.json": discord_json(
        posted(1, "Ada", "x", reactions=[{"emoji": {"id": None, "name": "🍵"}, "count": 1, "users": [{"id": "12", "name": "b"}]}],
               mentions=[{"id": "12", "name": "bea"}], attachments=[{"fileName": "a.png"}], timestampEdited="2023-01-06T14:09:03+00:00"),
        posted(2, "Bea", "y", reference={"messageId": "9001", "channelId": "500"}),
    )},
    "slack": {
        "users.json": [{"id": "U1", "name": "ada", "profile": {"display_name": "Ada"}}],
        "channels.json": [{"id": "C1", "name": "general"}],
        "general/2023-11-14.json": [{"type": "message", "user": "U1", "ts": "1700000001.000200", "text": "tea", "files": [{"name": "a.png"}],
            "thread_ts": "1700000000.000200", "reactions": [{"name": "heart", "users": ["U2"], "count": 1}], "edited": {"ts": "1700000009.0"}}],
    },
    "zulip": {
        "realm.json": {
            "zerver_realm": [{"id": 1, "string_id": "tea", "name": "Tea"}], "zerver_stream": [{"id": 31, "name": "harvest"}],
            "zerver_recipient": [{"id": 71, "type": 2, "type_id": 31}], "zerver_userprofile": [{"id": 11, "full_name": "Ada"}],
            "zerver_realmauditlog": [{"id": 1, "event_type": 301, "event_time": 1690000000.0, "modified_user": 12, "modified_stream": 31}],
            "zerver_reaction": [{"id": 1, "message": 501, "user_profile": 12, "emoji_name": "tea"}],
        },
        "messages-000001.json": {"zerver_message": [{"id": 501, "sender": 11, "recipient": 71, "subject": "s", "content": "x",
            "date_sent": 1690000100.5, "last_edit_time": 1690000200.0, "rendered_content": ""}], "zerver_usermessage": []},
    },
}  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return [(value, key) for key, _ in pairs] + [found for _, inner in pairs for found in places(inner)]


@pytest.mark.parametrize("format_name", WHOLE)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_value_in_any_place_breaks_a_reader(tmp_path: Path, format_name: str, seed: int) -> None:
    chance = random.Random(seed)
    files = copy.deepcopy(WHOLE[format_name])
    for _ in range(chance.randint(1, 3)):
        found_places = [place for content in files.values() for place in places(content)]
        if not found_places:
            break
        container, key = chance.choice(found_places)
        if isinstance(container, dict) and chance.random() < 0.3:
            container.pop(key, None)
        elif (isinstance(container, list) and key < len(container)) or isinstance(container, dict):
            container[key] = copy.deepcopy(chance.choice(ODD))
    folder = tmp_path / str(seed)
    for name, content in files.items():
        write(folder / name, json.dumps(content))
    found = Found()
    try:
        with parts_of(folder) as parts:
            surveyor = Surveyor(Options(latest_ms=LATEST_MS, origin="a"), lambda _read: None, found)
            passed = list(surveyor.events(choose(format_name, parts, "a"), folder / "rejected.csv"))
    except WeiluError:
        return
    assert found.events == len(passed)
    assert len(frames.decode(frames.encode(passed, frames.Header(1, False, LATEST_MS))).keys) == len(passed)
