"""A question that needs a newer server than there is says so."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from tests.fixtures.warehouse import Warehouse
from weilu.core.warehouse import client
from weilu.core.warehouse.errors import TooOld

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
