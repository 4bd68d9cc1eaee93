from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "weilu.connectors.webhooks"
    label = "webhooks"
