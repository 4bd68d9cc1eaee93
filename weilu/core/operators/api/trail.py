"""Who did what?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
from ninja import Query, Router, Schema

from weilu.core import clock
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest, Page, Paging, Slug, Whole
from weilu.core.operators import audit, labels, rights
from weilu.core.operators.models import AuditEntry

router = Router(tags=["audit"])


class EntryOut(Schema):
    """`actor`: operator id, 0 for the command line, null for nobody known. `details` hold ids, numbers and slugs only."""

    seq: int
    at: dt.datetime
    actor: int | None
    action: str
    label: str
    object_kind: str
    object_id: int
    details: dict[str, Any]


class FindingOut(Schema):
    """`problem` is one of changed, missing, cut, replaced, head."""

    problem: str
    seq: int
    message: str


class CheckOut(Schema):
    whole: bool
    findings: list[FindingOut]


class Wish(Paging):
    action: Slug | None = None
    actor: Whole | None = None


@router.get("/audit", response=Page[EntryOut], summary="The audit trail")
@needs(rights.AUDIT)
def list_audit(request: ApiRequest, wish: Query[Wish]) -> dict[str, Any]:
    """Newest first."""
    rows = AuditEntry.objects.all()
    rows = rows.filter(action=wish.action) if wish.action else rows
    rows = rows if wish.actor is None else rows.filter(actor=wish.actor)
    return paging.by_id(rows, wish, "audit", _told, newest=True)


@router.get("/audit/check", response=CheckOut, summary="Is the trail whole?")
@needs(rights.AUDIT)
def check_audit(request: ApiRequest) -> dict[str, Any]:
    """Walks the whole chain, as `weilu doctor --audit` does; takes a second for some ten thousand rows."""
    found = audit.verify()
    told = [{"problem": one.problem, "seq": one.seq, "message": str(one.sentence)} for one in found]
    return {"whole": not found, "findings": told}


def _told(row: AuditEntry) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": clock.from_ms(row.at_ms),
        "actor": row.actor,
        "action": row.action,
        "label": labels.action(row.action),
        "object_kind": row.object_kind,
        "object_id": row.object_id,
        "details": orjson.loads(row.details),
    }
