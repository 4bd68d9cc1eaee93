"""DiscordChatExporter CSV, both dialects: `;` with `26-May-18 07:42 PM`, and `,` with ISO dates. One file a channel.

There are no message ids, so a message is known by channel, author, time, text and attachments, and by its ordinal among
equals of that minute. Such keys do not meet those of the JSON dialect, which has ids. Mentions stand as plain `@name`
and are resolved by the authors' names in the whole export.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.events import MESSAGE_SENT
from weilu.connectors.imports import moments, traits
from weilu.connectors.imports.contract import (
    BadFile,
    Feed,
    Options,
    Reader,
    RowRefused,
    Tally,
    believable,
    convert_each,
)
from weilu.connectors.imports.naming import Names
from weilu.connectors.imports.ordinals import Ordinals, object_of
from weilu.connectors.imports.readers.discord import PLATFORM, SOURCE, Channel, actor_of, place_of
from weilu.connectors.imports.sources import Part
from weilu.connectors.imports.textfile import MAX_LINE, csv_lines, encoding_of, open_text
from weilu.core.events.incoming import Actor, Incoming
from weilu.core.events.keys import key

HEADER = ("authorid", "author", "date", "content")
WIDTH = 6
AUTHOR_ID, AUTHOR, DATE, CONTENT, ATTACHMENTS, REACTIONS = range(WIDTH)

_FILE_NAME = re.compile(r"(?:(?P<path>.*) )?\[(?P<id>\d{5,20})\](?: \(.*\))?", re.DOTALL)
_PART = re.compile(r" \[part \d+\]")
_COUNT = re.compile(r"\((\d+)\)")

csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file and how to read it."""

    part: Part
    encoding: str
    delimiter: str
    channel: Channel


def claims(part: Part) -> bool:
    if not part.base.lower().endswith(".csv"):
        return False
    first = _first_line(part)
    return tuple(_fields(first)[: len(HEADER)]) == HEADER


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    sheets = [_sheet(part) for part in parts]
    names = _survey(sheets)
    channels = {sheet.channel.outside for sheet in sheets}
    last, ordinals = "", Ordinals()
    for sheet in sheets:
        whole = _PART.sub("", sheet.part.name)
        if whole != last:
            last, ordinals = whole, Ordinals()
        row_to_events = _Converter(sheet.channel, len(channels), options, names, ordinals)
        yield from convert_each(sheet.part, _rows(sheet, tally), row_to_events, tally)


class _Converter:
    """Rows of one channel into events; what is the same for all of them is worked out once."""

    def __init__(
        self, channel: Channel, channels: int, options: Options, names: Names, ordinals: Ordinals
    ) -> None:
        self._channel = channel.outside
        self._community, self._room = place_of(channel, channels, options)
        self._options = options
        self._names = names
        self._ordinals = ordinals
        self._actors: dict[tuple[str, str], Actor] = {}

    def __call__(self, row: list[str]) -> tuple[Incoming]:
        if len(row) < CONTENT + 1:
            raise RowRefused(_("the row has too few columns"))
        outside, author, date, text = row[:4]
        attachments = row[ATTACHMENTS] if len(row) > ATTACHMENTS else ""
        happened = believable(self._moment(date), self._options)
        ordinal = self._ordinals.next(happened, (outside, text, attachments))
        actor = self._actor(outside, author, happened)
        own = key(PLATFORM, happened, self._channel, outside, happened, text, attachments, ordinal)
        return (
            Incoming(
                key=own,
                kind=MESSAGE_SENT,
                happened=happened,
                source=SOURCE,
                actor=actor,
                community=self._community,
                room=self._room,
                subject=object_of(own),
                mentions=self._names.mentioned(text) if "@" in text else (),
                properties=_traits(text, attachments, row[REACTIONS] if len(row) > REACTIONS else ""),
                text=text,
            ),
        )

    def _moment(self, date: str) -> int:
        try:
            return moments.discord(date, self._options.timezone)
        except (ValueError, OverflowError):
            raise RowRefused(_("the date cannot be read: %(date)s") % {"date": date[:40]}) from None

    def _actor(self, outside: str, author: str, happened: int) -> Actor:
        actor = self._actors.get((outside, author))
        if actor is None:
            if not outside:
                raise RowRefused(_("the row names no author"))
            actor = self._actors[outside, author] = actor_of(outside, author, happened)
        return actor


def _traits(text: str, attachments: str, reactions: str) -> traits.Traits:
    first = attachments.split("\n", 1)[0].split(",", 1)[0]
    found = traits.of_text(text, traits.medium_of(first))
    if reactions:
        found["reactions"] = sum(int(count) for count in _COUNT.findall(reactions))
    return found


def _sheet(part: Part) -> Sheet:
    encoding = encoding_of(part)
    first = _first_line(part)
    if tuple(_fields(first)[: len(HEADER)]) != HEADER:
        raise BadFile(part.name, _("the first line does not name AuthorID, Author, Date and Content"), 1)
    return Sheet(part, encoding, _delimiter(first), channel_of(part.stem))


def channel_of(stem: str) -> Channel:
    """`Server - Category - general [123]` or only `general`: what a file's name says about its channel."""
    whole = _PART.sub("", stem)
    match = _FILE_NAME.fullmatch(whole)
    if match is None:
        return Channel(whole, whole)
    path = (match["path"] or match["id"]).split(" - ")
    server = path[0] if len(path) > 1 else ""
    return Channel(match["id"], path[-1], server, server, has_id=True)


def _survey(sheets: Sequence[Sheet]) -> Names:
    """Everyone who writes anywhere in the export, by name."""
    names, unnoticed, seen = Names(), Tally(), set[tuple[str, str]]()
    for sheet in sheets:
        for _line, row in _rows(sheet, unnoticed):
            if len(row) > CONTENT and (row[0], row[1]) not in seen:
                seen.add((row[0], row[1]))
                actor = actor_of(row[0], row[1], 0)
                names.add(actor.name, actor)
    return names


def _rows(sheet: Sheet, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """Rows after the header, each with the line it begins in."""
    with open_text(sheet.part, tally, sheet.encoding) as handle:
        reader = csv.reader(csv_lines(sheet.part, handle), delimiter=sheet.delimiter)
        line = 1
        try:
            for row in reader:
                if row and line > 1:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error:
            raise BadFile(sheet.part.name, _("a quoted text never ends"), line) from None


def _first_line(part: Part) -> str:
    head = part.head(400)
    codec = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return head.decode(codec, "ignore").split("\n", 1)[0]


def _delimiter(first: str) -> str:
    return ";" if first.count(";") > first.count(",") else ","


def _fields(first: str) -> list[str]:
    return [field.strip('" \r').lower() for field in first.split(_delimiter(first))]


READER = Reader("discord-csv", "discord", gettext_lazy("Discord (CSV)"), claims, read)
