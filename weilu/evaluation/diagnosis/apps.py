from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    name = "weilu.evaluation.diagnosis"
    label = "diagnosis"
