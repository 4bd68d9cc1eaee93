"""What is shown where we made a mistake, or where no page is?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from weilu.console.context import THEME_COOKIE, THEMES
from weilu.console.middleware import shown
from weilu.core.errors import NotFound
from weilu.core.operators.access import ViewerRequest
from weilu.core.operators.middleware import API, turned_away


def page(request: HttpRequest) -> HttpResponse:
    """A mistake of ours. No database and no menu: what broke once may break again. Django has written class and place of the error
    into the log before it asks for this."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    context = {
        "theme": theme if theme in THEMES else "auto",
        "CSP_NONCE": str(getattr(request, "csp_nonce", "")),
    }
    return HttpResponseServerError(render_to_string("console/broken.html", context))


def nowhere(request: ViewerRequest, exception: Exception) -> HttpResponse:
    """An address at which nothing is. A stranger is told what is told everywhere."""
    if not request.viewer.known and not request.path_info.startswith(API):
        return turned_away(request)
    return shown(request, NotFound(_("There is nothing at this address. Perhaps a letter is missing in it.")))
