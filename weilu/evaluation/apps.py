from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "weilu.evaluation"
    label = "evaluation"
