"""A whole Django site in one file: `/rows` saves events one by one, `/bulk` all of a batch at once. Served by gunicorn.

`RIVAL_DATABASE` is the name of an empty PostgreSQL database on this machine; `python -m benchmarks.rivals.site` makes its table.
"""

from __future__ import annotations

import json
import os
from typing import Any

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="only-for-a-benchmark",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        INSTALLED_APPS=[],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": os.environ["RIVAL_DATABASE"],
                "USER": "postgres",
                "HOST": "127.0.0.1",
                "PORT": os.environ.get("RIVAL_PORT", "5432"),
                "CONN_MAX_AGE": None,
            }
        },
    )
    django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path


class Event(models.Model):
    """One event, each once by its message id."""

    message_id = models.CharField(max_length=64, unique=True)
    event = models.CharField(max_length=200)
    user = models.CharField(max_length=200, db_index=True)
    timestamp = models.DateTimeField()
    properties = models.JSONField(default=dict)

    class Meta:
        app_label = "rivals"


def _events(request: HttpRequest) -> list[Event]:
    body = json.loads(request.body)
    return [
        Event(
            message_id=one["messageId"],
            event=one["event"],
            user=one.get("userId") or one["anonymousId"],
            timestamp=one["timestamp"],
            properties=one.get("properties", {}),
        )
        for one in body["batch"]
    ]


def rows(request: HttpRequest) -> JsonResponse:
    """Each event saved by itself, all of a batch in one transaction."""
    with transaction.atomic():
        for one in _events(request):
            if not Event.objects.filter(message_id=one.message_id).exists():
                one.save(force_insert=True)
    return JsonResponse({"success": True})


def bulk(request: HttpRequest) -> JsonResponse:
    """All events of a batch at once, known ones passed over."""
    Event.objects.bulk_create(_events(request), ignore_conflicts=True)
    return JsonResponse({"success": True})


urlpatterns = [path("rows", rows), path("bulk", bulk)]
application: Any = WSGIHandler()


if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Event)
