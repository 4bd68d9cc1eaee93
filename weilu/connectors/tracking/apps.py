from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "weilu.connectors.tracking"
    label = "tracking"
