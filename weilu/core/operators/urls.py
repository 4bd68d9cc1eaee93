"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.core.operators.views import entry, preferences

app_name = "operators"
urlpatterns = [
    path("login", entry.login, name="login"),
    path("login/second", entry.second, name="second"),
    path("logout", entry.logout, name="logout"),
    path("first-start", entry.start, name="first_start"),
    path("join", entry.link, name="link"),
    path("preferences", preferences.choose, name="preferences"),
]
