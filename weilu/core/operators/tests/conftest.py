"""A home of its own for each test here: audit head and first-start code stand in files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import PASSWORD
from weilu.core import clock

NOW = dt.datetime(2026, 3, 2, 9, 0, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _home(own_home: Path) -> Path:
    return own_home


@pytest.fixture
def now() -> Iterator[dt.datetime]:
    """The clock stands still; step on with `clock.frozen(now + …)`."""
    with clock.frozen(NOW):
        yield NOW


def log_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login", {"email": email, "password": password}, **more)
