from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "weilu.core.decisions"
    label = "decisions"
