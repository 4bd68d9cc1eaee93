from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "weilu.goals"
    label = "goals"
