from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "weilu.core.operators"
    label = "operators"
