from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "weilu.evaluation.alerts"
    label = "alerts"
