"""A receiver that may be reached although it stands on this machine, and the clock of these stories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from weilu.connectors.webhooks.tests.receiver import Receiver, receiving
from weilu.core import clock

NOON = dt.datetime(2026, 3, 20, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as found, clock.frozen(NOON):
        settings.WEBHOOK_HOSTS = [f"127.0.0.1:{found.port}"]
        yield found
