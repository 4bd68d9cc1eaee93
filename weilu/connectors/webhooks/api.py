"""Outgoing webhooks over the API: who is told of what, and how each delivery went."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from weilu.connectors.webhooks import actions, queries
from weilu.connectors.webhooks.actions import MOST_KINDS, Wish
from weilu.connectors.webhooks.models import Delivery, Endpoint
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import NO_NUL, ApiRequest, Done, Id, In, Page, Paging
from weilu.core.decisions import kinds as decision_kinds
from weilu.core.operators import rights

router = Router(tags=["webhooks"])
Kind = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
StateName = Literal["waiting", "delivered", "failed", "dropped"]


class WebhookOut(Schema):
    """`paused`: empty, `by_hand`, `failing` (after days of failure) or `gone` (the receiver answered 410). `communities` null: all
    that its operator may, also those to come. `old_secret_until`: so long the secret before signs too."""

    id: int
    name: str
    url: str
    operator: int
    events: list[str]
    decisions: list[str]
    communities: list[int] | None
    texts: bool
    imports: bool
    paused: str
    failing_since: dt.datetime | None
    old_secret_until: dt.datetime | None
    created_at: dt.datetime


class WebhookMade(WebhookOut):
    """`secret` signs every message; it is shown this once."""

    secret: str


class WebhookIn(In):
    """`events` and `decisions`: kinds, `*` for all. `texts`: with what members wrote (needs the right `texts`). `imports`: imports and
    back-fills too, not only what happens live."""

    name: str = Field(min_length=1, max_length=100, pattern=NO_NUL, examples=["CRM"])
    url: str = Field(min_length=1, max_length=500, pattern=NO_NUL, examples=["https://crm.example.com/weilu"])
    events: list[Kind] = Field(["*"], max_length=MOST_KINDS, examples=[["member.joined", "order.paid"]])
    decisions: list[Kind] = Field([], max_length=MOST_KINDS, examples=[["member.merged"]])
    communities: list[Id] | None = Field(None, max_length=1000)
    texts: bool = False
    imports: bool = False


class DeliveryOut(Schema):
    """`message` is the `webhook-id` of every attempt. `ref`: the position of the event, or the decision's id. `next_at`: when it is
    tried next, null once it is done."""

    id: int
    message: str
    about: str
    ref: int | None
    kind: str
    state: StateName
    attempts: int
    next_at: dt.datetime | None
    created_at: dt.datetime
    done_at: dt.datetime | None


class AttemptOut(Schema):
    """`status` of the answer, or null and `error` in a word. `answer`: how it begins."""

    at: dt.datetime
    status: int | None
    error: str
    milliseconds: int
    answer: str


class DeliveryWithAttempts(DeliveryOut):
    tries: list[AttemptOut]


class DecisionKindOut(Schema):
    kind: str
    label: str


class Log(Paging):
    state: StateName | None = None


@router.get("/decision-kinds", response=list[DecisionKindOut], summary="What can be decided?")
@needs(rights.VIEW)
def list_decision_kinds(request: ApiRequest) -> list[dict[str, str]]:
    return [{"kind": one.slug, "label": str(one.label)} for one in decision_kinds.all_kinds()]


@router.get("/webhooks", response=Page[WebhookOut], summary="Webhooks")
@needs(rights.WEBHOOKS)
def list_webhooks(request: ApiRequest, paged: Query[Paging]) -> dict[str, Any]:
    """One's own; all of them for who may send from all communities."""
    rows = queries.endpoints(request.viewer)
    return paging.by_id(rows, paged, "webhooks", _told)


@router.post("/webhooks", response={201: WebhookMade}, summary="Set up a webhook")
@needs(rights.WEBHOOKS)
@once()
def create_webhook(request: ApiRequest, given: WebhookIn) -> dict[str, Any]:
    """Also needs the right `view`. Addresses in private networks are refused."""
    made = actions.create(request.viewer, _wish(given))
    return {**_told(made.row), "secret": made.secret}


@router.get("/webhooks/{webhook_id}", response=WebhookOut, summary="One webhook")
@needs(rights.WEBHOOKS)
def read_webhook(request: ApiRequest, webhook_id: Id) -> dict[str, Any]:
    return _told(queries.access_endpoint(request.viewer, webhook_id))


@router.put("/webhooks/{webhook_id}", response=WebhookOut, summary="Change a webhook")
@needs(rights.WEBHOOKS)
def change_webhook(request: ApiRequest, webhook_id: Id, given: WebhookIn) -> dict[str, Any]:
    """Replaces everything but the secret."""
    row = queries.access_endpoint(request.viewer, webhook_id)
    return _told(actions.change(request.viewer, row, _wish(given)))


