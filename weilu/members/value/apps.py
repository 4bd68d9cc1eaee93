from django.apps import AppConfig


class ValueConfig(AppConfig):
    name = "weilu.members.value"
    label = "value"
