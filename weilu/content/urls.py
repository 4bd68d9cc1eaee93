"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.content import views

app_name = "links"
urlpatterns = [
    path("", views.index, name="list"),
    path("new", views.create, name="create"),
    path("<int:link_id>/", views.page, name="page"),
    path("<int:link_id>/edit", views.edit, name="edit"),
    path("<int:link_id>/archive", views.archive, name="archive"),
    path("<int:link_id>/restore", views.restore, name="restore"),
    path("<int:link_id>/qr.svg", views.qr_svg, name="qr_svg"),
    path("<int:link_id>/qr.png", views.qr_png, name="qr_png"),
]
