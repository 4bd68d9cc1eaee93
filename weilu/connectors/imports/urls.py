"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.connectors.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.overview, name="list"),
    path("upload", views.upload, name="upload"),
    path("<int:batch_id>", views.page, name="page"),
    path("<int:batch_id>/progress", views.progress, name="progress"),
    path("<int:batch_id>/reading", views.reread, name="reread"),
    path("<int:batch_id>/bridge", views.bridge, name="bridge"),
    path("<int:batch_id>/confirm", views.confirm, name="confirm"),
    path("<int:batch_id>/undo", views.undo, name="undo"),
    path("<int:batch_id>/forget", views.forget, name="forget"),
    path("<int:batch_id>/rejected.csv", views.rejected, name="rejected"),
]
