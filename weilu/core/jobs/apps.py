from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "weilu.core.jobs"
    label = "jobs"
