"""Which sources are there, and what has come from them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Max, Sum

from weilu.connectors.tracking.models import Glimpse, Refusal, SeenEvent, Source
from weilu.core import clock
from weilu.core.directory.models import Community, Link
from weilu.core.events import queries as log
from weilu.core.numbers import number
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import people as compiled

SHOWN_GLIMPSES = 50
SHOWN_LINKS = 100
CROWD_DAYS = 28


@dataclass(frozen=True, slots=True)
class Line:
    """A source as a list shows it. `events` were taken in and `refused` were not, since it exists; `held` wait now since their
    clocks are off."""

    source: Source
    events: int
    refused: int
    held: int
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
    return access_source(viewer, number(text) if text.isdecimal() else 0)


def sources() -> list[Line]:
    """All sources by name."""
    return _lines(Source.objects.filter(removed_at=None).order_by("name", "pk"))


def line_of(source: Source) -> Line:
    return _lines([source])[0]


def _lines(rows: Iterable[Source]) -> list[Line]:
    rows = list(rows)
    numbers = [row.pk for row in rows]
    sums = SeenEvent.objects.filter(source__in=numbers).values("source")
    seen = {row["source"]: row for row in sums.annotate(n=Sum("count"), last=Max("last_at"))}
    told = Refusal.objects.filter(source__in=numbers).values_list("source")
    refused = dict(told.annotate(Sum("count")))
    held = log.held_counts([row.code for row in rows])
    return [
        Line(
            row,
            found["n"] if found else 0,
            refused.get(row.pk, 0),
            held.get(row.code, 0),
            found["last"] if found else None,
        )
        for row in rows
        for found in (seen.get(row.pk),)
    ]


def links_to_review(source: Source) -> list[Link]:
    """Accounts of this source that it says are one person, and that an operator must judge; the first hundred.

    Those whose owners are one person by now have been settled by a merge.
    """
    rows = Link.objects.filter(state=Link.REVIEW, identity__platform=source.code)
    apart = rows.exclude(identity__member=F("other__member"))
    return list(apart.select_related("identity__member", "other__member").order_by("pk")[:SHOWN_LINKS])


def schema(source: Source) -> list[SeenEvent]:
    """Event names that have come, the latest first."""
    return list(source.seen.order_by("-last_at", "name"))


def refusals(source: int) -> list[Refusal]:
    """Why how much was refused, most first; source 0: what could not be told to be any source's."""
    return list(Refusal.objects.filter(source=source).order_by("-count", "reason"))


def glimpses(source: Source) -> list[Glimpse]:
    """What came by while somebody looked, the latest first."""
    return list(source.glimpses.order_by("-pk")[:SHOWN_GLIMPSES])


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people came by in the last 28 days: those whom somebody has named, and visitors."""

    members: int
    visitors: int


def crowd(community: Community) -> Crowd:
    """Raises Unavailable."""
    since = int(clock.now().timestamp()) - CROWD_DAYS * 86_400
    (row,) = client.query(*compiled.crowd(community.pk, since)).to_pylist()
    return Crowd(row["members"], row["people"] - row["members"])


def community_of(source: Source) -> Community | None:
    """Where its events stand; None before the first one."""
    return Community.objects.filter(platform=source.code).first()
