from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "weilu.core.segments"
    label = "rules"
