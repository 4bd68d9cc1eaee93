"""A mail server, and a kind of letter to send by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from weilu.core import clock
from weilu.core.mail import composing
from weilu.core.mail.tests.server import Post, serving

NOON = dt.datetime(2026, 3, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def post(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with serving() as found, clock.frozen(NOON):
        settings.SMTP_URL = f"smtp://127.0.0.1:{found.port}?tls=no&from=weilu@example.com"
        settings.MAIL_SECONDS = 2.0
        monkeypatch.setitem(
            composing._composers, "story", lambda one: composing.Words("A\r\nstory", f"No. {one.ref}", "/x/")
        )
        yield found
