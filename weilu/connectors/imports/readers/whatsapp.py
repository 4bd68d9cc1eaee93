"""WhatsApp `Export chat`: a text whose look follows the phone's language. `31/12/20, 23:55 - Ada: hi` or `[31.12.20, 23:55:12] Ada: hi`.

Which of the first two numbers is the month is told by the whole file, in a first pass; where it stays open, the operator
is asked. There are no ids: a message is known by group, author, time, text and its ordinal among equals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import (
    COMMUNITY_CHANGED,
    MEMBER_JOINED,
    MEMBER_LEFT,
    MESSAGE_DELETED,
    MESSAGE_SENT,
    REMOVED,
    WAY,
)
from weilu.connectors.imports import chatlog, traits
from weilu.connectors.imports.bots import looks_like_bot
from weilu.connectors.imports.contract import BadFile, Feed, Options, Reader, Tally, believable, convert_each
from weilu.connectors.imports.naming import Names
from weilu.connectors.imports.ordinals import Ordinals
from weilu.connectors.imports.readers import whatsapp_words as words
from weilu.connectors.imports.readers.whatsapp_dates import Order, by_look, heading, order_of
from weilu.connectors.imports.scene import Scene
from weilu.connectors.imports.sources import Part
from weilu.connectors.imports.textfile import encoding_of, lines
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id

PLATFORM = "whatsapp"
SOURCE = "import-whatsapp"
MARKS = str.maketrans("", "", "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff")
"""Direction marks that the apps strew around names and notices."""

_TITLE = re.compile(
    r"(?:WhatsApp[- ]Chat(?: with| mit| met| -)?|Chat de WhatsApp con|Chat WhatsApp con|Discussion WhatsApp avec"
    r"|Чат WhatsApp с(?: контактом)?|Conversa do WhatsApp com|与(?=.*的 ?WhatsApp)|和(?=.*的 ?WhatsApp))\s*(.+)"
)
_TITLE_END = re.compile(r"(?:\s?\(\d+\)|的 ?WhatsApp ?聊天(?:记录)?|\.txt)$")
_SAID = re.compile(r"([^:：]{1,100}?): (.*)|([^:：]{1,100}?):$")


def claims(part: Part) -> bool:
    if not part.base.lower().endswith(".txt"):
        return False
    text = part.head().decode("utf-8-sig", "ignore")
    return any(_heading(line) for line in text.splitlines()[:20])


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        encoding = encoding_of(part)
        order, names = _survey(part, encoding, options, tally)
        chat = Chat(_title(part, options), order, names, options)
        numbered = lines(part, tally, encoding)
        yield from convert_each(part, chatlog.entries(numbered, _heading), chat.events, tally)


def _heading(line: str) -> re.Match[str] | None:
    return heading(line.lstrip("\u200e\u200f\ufeff"))


def _said(head: re.Match[str]) -> tuple[str, str] | None:
    """Author and beginning of the text; None where nobody said it: a notice of the app.

    On an iPhone notices look as if somebody had said them, save for a mark before the words.
    """
    match = _SAID.fullmatch(head["rest"])
    if match is None:
        return None
    text = match[2] or ""
    if text.startswith("\u200e") and _is_notice(text.translate(MARKS)):
        return None
    return (match[1] or match[3]).translate(MARKS).strip(), text.translate(MARKS)


def _is_notice(text: str) -> bool:
    patterns = (*words.ADDED, *words.JOINED, *words.LEFT, *words.REMOVED, words.CHANGED, words.ENCRYPTED)
    return any(pattern.fullmatch(text) for pattern in patterns)


def _survey(part: Part, encoding: str, options: Options, tally: Tally) -> tuple[Order, Names]:
    """One pass for the order of the dates and everyone's names."""
    names = Names()
    looks = set[bool | None]()

    def dates() -> Iterator[tuple[int, int, int]]:
        for _number, line in lines(part, Tally(), encoding):
            head = _heading(line)
            if head is None:
                continue
            said = _said(head)
            if said is not None:
                actor = person(said[0])
                names.add(actor.name, actor)
            looks.add(by_look(head))
            yield int(head["a"]), int(head["b"]), int(head["c"])

    order = order_of(dates(), options.day_first)
    if order is None and len(known := looks - {None}) == 1:
        order = Order(known.pop())
        tally.notes.append(
            _("%(file)s: dates are read as %(order)s, to judge by their look; --dates says it otherwise.")
            % {"file": part.name, "order": "dmy" if order.day_first else "mdy"}
        )
    if order is None:
        raise BadFile(
            part.name, _("day and month cannot be told apart; say which comes first (dmy or mdy)"), 1
        )
    if order.empty:
        raise BadFile(part.name, _("there is no message in it; this is not a WhatsApp export"), 1)
    return order, names


