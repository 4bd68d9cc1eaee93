"""Which decisions are to be told? They stand in a table of their own, so they are fetched from it every few seconds.

Decisions commit out of order. So not the newest one is remembered but the place below which all are older than an hour; what
lies above it is looked at again each time, and an endpoint has one delivery for one decision.
"""

from __future__ import annotations

import datetime as dt

from weilu.connectors.webhooks import payloads, rules
from weilu.connectors.webhooks.models import Delivery, Endpoint
from weilu.core.decisions.models import Decision
from weilu.core.events.models import HandlerCursor

CURSOR = "webhooks.decisions"
SETTLED = dt.timedelta(hours=1)
"""No transaction of ours lasts so long."""


def fan_out(now: dt.datetime) -> int:
    """Puts deliveries down for decisions not told yet; returns how many."""
    ears = [payloads.ear(one) for one in _listening()]
    rows = list(Decision.objects.filter(pk__gt=_below(now)).order_by("pk")) if ears else []
    made = [
        Delivery(
            endpoint=one.endpoint,
            about=Delivery.DECISION,
            ref=row.pk,
            kind=row.kind,
            next_at=now,
            created_at=now,
        )
        for one in ears
        for row in _untold(one.endpoint, rows)
        if payloads.hears_decision(one, row)
    ]
    Delivery.objects.bulk_create(made, batch_size=400, ignore_conflicts=True)
    return len(made)


def _listening() -> list[Endpoint]:
    return [one for one in Endpoint.objects.filter(paused="").select_related("operator") if one.decisions]


def _untold(endpoint: Endpoint, rows: list[Decision]) -> list[Decision]:
    known = set(
        Delivery.objects.filter(
            endpoint=endpoint, about=Delivery.DECISION, ref__in=[row.pk for row in rows]
        ).values_list("ref", flat=True)
    )
    return [
        row
        for row in rows
        if row.pk not in known and row.at >= endpoint.created_at and rules.wants(endpoint.decisions, row.kind)
    ]


def _below(now: dt.datetime) -> int:
    """The place below which every decision is settled; moved on here."""
    cursor, _made = HandlerCursor.objects.get_or_create(name=CURSOR)
    open_ones = Decision.objects.filter(pk__gt=cursor.position)
    first_open = open_ones.filter(at__gt=now - SETTLED).order_by("pk").values_list("pk", flat=True).first()
    settled = open_ones if first_open is None else open_ones.filter(pk__lt=first_open)
    last = settled.order_by("-pk").values_list("pk", flat=True).first()
    if last is not None:
        HandlerCursor.objects.filter(name=CURSOR).update(position=last)
        return last
    return cursor.position
