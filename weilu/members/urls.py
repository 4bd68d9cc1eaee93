"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.members.views import bots, erasing, member, merging, table, thresholds

app_name = "members"
urlpatterns = [
    path("", table.index, name="list"),
    path("bulk/", table.bulk, name="bulk"),
    path("bots/", bots.bots, name="bots"),
    path("views/", table.save_view, name="save_view"),
    path("views/<int:view_id>/remove/", table.remove_view, name="remove_view"),
    path("moves/", table.moves, name="moves"),
    path("thresholds/", thresholds.index, name="thresholds"),
    path("thresholds/<int:scope>/", thresholds.edit, name="edit_thresholds"),
    path("<int:member_id>/", member.page, name="page"),
    path("<int:member_id>/story/", member.story, name="story"),
    path("<int:member_id>/talks/", member.talks, name="talks"),
    path("<int:member_id>/influence/<int:scope>/<slug:factor>/", member.behind, name="behind"),
    path("<int:member_id>/with/<int:other_id>/", member.between, name="between"),
    path("<int:member_id>/merge/", merging.merge, name="merge"),
    path("<int:member_id>/erase/", erasing.erase, name="erase"),
    path("merges/<int:decision_id>/undo/", merging.undo, name="unmerge"),
]
