"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.index, name="list"),
    path("<int:alert_id>/", views.page, name="page"),
    path("<int:alert_id>/acknowledge", views.acknowledge, name="acknowledge"),
    path("<int:alert_id>/snooze", views.snooze, name="snooze"),
    path("<int:alert_id>/comment", views.comment, name="comment"),
    path("<int:alert_id>/task", views.task, name="task"),
    path("rules/", views.rules_index, name="rules"),
    path("rules/new", views.create, name="create"),
    path("rules/<int:rule_id>/", views.edit, name="edit"),
    path("rules/<int:rule_id>/pause", views.pause, name="pause"),
    path("rules/<int:rule_id>/resume", views.resume, name="resume"),
    path("rules/<int:rule_id>/remove", views.remove, name="remove"),
]
