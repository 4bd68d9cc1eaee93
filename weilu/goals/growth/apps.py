from django.apps import AppConfig


class GrowthConfig(AppConfig):
    name = "weilu.goals.growth"
    label = "growth"
