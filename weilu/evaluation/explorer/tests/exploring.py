"""What the stories about the explorer share: a second community, who looks, and what they read."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.test import Client

from tests.fixtures.log import Place

HARBOUR = Place("matrix", "!harbour", "Harbour")


def browser_of(client_of: Any, who: Any) -> Client:
    """Somebody's browser, in English."""
    client: Client = client_of(who)
    client.cookies["weilu_language"] = "en"
    return client


def asked(client: Client, question: dict[str, Any], **query: str) -> Any:
    """The page of a question."""
    return client.get("/explore/", {"q": json.dumps(question), **query})


def table(client: Client, question: dict[str, Any], **query: str) -> list[list[str]]:
    """Its rows as taken away, the names of the columns first."""
    text = asked(client, question, format="csv", **query).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))
