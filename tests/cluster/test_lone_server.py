"""One old server that knows no cluster: the same tables but for what is asked, the same answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from dev.clickhouse import Servers, found
from tests.fixtures.log import Play
from tests.fixtures.warehouse import Warehouse
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.rebuild import rebuild
from weilu.core.warehouse.tests.test_loader import held, in_log, week
from weilu.core.warehouse.tests.test_questions_metrics import (  # noqa: F401  # its tests, played here
    test_knowledge_of_a_day_counts_only_what_was_recorded_by_then,
    test_reply_rate_and_time_count_the_first_answer_of_somebody_else_within_a_day,
)

MESSAGES = {
    "kind": "trend",
    "metric": "messages",
    "from": "2018-06-01",
    "to": "2018-06-01",
    "timezone": "UTC",
}


@pytest.fixture(scope="module")
def lone() -> Iterator[Servers]:
    if found() is None:
        pytest.skip("clickhouse-server is not installed: see dev/clickhouse")
    server = Servers(1, alone=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def warehouse_process(lone: Servers, settings: LazySettings) -> None:
    settings.WAREHOUSE_URL = lone.url
    client.migrate()


def test_it_holds_answers_and_is_built_anew(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    for _ in range(2):
        assert held(warehouse) == in_log()
        questions.forget()
        assert questions.ask(MESSAGES, Viewer.everything()).rows[0][-1] == 200
        rebuild()
    tables = warehouse.rows(
        "SELECT count() FROM system.tables WHERE database = 'weilu' AND name LIKE 'events%'"
    )
    assert tables == [(2,)]


def test_tables_of_an_earlier_version_are_brought_up_to_date(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    warehouse.command("ALTER TABLE weilu.ownership DROP COLUMN anonymous")
    warehouse.command("DROP TABLE weilu.made")
    assert client.migrate()
    assert not client.migrate()
    client.reload_owners()
    assert warehouse.rows("SELECT max(anonymous) FROM weilu.ownership") == [(0,)]
    assert held(warehouse) == in_log()
    assert questions.ask(MESSAGES, Viewer.everything()).rows[0][-1] == 200
    tables = warehouse.rows(
        "SELECT count() FROM system.tables WHERE database = 'weilu' AND name LIKE 'events%'"
    )
    assert tables == [(2,)]
