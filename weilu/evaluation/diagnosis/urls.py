"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation.diagnosis import views

app_name = "diagnosis"
urlpatterns = [
    path("", views.index, name="list"),
    path("<int:community_id>/", views.page, name="page"),
    path("<int:community_id>/team/<int:member_id>", views.team, name="team"),
    path("<int:community_id>/<slug:rule>/", views.finding, name="finding"),
]
