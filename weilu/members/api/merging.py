"""Two members are one person: merging them, which merges stand, and the way back."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from django.db import transaction
from ninja import Router, Schema

from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In
from weilu.core.decisions.models import Decision
from weilu.core.errors import Unavailable
from weilu.core.operators import rights
from weilu.core.operators.access import access_member
from weilu.core.warehouse import loader
from weilu.members import actions
from weilu.members.queries.merges import merges

router = Router(tags=["members"])


class MergeIn(In):
    """`absorb`: the member whose accounts from now on belong to the one in the address."""

    absorb: Id


class MergeOut(Schema):
    """`decision` is what undoes it; `accounts` how many moved."""

    decision: int
    member: int
    absorbed: int
    accounts: int
    by: int | None
    at: dt.datetime


class UndoneOut(Schema):
    decision: int
    undoes: int
    member: int
    at: dt.datetime


@router.get("/members/{member_id}/merges", response=list[MergeOut], summary="Merges into a member")
@needs(rights.EDIT_MEMBERS)
def list_merges(request: ApiRequest, member_id: Id) -> list[dict[str, Any]]:
    """Those that stand, newest first. `accounts` are those of them that I have seen."""
    member = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    return [
        {**_told(one.decision), "accounts": len(one.accounts)} for one in merges(request.viewer, member.pk)
    ]


@router.post(
    "/members/{member_id}/merge", response={201: MergeOut}, summary="Merge another member into this one"
)
@needs(rights.EDIT_MEMBERS)
@once()
def merge_member(request: ApiRequest, member_id: Id, given: MergeIn) -> dict[str, Any]:
    """Past events keep the account they were made with, so undoing restores every figure."""
    keep = access_member(request.viewer, member_id, rights.EDIT_MEMBERS)
    absorbed = access_member(request.viewer, given.absorb, rights.EDIT_MEMBERS)
    decision = actions.merge(request.viewer, keep, absorbed)
    transaction.on_commit(_show_at_once)
    return _told(decision)


@router.post("/merges/{decision_id}/undo", response={201: UndoneOut}, summary="Undo a merge")
@needs(rights.EDIT_MEMBERS)
@once()
def undo_merge(request: ApiRequest, decision_id: Id) -> dict[str, Any]:
    """409 where it was undone already, or some of its accounts were merged on since."""
    undone = actions.unmerge(request.viewer, decision_id)
    transaction.on_commit(_show_at_once)
    return {"decision": undone.pk, "undoes": decision_id, "member": undone.subject_id, "at": undone.at}


def _told(row: Decision) -> dict[str, Any]:
    return {
        "decision": row.pk,
        "member": row.subject_id,
        "absorbed": row.evidence["absorbed"],
        "accounts": len(row.evidence["accounts"]),
        "by": row.by,
        "at": row.at,
    }


def _show_at_once() -> None:
    """The next answer shows the person as they are now; where the warehouse is down it will when it is back."""
    with contextlib.suppress(Unavailable):
        loader.refresh()
