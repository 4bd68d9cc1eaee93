"""How does a list of members leave as a file?"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator

from django.http import HttpResponseBase, StreamingHttpResponse

from weilu.core import clock
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer
from weilu.members import actions
from weilu.members.queries.table import COLUMNS, Filter, Row, all_rows, scopes_of
from weilu.members.when import When

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins so; a quote before it makes it plain text."""


def as_csv(
    viewer: Viewer, asked: Filter, moment: When, only: Collection[int] | None = None
) -> HttpResponseBase:
    """CSV that spreadsheets open rightly, of communities for which the right is held; noted in the audit trail first."""
    allowed = viewer.limited(rights.EXPORT_MEMBERS)
    rows = list(all_rows(allowed, asked, moment, only))
    actions.note_export(viewer, len(rows), scopes_of(allowed, asked.community, visitors=asked.with_visitors))
    response = StreamingHttpResponse(_csv(rows, moment.zone), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="members-{clock.now():%Y-%m-%d}.csv"'
    return response


class _Line:
    """What a csv writer writes into: it hands each line straight back."""

    def write(self, line: str) -> str:
        return line


def _csv(rows: list[Row], zone: str) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff"  # spreadsheets read UTF-8 only with this mark
    yield writer.writerow(["id", "name", *COLUMNS])
    for row in rows:
        yield writer.writerow([row.id, harmless(row.name), *(_cell(row, name, zone) for name in COLUMNS)])


def _cell(row: Row, name: str, zone: str) -> object:
    value = getattr(row, name)
    if name in ("first", "last"):
        return clock.day_of(clock.from_ms(value * 1000), zone).isoformat() if value else ""
    return value


def harmless(text: str) -> str:
    """What a spreadsheet takes for plain text."""
    return f"'{text}" if text.startswith(FORMULA) else text
