from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "weilu.evaluation.boards"
    label = "boards"
