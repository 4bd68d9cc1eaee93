"""Which sources are there, and what has come from them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Sum

from weilu.connectors.tracking.models import Glimpse, Refusal, SeenEvent, Source
from weilu.core.directory.models import Community
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing

SHOWN_GLIMPSES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A source as a list shows it. `events` were taken in and `refused` were not, since it exists."""

    source: Source
    events: int
    refused: int
    last_at: object


def access_source(viewer: Viewer, source: int) -> Source:
    """The source, for those who may change settings; else `NotFound`."""
    row = Source.objects.filter(pk=source, removed_at=None).first()
    if row is None or not viewer.can(rights.SETTINGS):
        raise missing()
    return row


def named(viewer: Viewer, text: str) -> Source:
    """By number, code or name. Raises NotFound."""
    rows = Source.objects.filter(removed_at=None)
    for found in (rows.filter(code__in=(text, f"sdk:{text}")), rows.filter(name=text)):
        if row := found.first():
            return access_source(viewer, row.pk)
    return access_source(viewer, int(text) if text.isdigit() else 0)


def sources() -> list[Line]:
    """All sources by name."""
    seen: dict[int, dict[str, Any]] = {
        row["source"]: dict(row)
        for row in SeenEvent.objects.values("source").annotate(n=Sum("count"), last=Max("last_at"))
    }
    refused = dict(Refusal.objects.values_list("source").annotate(Sum("count")))
    return [
        Line(row, found.get("n", 0), refused.get(row.pk, 0), found.get("last"))
        for row in Source.objects.filter(removed_at=None).order_by("name", "pk")
        for found in (seen.get(row.pk) or {},)
    ]


def schema(source: Source) -> list[SeenEvent]:
    """Event names that have come, the latest first."""
    return list(source.seen.order_by("-last_at", "name"))


def refusals(source: int) -> list[Refusal]:
    """Why how much was refused, most first; source 0: what could not be told to be any source's."""
    return list(Refusal.objects.filter(source=source).order_by("-count", "reason"))


def glimpses(source: Source) -> list[Glimpse]:
    """What came by while somebody looked, the latest first."""
    return list(source.glimpses.order_by("-pk")[:SHOWN_GLIMPSES])


def community_of(source: Source) -> Community | None:
    """Where its events stand; None before the first one."""
    return Community.objects.filter(platform=source.code).first()
