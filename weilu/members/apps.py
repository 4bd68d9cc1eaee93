from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "weilu.members"
    label = "members"
