"""Addresses of this room."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from weilu.console.views import choices, home, search, settings

app_name = "console"
urlpatterns = [
    path("", home.page, name="home"),
    path("search/", search.page, name="search"),
    path("settings/", settings.page, name="settings"),
    path("theme/", choices.theme, name="theme"),
    path("language/", set_language, name="language"),
]
