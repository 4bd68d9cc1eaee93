"""What is shown where we made a mistake? No database and no menu: what broke once may break again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from weilu.console.context import THEME_COOKIE, THEMES


def page(request: HttpRequest) -> HttpResponse:
    """Django has written class and place of the error into the log before it asks for this."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    context = {
        "theme": theme if theme in THEMES else "auto",
        "CSP_NONCE": str(getattr(request, "csp_nonce", "")),
    }
    return HttpResponseServerError(render_to_string("console/broken.html", context))
