"""JSON Lines of one's own: an object an event, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weilu.connectors.imports.contract import (
    BadFile,
    Columns,
    Feed,
    Options,
    Reader,
    RowRefused,
    Tally,
    convert_each,
)
from weilu.connectors.imports.readers.columns import Records, note_unused, proposed, settle
from weilu.connectors.imports.sources import Part
from weilu.connectors.imports.textfile import MAX_LINE, lines
from weilu.core.events.incoming import Incoming

SOURCE = "import-jsonl"
LINES_SAMPLED = 200


def claims(part: Part) -> bool:
    return part.base.lower().endswith((".jsonl", ".ndjson"))


def columns(parts: Sequence[Part], options: Options) -> Columns:
    """The fields that occur in the first lines of the first file."""
    return proposed(_fields(parts[0]), options)


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        settled = settle(part.name, _fields(part), options)
        if note := note_unused(part.name, settled):
            tally.notes.append(note)
        convert = _Converter(Records(SOURCE, part.stem, options), settled)
        numbered = ((number, line) for number, line in lines(part, tally) if line.strip())
        yield from convert_each(part, numbered, convert, tally)


class _Converter:
    def __init__(self, records: Records, columns: Columns) -> None:
        self._records, self._mapping = records, columns.mapping

    def __call__(self, line: str) -> Iterator[Incoming]:
        row = _object(line)
        record = {field: _text(row.get(column)) for field, column in self._mapping.items()}
        yield from self._records.events(record)


def _object(line: str) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise RowRefused(_("the line is longer than a million characters"))
    try:
        row = orjson.loads(line)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise RowRefused(_("this is not valid JSON")) from None
    if not isinstance(row, dict):
        raise RowRefused(_("the line holds no object"))
    return row


def _text(value: object) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    return value if isinstance(value, str) else str(value)


def _fields(part: Part) -> tuple[str, ...]:
    found: dict[str, None] = {}
    broken = 0
    for _number, line in islice(lines(part, Tally()), LINES_SAMPLED):
        try:
            found.update(dict.fromkeys(_object(line)) if line.strip() else {})
        except RowRefused:
            broken += 1
    if not found:
        cause = _("no line holds a JSON object") if broken else _("the file is empty")
        raise BadFile(part.name, cause, 1)
    return tuple(found)


READER = Reader("jsonl", "jsonl", gettext_lazy("JSON Lines"), claims, read, columns)
