"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("behind/", views.behind, name="behind"),
]
