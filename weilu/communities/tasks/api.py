"""Tasks over the API: what is to be done, and doing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ninja import Query, Router, Schema

from weilu.communities.tasks import actions, queries
from weilu.communities.tasks.models import Task
from weilu.core.api import paging
from weilu.core.api.guards import needs
from weilu.core.api.once import once
from weilu.core.api.schemas import ApiRequest, Id, Page, Paging
from weilu.core.operators import rights

router = Router(tags=["tasks"])


class TaskOut(Schema):
    """`community` null: it concerns the whole brand. `about` and `about_id` name what it grew out of."""

    id: int
    title: str
    operator: int
    due: dt.date
    community: int | None
    about: str
    about_id: int
    created_at: dt.datetime
    done_at: dt.datetime | None


class Which(Paging):
    """`mine`: only one's own. `open`: only those not done."""

    mine: bool = False
    open: bool = True


@router.get("/tasks", response=Page[TaskOut], summary="Tasks")
@needs(rights.VIEW)
def list_tasks(request: ApiRequest, wish: Query[Which]) -> dict[str, Any]:
    """One's own and those of communities that one sees, by id."""
    rows = queries.visible(request.viewer)
    rows = rows.filter(operator_id=request.viewer.operator_id or 0) if wish.mine else rows
    rows = rows.filter(done_at=None) if wish.open else rows
    return paging.by_id(rows, wish, "tasks", told)


@router.post("/tasks/{task_id}/done", response=TaskOut, summary="A task is done")
@needs(rights.VIEW)
@once()
def finish_task(request: ApiRequest, task_id: Id) -> dict[str, Any]:
    """A second time changes nothing."""
    return told(actions.finish(request.viewer, task_id))


@router.post("/tasks/{task_id}/reopen", response=TaskOut, summary="A task was not done after all")
@needs(rights.VIEW)
@once()
def reopen_task(request: ApiRequest, task_id: Id) -> dict[str, Any]:
    return told(actions.reopen(request.viewer, task_id))


def told(row: Task) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "id": row.pk,
        "title": row.title,
        "operator": row.operator_id,
        "due": row.due,
        "community": row.community_id,
        "about": row.about_kind,
        "about_id": row.about_id,
        "created_at": row.created_at,
        "done_at": row.done_at,
    }
