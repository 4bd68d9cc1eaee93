"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation.boards import views

app_name = "boards"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.make, name="make"),
    path("pin/", views.pin, name="pin"),
    path("mail/", views.subscribe_to_question, name="subscribe_to_question"),
    path("leave/<str:token>/", views.leave, name="leave"),
    path("<int:board_id>/", views.page, name="page"),
    path("<int:board_id>/wall/", views.wall, name="wall"),
    path("<int:board_id>/export/", views.export, name="export"),
    path("<int:board_id>/rename/", views.rename, name="rename"),
    path("<int:board_id>/keep/", views.keep, name="keep"),
    path("<int:board_id>/share/", views.share, name="share"),
    path("<int:board_id>/remove/", views.remove, name="remove"),
    path("<int:board_id>/mail/", views.subscribe, name="subscribe"),
    path("<int:board_id>/cards/<int:card_id>/", views.card, name="card"),
    path("<int:board_id>/cards/<int:card_id>/change/", views.change_card, name="change_card"),
]
