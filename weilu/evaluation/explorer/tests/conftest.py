"""The first of July 2018, and the browsers of Ada, who owns it all, and of Bea of Hearth. What happened in June each file tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.fixtures.cast import operator
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.evaluation.explorer.tests.exploring import browser_of


@pytest.fixture(autouse=True)
def july() -> Iterator[None]:
    with clock.frozen(dt.datetime(2018, 7, 1, 12, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def ada(june: Any, client_of: Any) -> Client:
    return browser_of(client_of, operator("ada@example.com", "Ada", "owner"))


@pytest.fixture
def bea(june: Any, client_of: Any) -> Client:
    hearth = Community.objects.get(name="Hearth")
    return browser_of(client_of, operator("bea@example.com", "Bea", "community_manager", hearth))
