from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "weilu.core.mail"
    label = "mail"
