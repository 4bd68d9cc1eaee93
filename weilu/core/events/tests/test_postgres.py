"""PostgreSQL: whoever commits late is found late and never skipped, also after a dump and a restore."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from psycopg.conninfo import make_conninfo

from tests.elsewhere import run
from tests.fixtures.log import Play, say
from tests.fixtures.server import second_server
from weilu.core import clock
from weilu.core.events import actions, frames, handlers, intake, purge, queries, sequencer, spool
from weilu.core.events.handlers import Handler
from weilu.core.events.incoming import Incoming
from weilu.core.events.models import HandlerCursor, Intake


@contextmanager
def another_transaction() -> Iterator[psycopg.Connection[Any]]:
    """A second session on the test database, as another process would have."""
    with psycopg.connect(**given(connection.settings_dict["NAME"])) as other:
        yield other


def given(database: str) -> dict[str, Any]:
    settings = connection.settings_dict
    wanted = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    return {**{name: value for name, value in wanted.items() if value}, "dbname": database}


def put(other: psycopg.Connection[Any], happened: int) -> None:
    frame = frames.encode([say("Cai", happened)], frames.Header(0, True, clock.now_ms()))
    other.execute("INSERT INTO events_intake (events, payload) VALUES (1, %s)", [frame])


def happened() -> list[int]:
    return [row.happened for row in queries.read(0, 100)]


@pytest.mark.django_db(transaction=True)
def test_two_interleaved_transactions_both_come_in() -> None:
    with another_transaction() as early, another_transaction() as late:
        put(early, 1)
        put(late, 2)
        late.commit()
        assert sequencer.drain() == 1
        assert happened() == [2]
        early.commit()
        assert sequencer.drain() == 1
        assert happened() == [2, 1]
        assert [row.position for row in queries.read(0, 10)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_comes_in() -> None:
    with another_transaction() as other:
        put(other, 1)
        other.rollback()
        actions.record(say("Cai", 2))
        sequencer.drain()
    assert happened() == [2]


@pytest.mark.django_db(transaction=True)
def test_dump_and_restore_into_a_new_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Row ids and transaction numbers begin anew there; nothing leans on them. Before the dump one of two interleaved
    transactions is in the log, one waits and one is open still; after it the same again."""
    had: list[int] = []
    handlers.run_once([Handler("moved", lambda rows: had.extend(row.happened for row in rows))])
    with another_transaction() as early, another_transaction() as late, another_transaction() as lost:
        put(lost, 9)
        put(early, 1)
        put(late, 2)
        late.commit()
        put(late, 3)
        late.commit()
        sequencer.run_once(limit=1)
        handlers.run_once([Handler("moved", lambda rows: had.extend(row.happened for row in rows))])
        early.commit()
        dump = dumped(tmp_path)
    with second_server() as address:
        restore(dump, address)
        found = run(
            "weilu.core.events.tests.stories:interleave_again", tmp_path / "home",
            WEILU_DATABASE_URL=make_conninfo(address, dbname="moved"),
        )  # fmt: skip
    assert had == [2]
    assert found["happened"] == [2, 1, 3, 5, 4], (
        "in the order of becoming known; the one open longest comes last"
    )
    assert found["positions"] == [1, 2, 3, 4, 5]
    assert found["handled"] == [1, 3, 5, 4], "the cursor came along"
    assert found["transactions"] < 10_000, "this is a server of its own"


def dumped(folder: Path) -> Path:
    dump = folder / "dump.sql"
    here = make_conninfo(**given(connection.settings_dict["NAME"]))
    subprocess.run(["pg_dump", "--no-owner", "--file", str(dump), here], check=True, timeout=120)
    return dump


def restore(dump: Path, address: str) -> None:
    with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE moved TEMPLATE template0")
    there = make_conninfo(address, dbname="moved")
    subprocess.run(
        ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(dump), there],
        check=True, timeout=120, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_frames_are_taken_in_steps_and_in_order() -> None:
    actions.append([say("Cai", number) for number in range(7_000)], batch=1)
    assert Intake.objects.count() == 4
    assert sequencer.run_once(limit=3_000) == 4_000
    assert sequencer.drain() == 3_000
    assert happened() == list(range(100))


