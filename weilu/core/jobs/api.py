"""How is the house doing? Figures, and the work that recurs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django_tasks_db.models import DBTaskResult
from ninja import Router, Schema

from weilu.core.api.guards import needs
from weilu.core.api.schemas import ApiRequest
from weilu.core.errors import Unavailable
from weilu.core.events import handlers, intake
from weilu.core.events import queries as log
from weilu.core.jobs.models import Recurring
from weilu.core.operators import rights
from weilu.core.warehouse import client, loader

router = Router(tags=["health"])


class JobOut(Schema):
    """`last_error` is the class of the last error, empty where the last run went well."""

    name: str
    next_at: dt.datetime
    running: bool
    runs: int
    failures: int
    last_finished_at: dt.datetime | None
    last_error: str


class InstallationHealth(Schema):
    """Positions of the log. `warehouse_position` is null while the warehouse does not answer; `behind` is what it lacks."""

    log_position: int
    intake_waiting: int
    warehouse_up: bool
    warehouse_position: int | None
    behind: int | None
    tasks_waiting: int
    tasks_failed: int
    parked_events: int
    jobs_failing: int


@router.get("/health", response=InstallationHealth, summary="How is the installation?")
@needs(rights.SETTINGS)
def read_health(request: ApiRequest) -> dict[str, Any]:
    """For people with the right to see it; `/healthz` and `/readyz` answer supervisors without a login."""
    head, reached = log.head(), _reached()
    return {
        "log_position": head,
        "intake_waiting": intake.count(),
        "warehouse_up": reached is not None,
        "warehouse_position": reached,
        "behind": None if reached is None else max(0, head - reached),
        "tasks_waiting": DBTaskResult.objects.filter(status="READY").count(),
        "tasks_failed": DBTaskResult.objects.filter(status="FAILED").count(),
        "parked_events": len(handlers.parked()),
        "jobs_failing": Recurring.objects.exclude(last_error="").count(),
    }


@router.get("/jobs", response=list[JobOut], summary="Recurring work")
@needs(rights.SETTINGS)
def list_jobs(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "next_at": row.next_at,
            "running": row.leased_until is not None,
            "runs": row.runs,
            "failures": row.failures,
            "last_finished_at": row.last_finished_at,
            "last_error": row.last_error,
        }
        for row in Recurring.objects.order_by("name")
    ]


def _reached() -> int | None:
    try:
        client.query("SELECT 1 AS one", seconds=2)
        return loader.loaded()
    except Unavailable:
        return None
