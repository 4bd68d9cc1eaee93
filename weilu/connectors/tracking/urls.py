"""Addresses of this room's pages. Where SDKs send to stands in `addresses`."""

from __future__ import annotations

from django.urls import path

from weilu.connectors.tracking import views

app_name = "tracking"
urlpatterns = [
    path("", views.overview, name="list"),
    path("<int:source>", views.page, name="page"),
    path("<int:source>/tail", views.tail, name="tail"),
    path("<int:source>/schema", views.schema, name="schema"),
    path("<int:source>/waiting", views.waiting, name="waiting"),
    path("<int:source>/judge", views.judge, name="judge"),
    path("<int:source>/links/<int:link>", views.dismiss, name="dismiss"),
    path("<int:source>/settings", views.edit, name="edit"),
    path("<int:source>/rotate", views.rotate, name="rotate"),
    path("<int:source>/remove", views.remove, name="remove"),
]
