"""What holds for every request to the API: who calls, how often they may, and that every error has the one shape."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from weilu.core.api import errors, limits
from weilu.core.api.callers import caller_of, forged

PREFIX = "/api/v1/"


class ApiMiddleware:
    """Stands behind the middleware that knows sessions. Pages of the console pass it untouched, and so uncounted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        caller = caller_of(request)
        request.caller, request.viewer = caller, caller.viewer  # type: ignore[attr-defined]
        spent = limits.take(request, caller)
        if spent.over:
            answer: HttpResponseBase = errors.expected(request, limits.TooMany(spent.reset))
        elif forged(request, caller):
            answer = errors.problem(403, "csrf", str(errors.FORGED), "header.X-CSRFToken")
        elif _too_large(request):
            answer = errors.plain(413)
        else:
            answer = errors.in_our_shape(request, self.get_response(request))
        limits.tell(answer, spent)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def _too_large(request: HttpRequest) -> bool:
    """Files are streamed and have their own bounds; any other body is read into memory whole."""
    length = request.headers.get("Content-Length", "")
    plain = not (request.content_type or "").startswith("multipart/")
    return plain and length.isdecimal() and int(length) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
