"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.members.tags.views import catalogue, hand, importing

app_name = "tags"
urlpatterns = [
    path("", catalogue.index, name="list"),
    path("new/", catalogue.create, name="create"),
    path("many/", hand.many, name="many"),
    path("undo/<int:decision_id>/", hand.undo, name="undo"),
    path("imports/", importing.index, name="imports"),
    path("imports/<int:table_id>/", importing.page, name="import"),
    path("imports/<int:table_id>/confirm/", importing.confirm, name="confirm"),
    path("imports/<int:table_id>/undo/", importing.undo, name="undo_import"),
    path("imports/<int:table_id>/drop/", importing.drop, name="drop"),
    path("imports/<int:table_id>/rejected.csv", importing.rejected, name="rejected"),
    path("of/<int:member_id>/give/", hand.give, name="give"),
    path("of/<int:member_id>/take/<int:tag_id>/", hand.take, name="take"),
    path("<int:tag_id>/", catalogue.page, name="page"),
    path("<int:tag_id>/edit/", catalogue.edit, name="edit"),
    path("<int:tag_id>/remove/", catalogue.remove, name="remove"),
]
