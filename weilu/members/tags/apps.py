from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "weilu.members.tags"
    label = "tags"
