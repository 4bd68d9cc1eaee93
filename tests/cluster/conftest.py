"""Two real servers (Debian's ClickHouse 18.16) as two shards; every story of this folder plays on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from dev.clickhouse import Servers, found
from weilu.core.warehouse import client

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The servers are the same beside either database."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """They start in less than a second."""
    if found() is None:
        pytest.skip("clickhouse-server is not installed: see dev/clickhouse")
    started = Servers()
    started.start()
    yield started
    started.stop()


@pytest.fixture
def warehouse_process(servers: Servers, settings: LazySettings) -> None:
    """In place of the store of this machine: what asks for `warehouse` gets the servers, with empty tables."""
    settings.WAREHOUSE_URL = servers.url
    client.migrate()
