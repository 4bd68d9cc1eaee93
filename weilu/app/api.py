"""The REST API: one router a room, typed once, described at /api/v1/openapi.json."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from weilu.core.errors import WeiluError
from weilu.core.operators.api import AUTH
from weilu.evaluation.api import router as questions
from weilu.evaluation.report_api import router as reports

api = NinjaAPI(title="Weilu 围炉", version="1", docs_url=None, auth=AUTH, urls_namespace="api")
"""No documentation page: it would come from a CDN. The description itself is public, as the source is."""

ROUTERS = (questions, reports)
for router in ROUTERS:
    api.add_router("", router)


@api.exception_handler(WeiluError)
def expected(request: HttpRequest, error: WeiluError) -> HttpResponse:
    """Our own errors: their status, a stable code, and the sentence in the caller's language."""
    return api.create_response(request, {"error": error.code, "message": str(error)}, status=error.status)


urlpatterns = [path("", api.urls)]
