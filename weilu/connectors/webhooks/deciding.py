"""Which decisions are to be told? They stand in a table of their own, so they are fetched from it every few seconds.

Decisions commit out of order. So not the newest one is remembered but the place below which all are older than an hour; what
lies above it is looked at again and again, some at a time, and an endpoint has one delivery for one decision.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from weilu.connectors.webhooks import payloads, rules
from weilu.connectors.webhooks.models import Delivery, Endpoint
from weilu.connectors.webhooks.payloads import Ear
from weilu.core.decisions.models import Decision
from weilu.core.events.models import HandlerCursor

CURSOR = "webhooks.decisions"
SETTLED = dt.timedelta(hours=1)
"""No transaction of ours lasts so long."""
SOME = 500
"""Decisions that are judged for an endpoint in one look: sources of SDKs decide thousands in an hour."""

_reached: dict[int, int] = {}
"""How far this process has gone through what lies above the place, by endpoint; behind the last one it begins again."""


def fan_out(now: dt.datetime) -> int:
    """Puts deliveries down for decisions not told yet; returns how many."""
    ears = [payloads.ear(one) for one in _listening()]
    below = _below(now) if ears else 0
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
        for row in _next(one, below)
        if payloads.hears_decision(one, row)
    ]
    Delivery.objects.bulk_create(made, batch_size=400, ignore_conflicts=True)
    return len(made)


def _listening() -> list[Endpoint]:
    return [one for one in Endpoint.objects.filter(paused="").select_related("operator") if one.decisions]


def _next(one: Ear, below: int) -> list[Decision]:
    number = one.endpoint.pk
    start = max(below, _reached.get(number, 0))
    rows = list(_untold(one).filter(pk__gt=start).order_by("pk")[:SOME])
    _reached[number] = rows[-1].pk if len(rows) == SOME else 0
    return rows


def _untold(one: Ear) -> QuerySet[Decision]:
    """What the endpoint asked for and was not told; whether it may hear of a member is asked later."""
    endpoint = one.endpoint
    told = Delivery.objects.filter(endpoint=endpoint, about=Delivery.DECISION, ref=OuterRef("pk"))
    rows = Decision.objects.filter(~Exists(told), at__gte=endpoint.created_at)
    if rules.EVERYTHING not in endpoint.decisions:
        rows = rows.filter(kind__in=endpoint.decisions)
    if one.communities is not None:
        rows = rows.filter(
            Q(subject_type="member") | Q(subject_type="community", subject_id__in=one.communities)
        )
    return rows


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
