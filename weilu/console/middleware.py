"""How does an expected error look on a page?"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from weilu.core import disk
from weilu.core.api import errors
from weilu.core.api.middleware import PREFIX
from weilu.core.errors import WeiluError

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NEEDED_TO_READ = frozenset({f"{PREFIX}questions", "/login", "/login/second", "/logout"})
"""Posted, and yet they change nothing, or no more than the little that is kept free: who cannot log in cannot read."""


class ErrorsMiddleware:
    """Turns our own errors into a page that says what happened and what to do, with their status.

    On a full disk all can be read and nothing is changed: what would change something is refused before it begins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _reads(request) and not disk.has_room():
            return shown(request, disk.DiskFull())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if disk.is_full(error):
            error = disk.DiskFull()
        return shown(request, error) if isinstance(error, WeiluError) else None


def shown(request: HttpRequest, error: WeiluError) -> HttpResponse:
    """The page of an error of ours; for a program its JSON."""
    if request.path_info.startswith(PREFIX):
        return errors.expected(request, error)
    return render(
        request, "console/error.html", {"error": error, "back": _came_from(request)}, status=error.status
    )


def _came_from(request: HttpRequest) -> str:
    """The page whose form was sent: there stands what was typed. Empty for a page that was only opened."""
    page = request.headers.get("Referer", "")
    inside = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if inside and request.method == "POST" else ""


def _reads(request: HttpRequest) -> bool:
    return request.method in READING or request.path_info in NEEDED_TO_READ
