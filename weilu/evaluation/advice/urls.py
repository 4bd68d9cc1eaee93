"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation.advice import views

app_name = "advice"
urlpatterns = [
    path("", views.index, name="list"),
    path("top/", views.top, name="top"),
    path("decided/<int:decided_id>/", views.decided, name="decided"),
    path("<int:community_id>/<slug:rule>/", views.page, name="page"),
    path("<int:community_id>/<slug:rule>/take", views.take, name="take"),
    path("<int:community_id>/<slug:rule>/dismiss", views.dismiss, name="dismiss"),
]
