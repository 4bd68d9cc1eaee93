"""Exports in the true formats, small, of our own making; and what the readers make of them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from weilu.connectors.imports.contract import Options, Rejected, Tally
from weilu.connectors.imports.readers import choose
from weilu.connectors.imports.sources import parts_of
from weilu.core.events.incoming import Incoming

LATEST_MS = 1_800_000_000_000
"""January 2027: later dates in these exports lie in the future."""


def read(path: Path, format_name: str = "", **options: Any) -> tuple[list[Incoming], list[Rejected]]:
    """Events and rejected rows of an export, in order."""
    with parts_of(path) as parts:
        chosen = choose(format_name, parts, path.name)
        wanted = Options(latest_ms=LATEST_MS, origin=path.stem, **options)
        items = [item for reader, own in chosen for item in reader.read(own, wanted, Tally())]
    return (
        [item for item in items if isinstance(item, Incoming)],
        [item for item in items if isinstance(item, Rejected)],
    )


def write(path: Path, content: str | bytes | dict[str, Any] | list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    else:
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def packed(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def telegram(*messages: dict[str, Any], **header: Any) -> dict[str, Any]:
    return {
        "name": "Hearth",
        "type": "public_supergroup",
        "id": 1700000001,
        **header,
        "messages": list(messages),
    }


def said(number: int, who: str, text: Any, **rest: Any) -> dict[str, Any]:
    """A Telegram message of the newer generation, a minute after the one before."""
    account = {"Ada": 11, "Bea": 12, "Cai": 13}[who]
    return {
        "id": number,
        "type": "message",
        "date": f"2024-03-01T13:{number:02}:00",
        "date_unixtime": str(1709294400 + 60 * number),
        "from": who,
        "from_id": f"user{account}",
        "text": text,
        **rest,
    }


def discord_csv(*rows: tuple[str, str, str, str], new: bool = False) -> str:
    """Rows of (author id, author, date, text), in the older dialect or the newer one."""
    separator = "," if new else ";"
    end = "" if new else ";"
    header = separator.join(("AuthorID", "Author", "Date", "Content", "Attachments", "Reactions")) + end
    lines = [
        separator.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in (*row, "", "")) + end
        for row in rows
    ]
    return "\ufeff" + "\r\n".join([header, *lines]) + "\r\n"


def discord_json(*messages: dict[str, Any], channel: str = "500", name: str = "general") -> dict[str, Any]:
    return {
        "guild": {"id": "400", "name": "Tea House", "iconUrl": ""},
        "channel": {
            "id": channel,
            "type": "GuildTextChat",
            "categoryId": "1",
            "category": "Text",
            "name": name,
            "topic": None,
        },
        "dateRange": {"after": None, "before": None},
        "messages": list(messages),
        "messageCount": len(messages),
    }


def posted(number: int, who: str, content: str, **rest: Any) -> dict[str, Any]:
    """A message of DiscordChatExporter's JSON."""
    return {
        "id": str(9000 + number),
        "type": "Default",
        "timestamp": f"2023-01-06T14:{number:02}:03.853+00:00",
        "timestampEdited": None,
        "isPinned": False,
        "content": content,
        "author": member(who),
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        **rest,
    }


def member(who: str, *, bot: bool = False) -> dict[str, Any]:
    account = {"Ada": "11", "Bea": "12", "Cai": "13", "Herald": "99"}[who]
    return {"id": account, "name": who.lower(), "discriminator": "0000", "nickname": who, "isBot": bot}
