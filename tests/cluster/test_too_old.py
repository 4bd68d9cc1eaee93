"""A question that needs a newer server than there is says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from dev.clickhouse import Servers
from tests.fixtures.warehouse import Warehouse
from weilu.core.warehouse import client
from weilu.core.warehouse.errors import QueryFailed, TooOld
from weilu.core.warehouse.servers import pool
from weilu.core.warehouse.servers.address import address_of

NEWER = "SELECT functionOfTheYear3000(1) AS n"


def test_what_the_server_lacks_is_told_with_both_versions(warehouse: Warehouse) -> None:
    with pytest.raises(TooOld) as told:
        warehouse.query(NEWER)
    assert told.value.status == 422
    assert "18.16" in str(told.value)
    assert "26.9" in str(told.value)


def test_also_where_it_is_the_first_question_of_all(warehouse: Warehouse, settings: LazySettings) -> None:
    fresh = client.link_to(settings.WAREHOUSE_URL, settings.HOME)
    with pytest.raises(TooOld, match=r"18\.16"):
        fresh.query(NEWER, None, 10)


def test_a_server_that_falls_silent_after_its_refusal_is_not_called_too_old(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its version is asked for on a new connection, which nobody answers."""
    monkeypatch.setattr(pool, "GRACE_SECONDS", 0.2)
    address = address_of(servers.url)
    one = pool.Pool(address, address.hosts[0])

    def refused(connection: Any) -> None:
        try:
            connection.execute(NEWER)
        finally:
            servers.freeze(0)

    try:
        with pytest.raises(QueryFailed):
            one.run(refused, 0.1)
    finally:
        servers.thaw(0)
        one.close()
