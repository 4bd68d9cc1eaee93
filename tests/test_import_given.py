"""Real exports beside the project come in whole: counted by other means than the readers'."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from weilu.connectors.imports import actions
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import Batch
from weilu.connectors.imports.tests.exports import read
from weilu.connectors.imports.tests.test_straight import alike
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer

GIVEN = Path(__file__).resolve().parents[2] / "shared" / "data"

pytestmark = [
    pytest.mark.given,
    pytest.mark.skipif(
        not GIVEN.is_dir(), reason="the real exports (../shared/data) are not on this machine"
    ),
]


def discord_rows() -> list[tuple[str, ...]]:
    rows = []
    for path in sorted((GIVEN / "discord-csv").rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows += [(path.stem, *row) for row in csv.reader(handle, delimiter=";")][1:]
    return rows


@pytest.mark.slow
@pytest.mark.django_db
def test_every_discord_message_comes_in_once_identical_pairs_as_two_and_a_second_import_adds_none(
    own_home: Path,
) -> None:
    rows = discord_rows()
    pairs = sum(count - 1 for count in Counter(rows).values())
    batch = _read()
    assert (batch.survey["events"], batch.survey["rejected"], batch.survey["duplicates"]) == (len(rows), 0, 0)
    assert batch.survey["community_count"] == len({row[0] for row in rows})
    assert pairs == 156
    actions.run(actions.confirm(batch, Viewer.everything()), visible=0)
    assert (batch.events, log.head()) == (73_753, 73_753)
    assert _read().survey["duplicates"] == 73_753


def _read() -> Batch:
    return actions.read(actions.open_path(GIVEN / "discord-csv", "discord", dict(BLANK), Viewer.everything()))


def test_a_folder_and_one_of_its_files_meet() -> None:
    whole = {event.key for event in read(GIVEN / "discord-csv" / "community-lounge", "discord")[0]}
    alone = {
        event.key
        for event in read(GIVEN / "discord-csv" / "community-lounge" / "talk-mining.csv", "discord")[0]
    }
    assert alone < whole


def test_every_telegram_message_comes_in() -> None:
    told = 0
    for path in sorted((GIVEN / "telegram").glob("*/result.json")):
        body = json.loads(path.read_text())
        chats = body["chats"]["list"] if "chats" in body else [body]
        told += sum(row["type"] == "message" for chat in chats for row in chat["messages"])
    events, rejected = read(GIVEN / "telegram", "telegram")
    assert sum(event.kind == "message.sent" for event in events) == told
    assert not rejected


def test_the_qq_group_comes_in_line_by_line() -> None:
    text = (GIVEN / "qq" / "messages.txt").read_text(encoding="utf-8-sig")
    headings = [line for line in text.splitlines() if line[:2] == "20" and line.rstrip().endswith((")", ">"))]
    by_system = sum("(10000)" in line for line in headings)
    events, rejected = read(GIVEN / "qq", "qq")
    assert len(headings) == 300
    assert Counter(event.kind for event in events) == {
        "message.sent": len(headings) - by_system,
        "member.joined": text.count("加入本群"),
        "message.deleted": text.count("撤回了一条消息"),
    }
    assert not rejected


def test_the_stack_exchange_site_comes_in() -> None:
    def rows(name: str, part: str = "<row ") -> int:
        return (GIVEN / "stackexchange" / f"{name}.xml").read_text(encoding="utf-8-sig").count(part)

    events, rejected = read(GIVEN / "stackexchange", "stackexchange")
    kinds = Counter(event.kind for event in events)
    spoken = rows("Posts", ' PostTypeId="1"') + rows("Posts", ' PostTypeId="2"') + rows("Comments")
    assert (kinds["member.joined"], kinds["badge.earned"], kinds["message.sent"]) == (
        rows("Users"),
        rows("Badges"),
        spoken,
    )
    assert not rejected


def test_discord_json_and_whatsapp_samples_come_in() -> None:
    told = sum(
        message["type"] in ("Default", "Reply")
        for path in (GIVEN / "discord-json").rglob("*.json")
        for message in json.loads(path.read_text())["messages"]
    )
    assert sum(event.kind == "message.sent" for event in read(GIVEN / "discord-json", "discord")[0]) == told
    assert len(read(GIVEN / "chat-samples" / "whatsapp" / "2A_5M.txt", "whatsapp")[0]) == 5
    assert Counter(
        e.kind for e in read(GIVEN / "chat-samples" / "whatsapp" / "4A_11M.txt", day_first=False)[0]
    ) == {
        "community.changed": 1,
        "message.sent": 11,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("qq/messages.txt", "qq"),
        ("discord-json", "discord"),
        ("discord-csv/news-announcements", "discord"),
        ("telegram/oop/result.json", "telegram"),
        ("telegram/service-messages/result.json", "telegram"),
    ],
)
def test_in_one_pass_they_come_in_as_in_two(own_home: Path, name: str, format_name: str) -> None:
    alike(GIVEN / name, format_name)
