"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.communities.tasks import views

app_name = "tasks"
urlpatterns = [
    path("", views.index, name="list"),
    path("<int:task_id>/done", views.done, name="done"),
    path("<int:task_id>/open", views.again, name="again"),
]
