"""Do the facts still hold on which the warehouse is built? First chDB by itself, then our way with it.

Where a test of the first kind fails after an upgrade, the cure that it stands for may be dropped.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from tests.fixtures.warehouse import Warehouse
from weilu.core.warehouse import client
from weilu.core.warehouse.errors import QueryFailed, TooHeavy
from weilu.core.warehouse.schema import TABLES
from weilu.core.warehouse.tests.bare import PRELUDE, chdb_alone
from weilu.core.warehouse.tests.rows import events

pytestmark = pytest.mark.once

FAILING = (
    "SELECT number, throwIf(number = 300000) FROM numbers(1000000) SETTINGS max_block_size = 1000",
    "SELECT intDiv(1, number - 300000) FROM numbers(1000000) SETTINGS max_block_size = 1000",
    "SELECT number FROM numbers(100000000) SETTINGS max_result_rows = 200000, max_block_size = 1000",
    "SELECT number, sleepEachRow(0.001) FROM numbers(100000) SETTINGS max_execution_time = 0.05, max_block_size = 10",
)
"""Queries that fail when part of their answer has been written: thrown, divided by zero, too many rows, too late."""


YEARS = [int((year - 1970) * 365.25 * 86_400) for year in range(1971, 2104)]
"""A moment in each of 133 years, in seconds."""


def test_after_an_error_in_mid_result_a_session_answers_with_the_failed_rows(tmp_path: Path) -> None:
    told = chdb_alone(
        f"""
told = []
for failing in {FAILING!r}:
    error = refusal(session, failing)
    told.append([error is not None, read(session, "SELECT 42 AS answer").column_names])
""",
        tmp_path,
    )
    assert all(failed for failed, _ in told)
    assert all(names != ["answer"] for _, names in told), "sessions are no longer poisoned"


def test_no_question_of_ours_gets_rows_of_a_failed_one(warehouse: Warehouse) -> None:
    chance = random.Random(7)
    for number in range(60):
        with pytest.raises((QueryFailed, TooHeavy)):
            warehouse.query(chance.choice(FAILING))
        assert warehouse.query("SELECT {n:UInt32} AS answer", {"n": number}).to_pylist() == [
            {"answer": number}
        ]


def test_no_question_of_ours_gets_rows_of_a_failed_write(warehouse: Warehouse) -> None:
    warehouse.insert("weilu.events", events(10))
    for number in range(10):
        with pytest.raises(QueryFailed):
            warehouse.insert(
                "weilu.events", events(10).rename_columns(["nobody", *events(1).column_names[1:]])
            )
        with pytest.raises(QueryFailed):
            warehouse.command("INSERT INTO weilu.events SELECT throwIf(number = 5) FROM numbers(10)")
        assert warehouse.rows("SELECT count() + {n:UInt32} FROM weilu.events", n=number) == [(10 + number,)]


def test_a_forked_child_of_a_chdb_process_hangs(tmp_path: Path) -> None:
    told = chdb_alone(
        """
import select, signal
read(session, "SELECT 1")
ready, answered = os.pipe()
child = os.fork()
if child == 0:
    Session("store").query("SELECT 1", "CSV").bytes()
    os.write(answered, b"x")
    os._exit(0)
told = bool(select.select([ready], [], [], 1.0)[0])
os.kill(child, signal.SIGKILL)
""",
        tmp_path,
    )
    assert told is False, "a forked child answers: the warehouse need not be spawned any more"


def test_the_warehouse_is_spawned_into_a_process_group_of_its_own(warehouse: Warehouse) -> None:
    """A group, so that Ctrl-C at the house does not reach it; the session stays the house's (decision 61)."""
    pid = client.ping()
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert b"weilu.core.warehouse.server" in command
    assert os.getpgid(pid) == pid != os.getpgid(0)


def test_a_store_belongs_to_one_process(warehouse: Warehouse, tmp_path: Path) -> None:
    told = chdb_alone(
        """
import subprocess, sys
read(session, "SELECT 1")
second = "from chdb.session import Session; Session('store').query('SELECT 1', 'CSV').bytes()"
done = subprocess.run([sys.executable, "-c", second], capture_output=True)
told = [done.returncode, b"Cannot lock file" in done.stderr]
""",
        tmp_path,
    )
    assert told == [1, True]


