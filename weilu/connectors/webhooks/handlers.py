"""Who wants to hear of this? Each event becomes a delivery for every endpoint that asked for it.

The handler sees imports too, since an endpoint may ask for them; what is not live goes to no other. Only what was recorded
since an endpoint exists is said to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from weilu.connectors.webhooks import payloads, rules
from weilu.connectors.webhooks.models import Delivery, Endpoint
from weilu.connectors.webhooks.payloads import Ear
from weilu.core import clock
from weilu.core.events.handlers import Handler
from weilu.core.events.rows import Row


def fan_out(rows: Sequence[Row]) -> None:
    """Safe to run twice: an endpoint has one delivery for one event."""
    ears = [payloads.ear(one) for one in _awake() if one.kinds]
    now = clock.now()
    made = [
        Delivery(
            endpoint=one.endpoint,
            about=Delivery.EVENT,
            ref=row.position,
            kind=row.kind,
            next_at=now,
            created_at=now,
        )
        for row in rows
        for one in ears
        if _wants(one, row)
    ]
    Delivery.objects.bulk_create(made, batch_size=400, ignore_conflicts=True)


def _wants(one: Ear, row: Row) -> bool:
    endpoint = one.endpoint
    return (
        (row.live or endpoint.imports)
        and rules.wants(endpoint.kinds, row.kind)
        and row.recorded >= clock.to_ms(endpoint.created_at)
        and one.hears(row.community)
    )


def _awake() -> list[Endpoint]:
    return list(Endpoint.objects.filter(paused="").select_related("operator").order_by("pk"))


def nobody_listens() -> bool:
    """Then the log need not be read for us at all."""
    return not Endpoint.objects.filter(paused="").exclude(kinds=[]).exists()


NAME = "webhooks"
HANDLERS = (Handler(NAME, fan_out, asleep=nobody_listens),)
