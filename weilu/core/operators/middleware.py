"""Who asks, and may they ask at all before somebody has logged in?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from weilu.core import clock
from weilu.core.operators import queries
from weilu.core.operators.access import Viewer, to_login, viewer_of
from weilu.core.operators.actions import sessions

API = "/api/"
"""Below this address the API itself says who may ask, and answers in JSON."""
OPEN = ("operators:first_start", "operators:preferences", "console:language", "console:theme")
"""Open before the first start too."""


def turned_away(request: HttpRequest) -> HttpResponse:
    """What a stranger gets wherever nothing is open: the login, or the first start while nobody has an account."""
    return to_login(request) if queries.any_operator() else redirect("operators:first_start")


class OperatorMiddleware:
    """Sets `request.viewer`. A view is closed to strangers unless it is marked `@login_not_required` (Django's own mark)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = self._viewer(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.viewer.known or request.path_info.startswith(API):  # type: ignore[attr-defined]
            return None
        if request.resolver_match is not None and request.resolver_match.view_name in OPEN:
            return None
        if getattr(view, "login_required", True) or not queries.any_operator():
            return turned_away(request)
        return None

    @staticmethod
    def _viewer(request: HttpRequest) -> Viewer:
        operator = request.user
        if not operator.is_authenticated:
            return Viewer.nobody()
        sessions.keep(request, operator, clock.now())
        return viewer_of(operator)
