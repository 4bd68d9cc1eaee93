"""In which language and theme does somebody read? Chosen before or after the login."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from weilu.core.errors import WeiluError
from weilu.core.operators import forms
from weilu.core.operators.actions import preferences

THEME_COOKIE = "weilu_theme"
YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Either of the two or both, then back to the page where it was chosen."""
    chosen = {
        **_present(request),
        **{key: request.POST[key] for key in ("language", "theme") if key in request.POST},
    }
    form = forms.Preferences(chosen)
    if not form.is_valid():
        raise WeiluError(" ".join(str(error) for errors in form.errors.values() for error in errors))
    if request.user.is_authenticated:
        preferences.choose(request.user, **form.cleaned_data)
    return remember(redirect(_back(request)), form.cleaned_data["language"], form.cleaned_data["theme"])


def remember(response: HttpResponse, language: str, theme: str) -> HttpResponse:
    """As cookies, since pages are drawn in them before anybody is known. What was never chosen leaves its cookie alone."""
    if language:
        _set(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme:
        _set(response, THEME_COOKIE, theme)
    return response


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _present(request: HttpRequest) -> dict[str, str]:
    return {
        "language": get_language() or settings.LANGUAGE_CODE,
        "theme": request.COOKIES.get(THEME_COOKIE, "auto"),
    }


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next") or "/"
    own = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if own else "/"
