"""What is said to a receiver? Put together when it is sent, from what is known then and what its operator may see then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from weilu.connectors.webhooks.models import Delivery, Endpoint
from weilu.core.decisions.models import Decision
from weilu.core.directory import queries as directory
from weilu.core.errors import NotFound
from weilu.core.events import queries as log
from weilu.core.events.api import told
from weilu.core.events.rows import Row
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, access_member, viewer_of


@dataclass(frozen=True, slots=True)
class Ear:
    """An endpoint with what its operator may see now. `communities`: None for all, and for what concerns none."""

    endpoint: Endpoint
    viewer: Viewer
    communities: frozenset[int] | None

    def hears(self, community: int) -> bool:
        return self.communities is None or community in self.communities

    def reads(self, community: int) -> bool:
        return self.endpoint.texts and (
            self.viewer.can(rights.TEXTS, community) if community else (rights.TEXTS, 0) in self.viewer.held
        )


def ear(endpoint: Endpoint) -> Ear:
    """Communities of an endpoint: those chosen, as far as its operator sees them and may send from them."""
    viewer = viewer_of(endpoint.operator)
    allowed = viewer.where(rights.WEBHOOKS)
    chosen = None if endpoint.communities is None else frozenset(endpoint.communities)
    return Ear(endpoint, viewer, _both(allowed, chosen))


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    """What stands in both; None stands for all."""
    if one is None:
        return other
    return one if other is None else one & other


def body(delivery: Delivery) -> bytes | None:
    """The message as JSON; None where it is not to be said any more: retracted, or no longer the operator's to see."""
    one = ear(delivery.endpoint)
    if delivery.about == Delivery.PING:
        data: dict[str, Any] | None = {"webhook": delivery.endpoint_id, "name": delivery.endpoint.name}
    elif delivery.about == Delivery.EVENT:
        data = _event(one, delivery.ref)
    else:
        data = _decision(one, delivery.ref)
    if data is None:
        return None
    return orjson.dumps({"type": delivery.kind, "timestamp": delivery.created_at, "data": data})


def _event(one: Ear, position: int) -> dict[str, Any] | None:
    row = next((found for found in log.read(position - 1, 1) if found.position == position), None)
    if row is None or not one.hears(row.community):
        return None
    return told(row, directory.owners(_people(row)), _text(one, row))


def _people(row: Row) -> set[int]:
    return {row.identity, row.target, *row.mentions} - {0}


def _text(one: Ear, row: Row) -> str | None:
    return log.texts([row.position]).get(row.position) if one.reads(row.community) else None


def _decision(one: Ear, number: int) -> dict[str, Any] | None:
    row = Decision.objects.filter(pk=number).first()
    if row is None or not hears_decision(one, row):
        return None
    return {
        "id": row.pk,
        "kind": row.kind,
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "rule": row.rule,
        "rule_version": row.rule_version,
        "by": row.by,
        "at": row.at,
        "undoes": row.undoes_id,
        # Evidence may name what lies in other communities, so only who sees them all is told it.
        "evidence": row.evidence if one.communities is None else None,
    }


def hears_decision(one: Ear, row: Decision) -> bool:
    """Whether a decision concerns a community of the endpoint, or somebody seen in one. Raises Unavailable."""
    if one.communities is None:
        return True
    if row.subject_type == "community":
        return row.subject_id in one.communities
    return row.subject_type == "member" and _seen(one, row.subject_id)


def _seen(one: Ear, member: int) -> bool:
    held = frozenset((rights.VIEW, place) for place in one.communities or ())
    try:
        access_member(Viewer(one.viewer.operator_id, one.communities, held), member)
    except NotFound:
        return False
    return True
