"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.goals.kpi import views

app_name = "kpi"
urlpatterns = [
    path("", views.index, name="list"),
    path("weights/<slug:stage>/", views.weights, name="weights"),
    path("<int:community_id>/", views.page, name="page"),
    path("<int:community_id>/stage", views.stage, name="stage"),
]