def test_flight_handlers_hand_over_and_many_at_once_get_their_own_answers(warehouse: Warehouse) -> None:
    def ask(number: int) -> list[int]:
        sql = "SELECT {n:UInt32} AS n, sum(number) AS total FROM numbers({n:UInt32})"
        return list(warehouse.query(sql, {"n": number}).to_pylist()[0].values())

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(ask, range(200)))
    assert answers == [[n, n * (n - 1) // 2] for n in range(200)]


def test_an_interrupt_waits_for_the_query(tmp_path: Path) -> None:
    told = chdb_alone(
        """
import signal, threading, time
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
begun = time.monotonic()
try:
    session.query("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 1")
except BaseException as error:
    told = [type(error).__name__, time.monotonic() - begun > 0.9]
""",
        tmp_path,
    )
    assert told[1] is True


def test_a_process_that_ends_while_a_daemon_thread_asks_crashes(tmp_path: Path) -> None:
    snippet = """
import sys, threading, time
query = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 20"
threading.Thread(target=read, args=(session, query), daemon=True).start()
time.sleep(0.5)
sys.exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + snippet], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode < 0, "it ends by itself: threads that ask need not be waited for any more"


def test_a_moment_leaves_chdb_as_a_bare_number_and_us_as_a_moment(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    sql = "SELECT toDateTime(1527854400, 'UTC') AS at, [at] AS several, toNullable(at) AS maybe"
    alone = chdb_alone(f"told = [str(field.type) for field in read(session, {sql!r}).schema]", tmp_path)
    assert alone == ["uint32", "list<item: uint32 not null>", "uint32"]
    ours = warehouse.query(sql).schema
    assert [field.type for field in ours] == [
        pa.timestamp("s", "UTC"),
        pa.list_(pa.timestamp("s", "UTC")),
        pa.timestamp("s", "UTC"),
    ]


def test_chdb_does_not_sync_an_insert_unless_told(tmp_path: Path) -> None:
    sql = "SELECT name, value FROM system.merge_tree_settings WHERE name IN ('fsync_after_insert', 'fsync_part_directory')"
    told = chdb_alone(f"told = [row['value'] for row in read(session, {sql!r}).to_pylist()]", tmp_path)
    assert told == ["0", "0"]


def test_ours_syncs_inserts_and_merges(warehouse: Warehouse) -> None:
    sql = "SELECT name, value FROM system.merge_tree_settings WHERE name LIKE '%fsync%' AND value != '0'"
    assert {
        ("fsync_after_insert", "1"),
        ("fsync_part_directory", "1"),
        ("min_rows_to_fsync_after_merge", "1"),
        ("min_compressed_bytes_to_fsync_after_merge", "1"),
    } <= set(warehouse.rows(sql))


def test_every_query_has_its_time_and_its_memory(warehouse: Warehouse) -> None:
    sql = "SELECT toFloat64(getSetting('max_execution_time')), getSetting('max_memory_usage') > 0"
    for seconds in (3, 10, 0.5):
        assert list(warehouse.query(sql, seconds=seconds).to_pylist()[0].values()) == [seconds, 1]


def test_an_insert_of_one_year_is_one_part_however_it_is_cut(warehouse: Warehouse) -> None:
    block = events(200_000)
    warehouse.insert("weilu.events", pa.concat_tables([block.slice(n * 20_000, 20_000) for n in range(10)]))
    sql = "SELECT count() FROM system.parts WHERE database = 'weilu' AND table = 'events' AND active"
    assert warehouse.rows(sql) == [(1,)]
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(200_000,)]


def test_a_block_over_a_hundred_partitions_is_refused_whole(warehouse: Warehouse) -> None:
    with pytest.raises(QueryFailed) as refused:
        warehouse.insert("weilu.events", events(len(YEARS), happened=YEARS))
    assert refused.value.number == 252
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(0,)]


def test_a_streamed_insert_that_is_refused_says_nothing(tmp_path: Path) -> None:
    told = chdb_alone(
        f"""
session.query("CREATE DATABASE w")
session.query("CREATE TABLE w.t (at DateTime('UTC')) ENGINE = MergeTree PARTITION BY toYear(at) ORDER BY at")
sink = pa.BufferOutputStream()
rows = pa.table({{"at": pa.array({YEARS!r}, pa.uint32())}})
with pa.ipc.new_stream(sink, rows.schema) as writer:
    writer.write_table(rows)
with session.send_insert("INSERT INTO w.t (at)", "ArrowStream") as inserter:
    inserter.append(sink.getvalue().to_pybytes())
    inserter.finish()
told = read(session, "SELECT count() AS n FROM w.t").to_pylist()[0]["n"]
""",
        tmp_path,
    )
    assert told == 0, "send_insert may be looked at again: it no longer loses rows silently"


def test_neither_materialised_views_nor_deduplication_are_used(warehouse: Warehouse) -> None:
    assert not any("MATERIALIZED VIEW" in table or "deduplication" in table for table in TABLES)
    sql = "SELECT count() FROM system.tables WHERE database = 'weilu' AND engine LIKE '%View%'"
    assert warehouse.rows(sql) == [(0,)]
    warehouse.insert("weilu.events", events(5))
    warehouse.insert("weilu.events", events(5))
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(10,)]


def test_code_that_is_not_run_can_be_given_back_and_comes_in_again(tmp_path: Path) -> None:
    told = chdb_alone(
        """
from pathlib import Path
from weilu.core.warehouse.slim import slim
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before = resident()
slim()
told = [before - resident(), read(session, "SELECT sum(number) AS n FROM numbers(1000)").to_pylist()]
""",
        tmp_path,
    )
    assert told[0] > 50_000_000
    assert told[1] == [{"n": 499_500}]


def test_chdb_keeps_what_it_freed_unless_its_allocator_is_told(tmp_path: Path) -> None:
    large = """
def anonymous():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) // 1024
before = anonymous()
read(session, "SELECT length(groupArray(toString(number))) AS n FROM numbers(3000000)")
told = anonymous() - before
"""
    (tmp_path / "kept").mkdir()
    (tmp_path / "given").mkdir()
    kept = chdb_alone(large, tmp_path / "kept", JE_MALLOC_CONF="")
    given = chdb_alone(large, tmp_path / "given", JE_MALLOC_CONF="dirty_decay_ms:0")
    assert kept > 60, "the warehouse need not tell its allocator anything any more"
    assert given < 30
