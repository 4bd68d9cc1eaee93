"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.members.segments import views

app_name = "segments"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.create, name="create"),
    path("preview/", views.preview, name="preview"),
    path("<int:segment_id>/", views.page, name="page"),
    path("<int:segment_id>/edit/", views.edit, name="edit"),
    path("<int:segment_id>/keep/", views.keep, name="keep"),
    path("<int:segment_id>/remove/", views.remove, name="remove"),
]
