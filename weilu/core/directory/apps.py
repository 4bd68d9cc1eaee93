from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "weilu.core.directory"
    label = "directory"
