"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.console.views import home, search, settings

app_name = "console"
urlpatterns = [
    path("", home.page, name="home"),
    path("search/", search.page, name="search"),
    path("settings/", settings.page, name="settings"),
]
