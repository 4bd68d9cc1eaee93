"""What does every page of the console need to know?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from weilu.console import menu
from weilu.core.directory.models import Brand
from weilu.core.operators import rights

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "weilu_theme"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Brand, menu, theme and the moment asked for. The brand and the menu are read only where a template shows them."""
    viewer = getattr(request, "viewer", None)
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "brand": SimpleLazyObject(lambda: Brand.objects.first() or Brand()),
        "menu": SimpleLazyObject(lambda: menu.lines(request)),
        "theme": theme if theme in THEMES else "auto",
        "viewer": viewer,
        "can_find": viewer is not None and viewer.can(rights.VIEW),
        "as_of": _day(request.GET.get("as_of", "")),
        "known": _day(request.GET.get("known", "")),
    }


def _day(text: str) -> str:
    """An ISO day as it stands in the address; empty where it is none."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
