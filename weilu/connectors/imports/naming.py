"""Who is meant by `@name` in a text? Exports without ids write mentions as plain names; the authors' names resolve them."""

from __future__ import annotations

from bisect import insort

from weilu.core.events.incoming import Actor

MAX_NAME = 48
MAX_MENTIONS = 20


class Names:
    """Names of the people in an export. One borne by two people resolves to nobody."""

    def __init__(self) -> None:
        self._actors: dict[str, Actor | None] = {}
        self._by_start: dict[str, list[str]] = {}

    def add(self, name: str, actor: Actor) -> None:
        if not name or len(name) > MAX_NAME:
            return
        if name not in self._actors:
            self._actors[name] = actor
            insort(self._by_start.setdefault(name[0], []), name, key=lambda known: -len(known))
        known = self._actors[name]
        if known is not None and known.outside != actor.outside:
            self._actors[name] = None

    def find(self, name: str) -> Actor | None:
        return self._actors.get(name)

    def mentioned(self, text: str) -> tuple[Actor, ...]:
        """People called in the text by `@` and their name, the longest name that fits; each once, in order."""
        found: dict[str, Actor] = {}
        at = text.find("@")
        while at >= 0 and len(found) < MAX_MENTIONS:
            if at == 0 or not text[at - 1].isalnum():
                actor = self._longest(text, at + 1)
                if actor is not None:
                    found.setdefault(actor.outside, actor)
            at = text.find("@", at + 1)
        return tuple(found.values())

    def _longest(self, text: str, start: int) -> Actor | None:
        """Ends at a word's end: `@Bo` does not call Bo in `@Bob`, though Chinese runs on without a space."""
        for name in self._by_start.get(text[start : start + 1], ()):
            end = start + len(name)
            if text.startswith(name, start) and (end == len(text) or _word_ends(name[-1], text[end])):
                return self._actors[name]
        return None


def _word_ends(last: str, following: str) -> bool:
    return not (last.isascii() and last.isalnum() and following.isascii() and following.isalnum())
