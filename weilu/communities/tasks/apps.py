from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "weilu.communities.tasks"
    label = "tasks"
