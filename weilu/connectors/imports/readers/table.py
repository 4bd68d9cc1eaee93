"""A CSV of one's own: a heading line, then a row an event. Comma, semicolon, tab or bar between the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

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
from weilu.connectors.imports.textfile import csv_lines, encoding_of, open_text
from weilu.core.events.incoming import Incoming

SOURCE = "import-csv"
_SEPARATOR = re.compile(r"sep=(.)")
"""Excel's own first line, which tells the delimiter."""
DELIMITERS = (",", ";", "\t", "|")


def claims(part: Part) -> bool:
    return part.base.lower().endswith((".csv", ".tsv"))


def columns(parts: Sequence[Part], options: Options) -> Columns:
    """Those of the first file; all files of one import share a mapping."""
    return proposed(_heading(parts[0])[1], options)


def read(parts: Sequence[Part], options: Options, tally: Tally) -> Feed:
    for part in parts:
        delimiter, found = _heading(part)
        settled = settle(part.name, found, options)
        if note := note_unused(part.name, settled):
            tally.notes.append(note)
        records = Records(SOURCE, part.stem, options)
        places = {field: found.index(column) for field, column in settled.mapping.items()}
        convert = _Converter(records, places, len(found))
        yield from convert_each(part, _rows(part, delimiter, tally), convert, tally)


class _Converter:
    def __init__(self, records: Records, places: dict[str, int], width: int) -> None:
        self._records, self._places, self._width = records, places, width

    def __call__(self, row: list[str]) -> Iterator[Incoming]:
        if len(row) > self._width:
            raise RowRefused(_("the row has more columns than the heading"))
        record = {field: row[place] for field, place in self._places.items() if place < len(row)}
        yield from self._records.events(record)


def _heading(part: Part) -> tuple[str, tuple[str, ...]]:
    with open_text(part, Tally(), encoding_of(part)) as handle:
        given = csv_lines(part, handle)
        first = next(given, "").rstrip("\r\n")
        told = _SEPARATOR.fullmatch(first)
        if told is not None:
            first = next(given, "").rstrip("\r\n")
    delimiter = told[1] if told is not None else max(DELIMITERS, key=first.count)
    found = tuple(column.strip() for column in next(csv.reader([first], delimiter=delimiter), []))
    if not any(found):
        raise BadFile(part.name, _("the first line names no columns"), 1)
    return delimiter, found


def _rows(part: Part, delimiter: str, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """Rows after the heading, each with the line it begins in."""
    with open_text(part, tally, encoding_of(part)) as handle:
        reader = csv.reader(csv_lines(part, handle), delimiter=delimiter)
        told = _SEPARATOR.fullmatch(part.head(16).decode("utf-8-sig", "ignore").split("\n")[0].strip())
        headings, line = 1 if told is None else 2, 1
        try:
            for number, row in enumerate(reader):
                if row and number >= headings:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error:
            raise BadFile(part.name, _("a quoted text never ends"), line) from None


READER = Reader("csv", "csv", gettext_lazy("CSV"), claims, read, columns)
