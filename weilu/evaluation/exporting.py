"""How do the members or events behind a number leave as a file?"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from weilu.communities.queries import feed
from weilu.core.directory.queries import member_names
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import PEOPLE

EXPORTED = "behind.exported"
AUDIT_WORDS = {EXPORTED: _("Exported what stands behind a number")}
CHUNK = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins so; a quote before it makes it plain text."""


def as_csv(viewer: Viewer, question: Mapping[str, Any]) -> HttpResponseBase:
    """A CSV file, streamed; who took how many rows stands in the audit trail before the first byte leaves."""
    demand(viewer, rights.EXPORT_MEMBERS)
    viewer = viewer.limited(rights.EXPORT_MEMBERS)
    found = questions.behind(question, viewer)
    audit.record(viewer, EXPORTED, rows=found.total)
    lines = _member_lines(found.ids) if found.counts == PEOPLE else _event_lines(found.ids, viewer)
    response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="weilu.csv"'
    return response


def _member_lines(ids: Sequence[int]) -> Iterator[Sequence[object]]:
    yield "member", "name"
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        names = member_names(some)
        yield from ((one, names.get(one, "")) for one in some)


def _event_lines(ids: Sequence[int], viewer: Viewer) -> Iterator[Sequence[object]]:
    yield "position", "time", "community", "member", "name", "kind", "text"
    for start in range(0, len(ids), CHUNK):
        for one in feed.in_order(ids[start : start + CHUNK], viewer.communities):
            text = one.text if viewer.can(rights.TEXTS, one.community or None) else ""
            yield one.position, one.at.isoformat(), one.where, one.member or "", one.who, one.kind, text


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv(lines: Iterator[Sequence[object]]) -> Iterator[str]:
    yield "\ufeff"  # spreadsheets read UTF-8 only with this mark
    writer = csv.writer(_Echo())
    for line in lines:
        yield writer.writerow([_plain(cell) for cell in line])


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
