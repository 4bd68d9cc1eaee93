from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "weilu.connectors.imports"
    label = "imports"
