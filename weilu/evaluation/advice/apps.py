from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "weilu.evaluation.advice"
    label = "advice"
