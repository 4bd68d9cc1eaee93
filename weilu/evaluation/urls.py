"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from weilu.evaluation import explore_views, report_views, views

app_name = "evaluation"
urlpatterns = [
    path("behind/", views.behind, name="behind"),
    path("behind/segment/", views.segment, name="behind_segment"),
    path("explore/", explore_views.page, name="explore"),
    path("explore/ask/", explore_views.build, name="explore_build"),
    path("explore/saved/", explore_views.save, name="explore_save"),
    path("explore/saved/<int:saved_id>/remove/", explore_views.remove, name="explore_remove"),
    path("reports/", report_views.index, name="reports"),
    path("reports/<int:community_id>/<str:week>/", report_views.page, name="report"),
    path("reports/<int:community_id>/<str:week>/anew/", report_views.anew, name="report_anew"),
    path("reports/<int:community_id>/<str:week>/topic/", report_views.topic, name="report_topic"),
    path(
        "reports/<int:community_id>/<str:week>/thanks/<int:member_id>/",
        report_views.thanks,
        name="report_thanks",
    ),
    path("reports/<int:community_id>/<str:week>/<slug:rule>/", report_views.finding, name="report_finding"),
]