def _title(part: Part, options: Options) -> str:
    """The group's name as the app puts it into the file's name."""
    stem = options.origin if part.stem.lower() in ("_chat", "chat") else part.stem
    match = _TITLE.fullmatch(stem.strip())
    return _TITLE_END.sub("", match[1] if match else stem).strip() or stem


class Chat:
    """One chat on its way through."""

    def __init__(self, title: str, order: Order, names: Names, options: Options) -> None:
        name = options.community or title
        self._scene = Scene(PLATFORM, SOURCE, Place(PLATFORM, name, name))
        self._order, self._names, self._options = order, names, options
        self._ordinals = Ordinals()

    def events(self, entry: chatlog.Entry) -> Iterator[Incoming]:
        happened = believable(self._order.moment(entry.head, self._options.timezone), self._options)
        said = _said(entry.head)
        if said is None:
            yield from self._notice(
                happened, entry.head["rest"].rpartition("\u200e")[2].translate(MARKS).strip()
            )
            return
        author, begun = said
        text = "\n".join([begun, *(line.translate(MARKS) for line in entry.lines)]).strip()
        yield self._message(happened, person(author), text)

    def _message(self, happened: int, author: Actor, text: str) -> Incoming:
        parts = self._parts(happened, author.outside, text)
        if words.DELETED.fullmatch(text):
            return self._event(MESSAGE_DELETED, happened, parts, author)
        medium, kept = _medium(text)
        found = traits.of_text(words.EDITED.sub("", kept), medium)
        if words.EDITED.search(kept):
            found["edited"] = True
        return self._event(MESSAGE_SENT, happened, parts, author)._replace(
            subject=object_id(PLATFORM, *parts),
            mentions=self._names.mentioned(text) if "@" in text else (),
            properties=found,
            text=words.EDITED.sub("", kept),
        )

    def _notice(self, happened: int, text: str) -> Iterator[Incoming]:
        """Joins and leaves; the phone's owner is only ever called `you` in them and stays out."""
        for kind, patterns in (
            (MEMBER_JOINED, words.JOINED),
            (MEMBER_LEFT, words.REMOVED),
            (MEMBER_LEFT, words.LEFT),
            (MEMBER_JOINED, words.ADDED),
        ):
            match = next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)
            if match is not None:
                way: traits.Traits = {WAY: REMOVED} if patterns is words.REMOVED else {}
                yield from self._membership(kind, happened, text, match.groupdict(), way)
                return
        if words.CHANGED.fullmatch(text):
            yield self._event(COMMUNITY_CHANGED, happened, self._parts(happened, "", text), None)

    def _membership(
        self, kind: str, happened: int, text: str, said: dict[str, str], way: traits.Traits
    ) -> Iterator[Incoming]:
        by = said.get("by", "")
        for name in (part.strip(" .") for part in words.AND.split(said["who"])):
            if name and name.lower() not in words.MYSELF and not words.EVERYONE_ELSE.fullmatch(name):
                parts = self._parts(happened, name, f"{kind} {text}")
                event = self._event(kind, happened, parts, person(name))._replace(properties=way)
                known = by and by.lower() not in words.MYSELF
                yield event._replace(target=person(by)) if known else event

    def _parts(self, happened: int, author: str, text: str) -> tuple[str | int, ...]:
        return (
            self._scene.community.outside,
            author,
            happened,
            text,
            self._ordinals.next(happened, (author, text)),
        )

    def _event(self, kind: str, happened: int, parts: tuple[str | int, ...], actor: Actor | None) -> Incoming:
        return self._scene.event(kind, happened, actor, *parts)


def person(name: str) -> Actor:
    """By the name in the exporter's address book, or by number, whose spaces are for the eye only."""
    shown = name.strip().lstrip("~").strip()
    digits = re.sub(r"[\s\u00a0\u2011()-]", "", shown)
    number = digits if re.fullmatch(r"\+\d{6,15}", digits) else shown
    return Actor(PLATFORM, number, shown, looks_like_bot(shown))


def _medium(text: str) -> tuple[str, str]:
    """Kind of medium, and the text without the app's words about it."""
    attached = words.ATTACHED.search(text)
    if attached is not None:
        return traits.medium_of(attached[1] or attached[2]), words.ATTACHED.sub("", text).strip()
    for medium, pattern in words.MEDIA:
        if pattern.fullmatch(text):
            return medium, ""
    return "", text


READER = Reader("whatsapp", "whatsapp", gettext_lazy("WhatsApp"), claims, read)
