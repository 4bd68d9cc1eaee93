"""How do the members or events behind a number leave as a file?"""

from __future__ import annotations

import csv
import re
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
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet would run a cell that begins so; a quote before it makes it plain text."""
CELL_SIGNS = 32_767
"""More signs a cell of a spreadsheet cannot hold. Source: https://support.microsoft.com/excel, "specifications and limits"."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no sheet and no XML has a place for. Source: https://www.w3.org/TR/xml/#charsets"""
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of text: they would make one cell read as another."""


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
        yield writer.writerow([plain_cell(cell) for cell in line])


def clean(cell: Any) -> Any:
    """Text without control signs and without marks that turn its direction, no longer than a cell may be."""
    return _TURNS.sub("", _CONTROL.sub("", cell))[:CELL_SIGNS] if isinstance(cell, str) else cell


def plain_cell(cell: object) -> object:
    """A cell of a CSV file that a spreadsheet will not take for a formula, whatever stands in it."""
    told = clean(cell)
    return f"'{told}" if isinstance(told, str) and told.lstrip().startswith(FORMULA) else told
