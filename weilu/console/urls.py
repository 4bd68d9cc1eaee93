"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.console.views import home, parked, search, settings

app_name = "console"
urlpatterns = [
    path("", home.page, name="home"),
    path("feed/", home.live, name="feed"),
    path("search/", search.page, name="search"),
    path("settings/", settings.page, name="settings"),
    path("settings/parked/", parked.page, name="parked"),
    path("settings/parked/<int:parked_id>/", parked.replay, name="replay"),
]
