"""What can be said about a message without its words? Everything here may stay after the text is erased."""

from __future__ import annotations

Traits = dict[str, "str | int | float | bool"]


def of_text(text: str, media: str = "") -> Traits:
    """Length in characters, number of links, whether it asks something, and the kind of its medium."""
    traits: Traits = {"length": len(text)}
    if "://" in text:
        traits["links"] = text.count("http://") + text.count("https://")
    if "?" in text or "？" in text:
        traits["question"] = True
    if media:
        traits["media"] = media
    return traits


MEDIA_SUFFIXES = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "bmp", "heic"), "photo"),
    **dict.fromkeys(("gif",), "animation"),
    **dict.fromkeys(("mp4", "mov", "webm", "mkv", "avi"), "video"),
    **dict.fromkeys(("mp3", "ogg", "opus", "m4a", "wav", "amr"), "audio"),
}


def medium_of(file_name: str) -> str:
    """photo, animation, video, audio or file, by the end of a file's name or address; empty without a name."""
    if not file_name:
        return ""
    ending = file_name.rsplit(".", 1)[-1].split("?", 1)[0].lower()
    return MEDIA_SUFFIXES.get(ending, "file")