@pytest.mark.django_db(transaction=True)
def test_a_purge_makes_the_tables_anew(play_for_good: Play) -> None:
    play_for_good([say("Cai", number, "marked " * 50) for number in range(2_000)], batch=1)
    actions.retract_batch(1)
    assert size("events_private") > 500_000
    # While transactions of other databases on the server are open it waits, and at last leaves it to the next run.
    assert any(purge.purge(clock.now()) == 1 for _ in range(3))
    assert size("events_private") == size("directory_identity") == 0


def size(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s)", [table])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_cursor_in_the_hands_of_another_worker_is_left_to_it(play_for_good: Play) -> None:
    had: list[int] = []
    handler = Handler("shared", lambda rows: had.extend(row.position for row in rows))
    handlers.run_once([handler])
    play_for_good([say("Cai", 1)], batch=1)
    HandlerCursor.objects.get_or_create(name="shared")
    with another_transaction() as other:
        other.execute("SELECT * FROM events_handlercursor WHERE name = 'shared' FOR UPDATE")
        assert handlers.run_once([handler]) == 0
        assert had == []
        other.rollback()
    handlers.run_once([handler])
    assert had == [1]


@pytest.fixture
def play_for_good(transactional_db: None) -> Play:
    def into_the_log(events: list[Incoming], *, batch: int) -> int:
        actions.append(events, batch=batch)
        return sequencer.drain()

    return into_the_log


@pytest.mark.django_db(transaction=True)
def test_what_was_sheltered_while_the_database_was_away_comes_in_once() -> None:
    actions.append([say("Cai", 1)], batch=0, live=True)
    for number in (1, 2):
        frame = frames.encode([say("Cai", number)], frames.Header(0, True, clock.now_ms()))
        actions.shelter([(1, frame)])
    assert not intake.sheltered(), "somebody still writes"
    assert queries.waiting() == 3
    assert actions.bring_in() == 2
    assert (actions.bring_in(), spool.left()) == (0, False)
    sequencer.drain()
    assert happened() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_bringing_in_that_was_cut_off_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst moment: the table has some of it, and the file is still there."""
    monkeypatch.setattr(intake, "SHELTERED", 1)
    for number in (1, 2, 3):
        actions.shelter([(1, frames.encode([say("Cai", number)], frames.Header(0, True, clock.now_ms())))])
    real, rows = intake.copy, []

    def dying(payloads: list[tuple[int, bytes]]) -> None:
        if len(rows) == 2:
            raise OperationalError("gone again")
        rows.extend(payloads)
        real(payloads)

    monkeypatch.setattr(intake, "copy", dying)
    with pytest.raises(OperationalError):
        actions.bring_in()
    monkeypatch.setattr(intake, "copy", real)
    assert intake.bring_in() == 3
    sequencer.drain()
    assert happened() == [1, 2, 3]


WITNESS = """
CREATE TABLE witness (said text);
CREATE FUNCTION bear_witness() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO witness VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
CREATE TRIGGER witness BEFORE INSERT ON events_intake FOR EACH ROW EXECUTE FUNCTION bear_witness();
SET synchronous_commit = off;
"""
NO_WITNESS = "RESET synchronous_commit; DROP TRIGGER witness ON events_intake; DROP FUNCTION bear_witness; DROP TABLE witness"


@pytest.mark.django_db(transaction=True)
def test_what_is_acknowledged_is_on_disk_though_the_server_promises_early() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WITNESS)
        try:
            actions.append([say("Cai", 1)], batch=0, live=True)
            actions.record(say("Cai", 2))
            cursor.execute("SELECT said FROM witness")
            assert cursor.fetchall() == [("on",), ("off",)]
        finally:
            cursor.execute(NO_WITNESS)
