"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.connectors.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("", views.index, name="list"),
    path("new", views.create, name="create"),
    path("<int:webhook>/", views.page, name="page"),
    path("<int:webhook>/edit", views.edit, name="edit"),
    path("<int:webhook>/ping", views.ping, name="ping"),
    path("<int:webhook>/pause", views.pause, name="pause"),
    path("<int:webhook>/resume", views.resume, name="resume"),
    path("<int:webhook>/secret", views.secret, name="secret"),
    path("<int:webhook>/remove", views.remove, name="remove"),
    path("<int:webhook>/deliveries/<int:delivery>/", views.delivery, name="delivery"),
    path("<int:webhook>/deliveries/<int:delivery>/replay", views.replay, name="replay"),
]
