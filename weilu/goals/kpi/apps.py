from django.apps import AppConfig


class KpiConfig(AppConfig):
    name = "weilu.goals.kpi"
    label = "kpi"
