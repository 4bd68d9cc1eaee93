"""A reader is a stream: memory does not grow with the file. Each reads a short export and one twenty times as long."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from weilu.connectors.imports.contract import Options, Rejected, Tally
from weilu.connectors.imports.readers import READERS, choose
from weilu.connectors.imports.recent import Recent
from weilu.connectors.imports.sources import parts_of
from weilu.connectors.imports.tests.exports import (
    LATEST_MS,
    discord_csv,
    discord_json,
    packed,
    telegram,
    write,
)

SHORT, LONG = 300, 6_000
PEOPLE = ("Ada", "Bea", "Cai")
BEGUN = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
WORDS = "we drank tea " * 200
KEPT = 0.15
"""So much of each further byte of the file may stay: far less than any row held back would take."""


def moments(rows: int) -> Iterator[tuple[int, str, dt.datetime]]:
    """Number, person and time of each row. Few moments with many rows, so that telling equal rows apart needs no more in
    the long file than in the short one."""
    for number in range(rows):
        yield number, PEOPLE[number % 3], BEGUN + dt.timedelta(minutes=number * 20 // rows)


def of_telegram(folder: Path, rows: int) -> Path:
    said = (
        {"id": n, "type": "message", "date": f"{at:%Y-%m-%dT%H:%M:%S}", "date_unixtime": str(int(at.timestamp())),
         "from": who, "from_id": f"user{n % 3}", "text": WORDS} for n, who, at in moments(rows)
    )  # fmt: skip
    return write(folder / "result.json", telegram(*said))


def of_discord_csv(folder: Path, rows: int) -> Path:
    lines = ((str(n % 3), f"{who}#1", f"{at:%d-%b-%y %I:%M %p}", WORDS) for n, who, at in moments(rows))
    return write(folder / "lounge.csv", discord_csv(*lines))


def of_discord_json(folder: Path, rows: int) -> Path:
    said = (
        {"id": str(9000 + n), "type": "Default", "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000+00:00", "timestampEdited": None,
         "isPinned": False, "content": WORDS, "author": {"id": str(n % 3), "name": who, "nickname": who, "isBot": False},
         "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": []} for n, who, at in moments(rows)
    )  # fmt: skip
    return write(folder / "lounge.json", discord_json(*said))


def of_slack(folder: Path, rows: int) -> Path:
    day = [
        {"type": "message", "user": f"U{n % 3}", "ts": f"{int(at.timestamp())}.{n:06}", "text": WORDS}
        for n, _, at in moments(rows)
    ]
    users = [{"id": f"U{n}", "name": who, "profile": {"real_name": who}} for n, who in enumerate(PEOPLE)]
    files: dict[str, str | bytes] = {
        "users.json": json.dumps(users),
        "channels.json": json.dumps([{"id": "C1", "name": "general"}]),
        "general/2024-03-01.json": json.dumps(day),
    }
    folder.mkdir(parents=True)
    return packed(folder / "slack.zip", files)


def of_zulip(folder: Path, rows: int) -> Path:
    realm: dict[str, Any] = {
        "zerver_realm": [{"id": 1, "string_id": "tea", "name": "Tea House"}],
        "zerver_stream": [{"id": 31, "name": "harvest"}],
        "zerver_recipient": [{"id": 71, "type": 2, "type_id": 31}],
        "zerver_userprofile": [
            {"id": n, "full_name": who, "email": f"{n}@tea.example", "is_bot": False}
            for n, who in enumerate(PEOPLE, 1)
        ],
    }
    said = [
        {"id": n + 1, "sender": 1 + n % 3, "recipient": 71, "subject": "spring", "content": WORDS, "date_sent": at.timestamp()}
        for n, _, at in moments(rows)
    ]  # fmt: skip
    write(folder / "zulip" / "realm.json", realm)
    write(folder / "zulip" / "messages-000001.json", {"zerver_message": said, "zerver_usermessage": []})
    return folder / "zulip"


def of_qq(folder: Path, rows: int) -> Path:
    head = "消息记录（此消息记录为文本格式，不支持重新导入）\n\n消息分组:我的QQ群\n消息对象:青山茶友\n\n"
    lines = (f"{at:%Y-%m-%d %H:%M:%S} {who}(2000{n % 3})\n{WORDS}\n" for n, who, at in moments(rows))
    return write(folder / "qq.txt", head + "\n".join(lines))


def of_whatsapp(folder: Path, rows: int) -> Path:
    lines = (f"{at:%d/%m/%Y, %H:%M} - {who}: {WORDS}" for _, who, at in moments(rows))
    return write(folder / "chat.txt", "31/01/2024, 10:00 - Ada: first\n" + "\n".join(lines) + "\n")


def of_stackexchange(folder: Path, rows: int) -> Path:
    users = "".join(
        f'<row Id="{n}" DisplayName="{who}" CreationDate="2024-01-01T00:00:00.000"/>\n'
        for n, who in enumerate(PEOPLE, 1)
    )
    posts = "".join(
        f'<row Id="{n + 1}" PostTypeId="1" CreationDate="{at:%Y-%m-%dT%H:%M:%S}.000" OwnerUserId="{1 + n % 3}" Title="Tea" Body="{WORDS}"/>\n'
        for n, _, at in moments(rows)
    )
    for name, body in (("Users", users), ("Posts", posts)):
        write(
            folder / "dump" / f"{name}.xml",
            f'<?xml version="1.0" encoding="utf-8"?>\n<{name.lower()}>\n{body}</{name.lower()}>\n',
        )
    return folder / "dump"


def of_table(folder: Path, rows: int) -> Path:
    lines = (f"{at:%Y-%m-%d %H:%M:%S},{who},tea,{WORDS}" for _, who, at in moments(rows))
    return write(folder / "own.csv", "time,member,community,text\n" + "\n".join(lines) + "\n")


def of_jsonl(folder: Path, rows: int) -> Path:
    lines = (
        json.dumps({"time": at.isoformat(), "member": who, "community": "tea", "text": WORDS})
        for _, who, at in moments(rows)
    )
    return write(folder / "own.jsonl", "\n".join(lines) + "\n")


EXPORTS: dict[str, Callable[[Path, int], Path]] = {
    "telegram": of_telegram, "discord-csv": of_discord_csv, "discord-json": of_discord_json, "slack": of_slack,
    "zulip": of_zulip, "qq": of_qq, "whatsapp": of_whatsapp, "stackexchange": of_stackexchange, "csv": of_table,
    "jsonl": of_jsonl,
}  # fmt: skip


def peak(path: Path, rows: int) -> int:
    """Bytes held at most while the export is read and let go row by row."""
    with parts_of(path) as parts:
        chosen = choose("", parts, path.name)
        wanted = Options(latest_ms=LATEST_MS, origin=path.stem)
        tracemalloc.start()
        try:
            seen = 0
            for reader, own in chosen:
                for item in reader.read(own, wanted, Tally()):
                    assert not isinstance(item, Rejected), item
                    seen += item.kind == "message.sent"
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert seen >= rows
    return held


def test_every_reader_is_tried_here() -> None:
    assert set(EXPORTS) == {reader.slug for reader in READERS}


@pytest.mark.parametrize("slug", EXPORTS)
def test_a_reader_holds_no_more_of_a_long_file_than_of_a_short_one(
    tmp_path: Path, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who wrote the last 50,000 messages is remembered; here the memory is full in the short file already.
    monkeypatch.setattr(Recent.__init__, "__defaults__", (SHORT // 3,))
    short, long = (EXPORTS[slug](tmp_path / str(rows), rows) for rows in (SHORT, LONG))
    more = size(long) - size(short)
    assert more > 10_000_000
    peak(short, SHORT)  # what is imported and compiled at first use counts for neither
    assert peak(long, LONG) - peak(short, SHORT) < KEPT * more
    shutil.rmtree(tmp_path)


def size(path: Path) -> int:
    with parts_of(path) as parts:
        return sum(part.size for part in parts)
