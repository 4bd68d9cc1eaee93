from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "weilu.members.segments"
    label = "segments"
