from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "weilu.content"
    label = "content"
