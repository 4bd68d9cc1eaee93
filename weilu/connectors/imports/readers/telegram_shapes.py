"""How do Telegram's generations of exports write ids, texts and media? Every form becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEDIA = {
    "animation": "animation",
    "sticker": "sticker",
    "video_file": "video",
    "video_message": "video",
    "voice_message": "audio",
    "audio_file": "audio",
}


def chat_id(number: int, kind: str) -> str:
    """The Bot API's id of a chat that the export gives as a bare number."""
    if number < 0 or kind in ("personal_chat", "bot_chat", "saved_messages"):
        return str(number)
    if kind.endswith(("supergroup", "channel")):
        return str(-(10**12) - number)
    return str(-number)


def person_id(outside: Any) -> str:
    """The Bot API's id of whoever writes: `user123` and both older numeric forms are 123, `channel123` is -100…123.

    The first generation wrote bare numbers, for a time with a mark in the 33rd bit (1 person, 2 chat).
    """
    text = str(outside)
    for prefix in ("user", "channel", "chat"):
        if text.startswith(prefix) and text[len(prefix) :].isdigit():
            number = int(text[len(prefix) :])
            return {"user": str(number), "channel": str(-(10**12) - number), "chat": str(-number)}[prefix]
    if text.isdigit() and int(text) >> 32 in (1, 2):
        number = int(text) & 0xFFFFFFFF
        return str(number) if int(text) >> 32 == 1 else str(-number)
    return text


def plain(text: Any) -> str:
    """The text of a message: a string, or a list of strings and formatted spans."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(span if isinstance(span, str) else str(span.get("text", "")) for span in text)


def said(row: Mapping[str, Any]) -> str:
    """What a message says; a poll says its question."""
    text = plain(row.get("text"))
    poll = row.get("poll")
    return text or (plain(poll.get("question")) if isinstance(poll, Mapping) else "")


def medium(row: Mapping[str, Any]) -> str:
    if "photo" in row:
        return "photo"
    if "media_type" in row:
        return MEDIA.get(str(row["media_type"]), str(row["media_type"])[:20])
    for field in ("poll", "location_information", "contact_information", "game_title", "file"):
        if field in row:
            return field.split("_", 1)[0]
    return ""
