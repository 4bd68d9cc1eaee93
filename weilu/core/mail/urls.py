"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.core.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.log, name="log"),
    path("try", views.try_out, name="try"),
    path("again", views.try_again, name="again"),
]
