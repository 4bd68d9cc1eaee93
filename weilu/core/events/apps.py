from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "weilu.core.events"
    label = "events"
