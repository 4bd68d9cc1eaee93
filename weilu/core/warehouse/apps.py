from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "weilu.core.warehouse"
    label = "warehouse"
