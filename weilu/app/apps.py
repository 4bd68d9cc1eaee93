from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "weilu.app"
    label = "house"

    def ready(self) -> None:
        from weilu.app.registry import register_all

        register_all()
