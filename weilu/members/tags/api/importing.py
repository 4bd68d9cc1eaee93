"""Tables of members and tags: brought, looked at, taken in, taken out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, In, Name, Short
from weilu.core.operators import rights
from weilu.members.tags.actions import importing as actions
from weilu.members.tags.models import State, TagImport

router = Router(tags=["tags"])


class TagTableIn(In):
    """`csv` as text, with a heading: a column for the member (`id`, `platform` and `account`, or `name`), one for each tag or one
    named `tags`, and if wanted `confidence` and `expires`."""

    name: Name = "table.csv"
    csv: str = Field(max_length=actions.MOST_BYTES, examples=["id,VIP\n17,1\n"])
    group: Short = ""


class TagTableLineOut(Schema):
    """`new`: the tag will be made."""

    name: str
    new: bool
    adding: int
    already: int


class TagRejectedOut(Schema):
    line: int
    member: str
    reason: str


class TagTableOut(Schema):
    """`state`: previewed, done or undone. `tags` says what a table that is not in yet would do."""

    id: int
    name: str
    state: str
    rows: int
    added: int
    already: int
    rejected_rows: int
    rejected: list[TagRejectedOut]
    tags: list[TagTableLineOut]
    decision: int | None
    created_at: dt.datetime


@router.post("/tags/imports", response={201: TagTableOut}, summary="Bring a table of tags")
@needs(rights.EDIT_MEMBERS)
@once()
def open_table(request: ApiRequest, given: TagTableIn) -> dict[str, Any]:
    """Nothing is given yet: look at it, then confirm."""
    row = actions.open_table(request.viewer, given.name, given.csv.encode(), given.group)
    return _told(request, row)


@router.get("/tags/imports/{table_id}", response=TagTableOut, summary="One table of tags")
@needs(rights.EDIT_MEMBERS)
def read_table(request: ApiRequest, table_id: Id) -> dict[str, Any]:
    return _told(request, actions.access_import(request.viewer, table_id))


@router.post("/tags/imports/{table_id}/confirm", response=TagTableOut, summary="Give what a table says")
@needs(rights.EDIT_MEMBERS)
@once(long=True)
def confirm_table(request: ApiRequest, table_id: Id) -> dict[str, Any]:
    """Starts nothing that acts on members. 409 where it is in already."""
    return _told(request, actions.confirm(request.viewer, actions.access_import(request.viewer, table_id)))


@router.post("/tags/imports/{table_id}/undo", response=TagTableOut, summary="Take a table of tags out")
@needs(rights.EDIT_MEMBERS)
@once(long=True)
def undo_table(request: ApiRequest, table_id: Id) -> dict[str, Any]:
    """What no other table and nobody by hand has given too goes, with its history."""
    return _told(request, actions.undo(request.viewer, actions.access_import(request.viewer, table_id)))


def _told(request: ApiRequest, row: TagImport) -> dict[str, Any]:
    plain = ("name", "state", "rows", "added", "already", "decision", "created_at")
    told: dict[str, Any] = {"id": row.pk, **{name: getattr(row, name) for name in plain}}
    if row.state == State.PREVIEWED and row.text:
        found = actions.survey(request.viewer, row)
        tags = [dict(zip(("name", "new", "adding", "already"), one, strict=True)) for one in found.tags]
        rejected, count = found.rejected, found.rejected_rows
    else:
        tags, rejected, count = [], row.rejected, row.rejected_rows
    lines = [
        {"line": number, "member": who, "reason": str(actions.SENTENCES.get(why, why))}
        for number, who, why in rejected
    ]
    return {**told, "tags": tags, "rejected": lines, "rejected_rows": count}