@router.delete("/webhooks/{webhook_id}", response=Done, summary="Remove a webhook")
@needs(rights.WEBHOOKS)
def remove_webhook(request: ApiRequest, webhook_id: Id) -> dict[str, bool]:
    """With its log; what is on its way is not sent any more."""
    actions.remove(request.viewer, queries.access_endpoint(request.viewer, webhook_id))
    return {"done": True}


@router.post("/webhooks/{webhook_id}/secret", response={201: WebhookMade}, summary="A new secret")
@needs(rights.WEBHOOKS)
@once()
def renew_secret(request: ApiRequest, webhook_id: Id) -> dict[str, Any]:
    """The one before signs beside it for a day."""
    made = actions.renew_secret(request.viewer, queries.access_endpoint(request.viewer, webhook_id))
    return {**_told(made.row), "secret": made.secret}


@router.post("/webhooks/{webhook_id}/pause", response=WebhookOut, summary="Pause a webhook")
@needs(rights.WEBHOOKS)
@once()
def pause_webhook(request: ApiRequest, webhook_id: Id) -> dict[str, Any]:
    """What happens meanwhile is not kept for it; `/events` tells it afterwards."""
    return _told(actions.pause(request.viewer, queries.access_endpoint(request.viewer, webhook_id)))


@router.post("/webhooks/{webhook_id}/resume", response=WebhookOut, summary="Let a webhook run again")
@needs(rights.WEBHOOKS)
@once()
def resume_webhook(request: ApiRequest, webhook_id: Id) -> dict[str, Any]:
    """What was on its way when it was paused is tried again at once."""
    return _told(actions.resume(request.viewer, queries.access_endpoint(request.viewer, webhook_id)))


@router.post("/webhooks/{webhook_id}/test", response={201: DeliveryOut}, summary="Send a test message")
@needs(rights.WEBHOOKS)
@once()
def ping_webhook(request: ApiRequest, webhook_id: Id) -> dict[str, Any]:
    """A message of the type `webhook.ping`, sent within a second or so. 409 while the webhook is paused."""
    return _delivery(actions.ping(queries.access_endpoint(request.viewer, webhook_id)))


@router.get("/webhooks/{webhook_id}/deliveries", response=Page[DeliveryOut], summary="The delivery log")
@needs(rights.WEBHOOKS)
def list_deliveries(request: ApiRequest, webhook_id: Id, wish: Query[Log]) -> dict[str, Any]:
    """Newest first. Kept for thirty days."""
    endpoint = queries.access_endpoint(request.viewer, webhook_id)
    rows = queries.deliveries(endpoint, wish.state or "")
    return paging.by_id(rows, wish, "deliveries", _delivery, newest=True, webhook=webhook_id)


@router.get(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}", response=DeliveryWithAttempts, summary="One delivery"
)
@needs(rights.WEBHOOKS)
def read_delivery(request: ApiRequest, webhook_id: Id, delivery_id: Id) -> dict[str, Any]:
    """With every attempt, oldest first."""
    endpoint = queries.access_endpoint(request.viewer, webhook_id)
    delivery = queries.access_delivery(endpoint, delivery_id)
    return {**_delivery(delivery), "tries": queries.attempts(delivery)}


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    response={201: DeliveryOut},
    summary="Send a delivery again",
)
@needs(rights.WEBHOOKS)
@once()
def replay_delivery(request: ApiRequest, webhook_id: Id, delivery_id: Id) -> dict[str, Any]:
    """Under its old id. 409 while it is on its way, or the webhook is paused."""
    endpoint = queries.access_endpoint(request.viewer, webhook_id)
    return _delivery(actions.replay(queries.access_delivery(endpoint, delivery_id)))


def _wish(given: WebhookIn) -> Wish:
    return Wish(
        name=given.name,
        url=given.url,
        kinds=given.events,
        decisions=given.decisions,
        communities=given.communities,
        texts=given.texts,
        imports=given.imports,
    )


def _told(row: Endpoint) -> dict[str, Any]:
    plain = (
        "id",
        "name",
        "url",
        "decisions",
        "communities",
        "texts",
        "imports",
        "paused",
        "failing_since",
        "created_at",
    )
    return {
        **{name: getattr(row, name) for name in plain},
        "operator": row.operator_id,
        "events": row.kinds,
        "old_secret_until": row.old_until,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    plain = ("id", "message", "about", "kind", "state", "attempts", "created_at", "done_at")
    return {
        **{name: getattr(row, name) for name in plain},
        "ref": None if row.about == Delivery.PING else row.ref,
        "next_at": row.next_at if row.state == "waiting" else None,
    }
