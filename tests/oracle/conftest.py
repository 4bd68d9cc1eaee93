"""A store with the communities and people of every log, still without events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.oracle import pairs
from tests.oracle.logs import COMMUNITIES
from weilu.core.directory.models import Community


@pytest.fixture
def store(warehouse: Any, db: None) -> Any:
    at = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
    for pk in COMMUNITIES:
        Community.objects.create(pk=pk, platform="test", outside=f"c{pk}", name=f"C{pk}", created_at=at)
    pairs.people()
    return warehouse
