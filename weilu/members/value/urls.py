"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.members.value import views

app_name = "value"
urlpatterns = [
    path("", views.index, name="list"),
    path("weights/", views.weights, name="weights"),
    path("of/<int:member_id>/", views.card, name="card"),
    path("of/<int:member_id>/<int:scope>/<slug:factor>/", views.behind, name="behind"),
]
