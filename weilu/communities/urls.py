"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.communities import views

app_name = "communities"
urlpatterns = [
    path("", views.index, name="list"),
    path("<int:community_id>/", views.page, name="page"),
    path("<int:community_id>/cards/<slug:slug>/", views.card, name="card"),
    path("<int:community_id>/voices/<int:member_id>/", views.voice, name="voice"),
    path("<int:community_id>/timezone/", views.timezone, name="timezone"),
]
