"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.goals.growth import views

app_name = "growth"
urlpatterns = [
    path("", views.brand, name="brand"),
    path("edit", views.edit_brand, name="edit_brand"),
    path("<int:community_id>/", views.page, name="page"),
    path("<int:community_id>/edit", views.edit, name="edit"),
    path("<int:community_id>/follow", views.follow, name="follow"),
]
