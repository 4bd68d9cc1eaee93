"""How does an expected error look on a page?"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from weilu.core.errors import WeiluError


class ErrorsMiddleware:
    """Turns our own errors into a page that says what happened and what to do, with their status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, WeiluError):
            return None
        return render(request, "console/error.html", {"error": error}, status=error.status)
