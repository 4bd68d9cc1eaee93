from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "weilu.communities"
    label = "communities"
