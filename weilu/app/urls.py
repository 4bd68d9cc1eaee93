"""Which room answers which address?"""

from __future__ import annotations

from django.urls import include, path

handler404 = "weilu.console.views.broken.nowhere"
handler500 = "weilu.console.views.broken.page"
urlpatterns = [
    path("", include("weilu.console.urls")),
    path("", include("weilu.core.operators.urls")),
    path("members/", include("weilu.members.urls")),
    path("segments/", include("weilu.members.segments.urls")),
    path("tags/", include("weilu.members.tags.urls")),
    path("value/", include("weilu.members.value.urls")),
    path("communities/", include("weilu.communities.urls")),
    path("kpi/", include("weilu.goals.kpi.urls")),
    path("growth/", include("weilu.goals.growth.urls")),
    path("goals/", include("weilu.goals.urls")),
    path("content/links/", include("weilu.content.urls")),
    path("tasks/", include("weilu.communities.tasks.urls")),
    path("boards/", include("weilu.evaluation.boards.urls")),
    path("advice/", include("weilu.evaluation.advice.urls")),
    path("diagnosis/", include("weilu.evaluation.diagnosis.urls")),
    path("alerts/", include("weilu.evaluation.alerts.urls")),
    path("settings/mail/", include("weilu.core.mail.urls")),
    path("settings/webhooks/", include("weilu.connectors.webhooks.urls")),
    path("imports/", include("weilu.connectors.imports.urls")),
    path("sources/", include("weilu.connectors.tracking.urls")),
    path("", include("weilu.evaluation.urls")),
    path("api/v1/", include("weilu.app.api")),
]
