"""DiscordChatExporter files: two dialects of CSV and the JSON one."""

from __future__ import annotations

from pathlib import Path

from weilu.connectors.imports.tests.exports import discord_csv, discord_json, member, posted, read, write
from weilu.core.events.keys import object_id

OLD = ("11", "Ada#1234", "26-May-18 07:42 PM", "hello @Bea")
NEW = ("12", "bea", "2023-01-06T14:03:03.8530000+00:00", "a, b; c")


def test_both_dialects_of_csv_are_read(tmp_path: Path) -> None:
    write(
        tmp_path / "lounge.csv",
        discord_csv(OLD, ("12", "Bea#0001", "26-May-18 07:43 AM", 'two\nlines "quoted"')),
    )
    write(tmp_path / "news.csv", discord_csv(NEW, new=True))
    events, rejected = read(tmp_path)
    assert [event.text for event in events] == ["hello @Bea", 'two\nlines "quoted"', "a, b; c"]
    assert [event.happened for event in events] == [1527363720000, 1527320580000, 1673013783853]
    assert [event.community.name for event in events if event.community] == ["lounge", "lounge", "news"]
    assert not rejected


def test_the_time_zone_moves_times_that_name_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", discord_csv(OLD))
    there, here = (read(path, timezone=zone)[0][0].happened for zone in ("UTC", "Asia/Shanghai"))
    assert there - here == 8 * 3_600_000


def test_two_equal_messages_of_a_minute_are_two_and_the_same_two_in_every_export(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", discord_csv(OLD, OLD, OLD))
    first, again = ([event.key for event in read(path)[0]] for _ in range(2))
    assert len(set(first)) == 3
    assert first == again
    shorter = [event.key for event in read(write(tmp_path / "b" / "a.csv", discord_csv(OLD, OLD)))[0]]
    assert set(shorter) < set(first)


def test_mentions_by_name_find_the_person_wherever_they_write(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", discord_csv(OLD))
    write(
        tmp_path / "z.csv",
        discord_csv(("12", "Bea#0001", "27-May-18 07:43 AM", "mail me@Ada.example or @Adam")),
    )
    first, second = read(tmp_path)[0]
    assert [actor.outside for actor in first.mentions] == ["12"]
    assert second.mentions == ()


def test_webhooks_and_accounts_called_bot_are_bots(tmp_path: Path) -> None:
    date = OLD[2]
    rows = [
        ("1", "feed#0000", date, "a"),
        ("2", "market-bot#8661", date, "b"),
        ("3", "Talbot#8661", date, "c"),
    ]
    assert [e.actor.bot for e in read(write(tmp_path / "a.csv", discord_csv(*rows)))[0] if e.actor] == [
        True,
        True,
        False,
    ]
    later = ("4", "cai#0000", "2024-01-06T14:03:03+00:00", "new names carry no number")
    assert [
        e.actor.bot for e in read(write(tmp_path / "b.csv", discord_csv(later, new=True)))[0] if e.actor
    ] == [False]


def test_one_community_keeps_the_server_whole(tmp_path: Path) -> None:
    write(tmp_path / "Tea House - Text - lounge [77001].csv", discord_csv(OLD))
    write(tmp_path / "Tea House - Text - news [77002].csv", discord_csv(OLD))
    apart = read(tmp_path)[0]
    whole = read(tmp_path, one_community=True)[0]
    assert {event.community.outside for event in apart if event.community} == {"77001", "77002"}
    assert {event.community.name for event in whole if event.community} == {"Tea House"}
    assert [event.room.name for event in whole if event.room] == ["lounge", "news"]
    assert [event.key for event in apart] == [event.key for event in whole]


def test_parts_of_one_channel_go_on_counting(tmp_path: Path) -> None:
    write(tmp_path / "general [77001] [part 1].csv", discord_csv(OLD))
    write(tmp_path / "general [77001] [part 2].csv", discord_csv(OLD))
    events = read(tmp_path)[0]
    assert len({event.key for event in events}) == 2
    assert {event.community.outside for event in events if event.community} == {"77001"}


def test_json_brings_replies_reactions_mentions_edits_and_bots(tmp_path: Path) -> None:
    reaction = {"emoji": {"id": None, "name": "❤"}, "count": 3, "users": [member("Cai")]}
    rows = [
        posted(1, "Ada", "tea?", timestampEdited="2023-01-06T14:30:00+00:00", reactions=[reaction]),
        posted(2, "Bea", "yes", type="Reply", reference={"messageId": "9001", "channelId": "500", "guildId": "400"}, mentions=[member("Ada")]),
        posted(3, "Herald", "news", author=member("Herald", bot=True), attachments=[{"fileName": "a.png"}]),
        posted(4, "Cai", "Joined the server.", type="GuildMemberJoin"),
    ]  # fmt: skip
    events, rejected = read(write(tmp_path / "general.json", discord_json(*rows)))
    assert [event.kind for event in events] == [
        "message.sent", "message.edited", "reaction.added", "message.sent", "message.sent", "member.joined",
    ]  # fmt: skip
    question, _edited, heart, answer, news, _joined = events
    assert question.subject == object_id("discord", "500", "9001") == heart.about == answer.about
    assert answer.target == question.actor == heart.target
    assert [actor.outside for actor in answer.mentions] == ["11"]
    assert news.actor is not None
    assert news.actor.bot
    assert news.properties == {"length": 4, "media": "photo"}
    assert not rejected
