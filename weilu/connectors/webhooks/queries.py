"""Which webhooks are there, and what has been sent to each?"""

from __future__ import annotations

from django.db.models import QuerySet

from weilu.connectors.webhooks.models import Attempt, Delivery, Endpoint
from weilu.core.operators import rights
from weilu.core.operators.access import ALL, Viewer, missing


def endpoints(viewer: Viewer) -> QuerySet[Endpoint]:
    """One's own; all of them for who may send from all communities."""
    rows = Endpoint.objects.order_by("pk").select_related("operator")
    if not viewer.can(rights.WEBHOOKS):
        return rows.none()
    if (rights.WEBHOOKS, ALL) in viewer.held and viewer.communities is None:
        return rows
    return rows.filter(operator_id=viewer.operator_id or 0)


def access_endpoint(viewer: Viewer, endpoint: int) -> Endpoint:
    """The webhook, else `NotFound`."""
    row = endpoints(viewer).filter(pk=endpoint).first()
    if row is None:
        raise missing()
    return row


def deliveries(endpoint: Endpoint, state: str = "") -> QuerySet[Delivery]:
    """Newest first."""
    rows = Delivery.objects.filter(endpoint=endpoint).select_related("endpoint__operator").order_by("-pk")
    return rows.filter(state=state) if state else rows


def access_delivery(endpoint: Endpoint, delivery: int) -> Delivery:
    row = deliveries(endpoint).filter(pk=delivery).first()
    if row is None:
        raise missing()
    return row


def attempts(delivery: Delivery) -> list[Attempt]:
    """Oldest first."""
    return list(delivery.tries.order_by("pk"))
