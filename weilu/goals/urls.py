"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.goals import views

app_name = "goals"
urlpatterns = [
    path("", views.index, name="list"),
    path("new", views.create, name="create"),
    path("<int:goal_id>/", views.page, name="page"),
    path("<int:goal_id>/edit", views.edit, name="edit"),
    path("<int:goal_id>/results", views.add, name="add"),
    path("<int:goal_id>/results/<int:result_id>/target", views.retarget, name="retarget"),
    path("<int:goal_id>/results/<int:result_id>/remove", views.drop, name="drop"),
    path("<int:goal_id>/close", views.close, name="close"),
    path("<int:goal_id>/reopen", views.reopen, name="reopen"),
    path("<int:goal_id>/remove", views.remove, name="remove"),
]
