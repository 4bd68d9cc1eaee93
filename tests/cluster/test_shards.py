"""One of two shards dies: is an answer whole or none, and is each event there once when it is back?"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from django.utils import translation

from dev.clickhouse import Servers
from tests.fixtures.log import Play
from tests.fixtures.warehouse import Warehouse
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, loader, questions
from weilu.core.warehouse.errors import QueryFailed, ShardDown, Unavailable
from weilu.core.warehouse.servers.cluster import Cluster
from weilu.core.warehouse.servers.tables import NotMigrated
from weilu.core.warehouse.status import status
from weilu.core.warehouse.tests.test_loader import held, in_log, week

MESSAGES = {
    "kind": "trend",
    "metric": "messages",
    "from": "2018-06-01",
    "to": "2018-06-01",
    "timezone": "UTC",
}
SLOW = "SELECT sum(sleepEachRow(0.005)) AS slept, count() AS n FROM weilu.events"
SIZES = "SELECT sum(rows) AS n FROM system.parts WHERE database = 'weilu' AND active AND table LIKE 'events%'"


@pytest.fixture
def both(servers: Servers) -> Iterator[Servers]:
    """Both up and with new disks, whatever the story before did to them: a server that is killed soon after a table was emptied
    finds the old rows again when it starts."""
    for number in range(servers.shards):
        servers.wipe(number)
    after_a_moment()
    client.migrate()
    after_a_moment()
    yield servers
    servers.mend()


def messages() -> int:
    questions.forget()
    (row,) = questions.ask(MESSAGES, Viewer.everything(), seconds=0.2).rows
    return int(row[-1])


def cluster() -> Cluster:
    link = client.link()
    assert isinstance(link, Cluster)
    return link


def after_a_moment() -> None:
    """Nobody asks for a while after a server was found down: here it is over."""
    cluster()._down_until = 0.0


def load() -> None:
    """A block, and what is done now and then beside it."""
    loader.run_once()
    loader.refresh()


def test_rows_are_spread_over_the_shards_and_counted_together(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    spread = [table.column("n")[0].as_py() for table in client.each(SIZES)]
    assert sum(spread) == 200
    assert min(spread) > 0
    assert (messages(), status().events) == (200, 200)


def test_while_a_shard_is_down_every_question_fails_with_a_sentence_and_after_it_answers_whole(
    warehouse: Warehouse, play: Play, both: Servers
) -> None:
    play(week())
    warehouse.loaded()
    both.kill(1)
    for _ in range(6):  # whichever of the two is asked
        after_a_moment()
        with translation.override("en"), pytest.raises(ShardDown, match="servers does not answer"):
            messages()
    both.start_one(1)
    after_a_moment()
    assert messages() == 200


def test_a_shard_that_dies_under_a_question_leaves_no_part_of_an_answer(
    warehouse: Warehouse, play: Play, both: Servers
) -> None:
    play(week())
    warehouse.loaded()
    for dying in (0, 1):
        killer = threading.Timer(0.15, both.kill, [dying])
        killer.start()
        with contextlib.suppress(Unavailable):
            assert warehouse.query(SLOW).column("n")[0].as_py() == 200
        killer.join()
        both.start_one(dying)
        after_a_moment()
        assert messages() == 200


def test_a_shard_that_hangs_is_said_to_be_down_in_time(
    warehouse: Warehouse, play: Play, both: Servers
) -> None:
    play(week())
    warehouse.loaded()
    both.freeze(1)
    begun = time.monotonic()
    for _ in range(20):  # as many questions as a page asks
        with pytest.raises(Unavailable):
            warehouse.query("SELECT count() AS n FROM weilu.events", seconds=1)
    assert time.monotonic() - begun < 15
    both.thaw(1)
    after_a_moment()
    assert messages() == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_shard_that_dies_while_a_block_is_loaded_loses_and_doubles_nothing(
    warehouse: Warehouse, play: Play, both: Servers, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    play(week(people=2))
    warehouse.loaded()
    play(week()[40:])
    real = cluster()._put
    puts: list[Any] = []

    def put(host: object, table: str, rows: pa.Table) -> None:
        """The second shard dies just before it gets its rows, or just after."""
        puts.append(host)
        if len(puts) == 2 and when == "before":
            both.kill(1)
        real(host, table, rows)
        if len(puts) == 2 and when == "after":
            both.kill(1)

    with monkeypatch.context() as cut:
        cut.setattr(cluster(), "_put", put)
        with pytest.raises(Unavailable):
            load()
    with pytest.raises(Unavailable):  # nobody can say what the dead one holds, so nothing is sent twice
        load()
    both.start_one(1)
    warehouse.loaded()
    assert held(warehouse) == in_log()
    assert messages() == 200


def test_a_server_that_lost_its_disk_makes_every_question_fail_until_migrate_and_then_all_is_loaded_again(
    warehouse: Warehouse, play: Play, both: Servers
) -> None:
    play(week())
    warehouse.loaded()
    both.wipe(1)
    for _ in range(4):
        after_a_moment()
        with pytest.raises((QueryFailed, NotMigrated, ShardDown)):
            warehouse.query("SELECT count() AS n FROM weilu.events")
    with pytest.raises(NotMigrated):
        loader.refresh()
    assert client.migrate()
    assert not client.migrate()
    after_a_moment()
    warehouse.loaded()
    assert held(warehouse) == in_log()
    assert messages() == 200
