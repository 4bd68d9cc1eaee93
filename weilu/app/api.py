"""The REST API: one router a room, typed once, described at /api/v1/openapi.json."""

from __future__ import annotations

from django.urls import path

from weilu.communities.api import router as communities
from weilu.communities.tasks.api import router as tasks
from weilu.connectors.imports.api import router as imports
from weilu.connectors.tracking.api import router as sources
from weilu.connectors.webhooks.api import router as webhooks
from weilu.connectors.webhooks.description import MESSAGES
from weilu.content.api import router as links
from weilu.core.api.callers import AUTH
from weilu.core.api.house import Api
from weilu.core.events.api import router as events
from weilu.core.jobs.api import router as jobs
from weilu.core.operators.api import ROUTERS as OPERATORS
from weilu.evaluation.advice.api import router as advice
from weilu.evaluation.alerts.api import router as alerts
from weilu.evaluation.api import router as questions
from weilu.evaluation.boards.api import router as boards
from weilu.evaluation.diagnosis.api import router as diagnosis
from weilu.evaluation.report_api import router as reports
from weilu.goals.api import router as goals
from weilu.goals.growth.api import router as growth
from weilu.goals.kpi.api import router as kpi
from weilu.members.api import ROUTERS as MEMBERS
from weilu.members.segments.api import router as segments
from weilu.members.tags.api import ROUTERS as TAGS
from weilu.members.value.api import router as value

DESCRIPTION = """Everything that the console does, for programs. See docs/reference/api.md.

Who asks: an API token (`Authorization: Bearer weilu_…`) or the console's session. A token can what its scopes (names of
rights) allow and its operator holds. Lists come in pages: give `next` back as `cursor`. A change that carries an
`Idempotency-Key` can be sent again safely."""

api = Api(
    title="Weilu 围炉",
    version="1",
    description=DESCRIPTION,
    auth=AUTH,
    urls_namespace="api",
    openapi_extra={"webhooks": MESSAGES},
)
"""No documentation page: it would come from a CDN. The description itself is public, as the source is."""

ROUTERS = (
    *OPERATORS,
    communities,
    *MEMBERS,
    segments,
    *TAGS,
    value,
    events,
    imports,
    sources,
    questions,
    reports,
    boards,
    goals,
    kpi,
    links,
    growth,
    diagnosis,
    advice,
    alerts,
    tasks,
    webhooks,
    jobs,
)
for router in ROUTERS:
    api.add_router("", router)

urlpatterns = [path("", api.urls)]
