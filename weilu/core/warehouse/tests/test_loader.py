"""Does the column store hold each event of the log once, whatever dies on the way?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from tests.fixtures.log import Play, join, react, say
from tests.fixtures.warehouse import Warehouse
from weilu.core import clock
from weilu.core.directory.models import Identity, Member, Ownership
from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader, owners, store
from weilu.core.warehouse.dirty import dirty_since
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.models import Store

JUNE = clock.to_ms(dt.datetime(2018, 6, 1, 12, tzinfo=dt.UTC))
MINUTE = 60_000
EVENT = (
    "SELECT position, kind, toUnixTimestamp(happened) * 1000 + ms AS at, interaction, live FROM weilu.events"
)


def week(people: int = 10, each: int = 20) -> list[object]:
    return [
        say(f"member{who}", JUNE + (who * each + n) * MINUTE) for who in range(people) for n in range(each)
    ]


def held(warehouse: Warehouse) -> list[int]:
    return [row[0] for row in warehouse.rows("SELECT position FROM weilu.events ORDER BY position")]  # type: ignore[misc]


def in_log() -> list[int]:
    return [row.position for row in log.read(0, 1_000_000)]


def test_an_event_stands_in_the_warehouse_as_in_the_log(warehouse: Warehouse, play: Play) -> None:
    play([join("Cai", JUNE), say("Cai", JUNE + 1_234, mentions=["Ada"], value=7, properties={"length": 5})])
    assert warehouse.loaded() == 2
    assert warehouse.rows(f"{EVENT} ORDER BY position") == [
        (1, "member.joined", JUNE, 0, 0),
        (2, "message.sent", JUNE + 1_234, 1, 0),
    ]
    (row,) = warehouse.rows(
        "SELECT identity, mentions, value, properties, source FROM weilu.events WHERE position = 2"
    )
    names = dict(Identity.objects.values_list("name", "id"))
    assert row == (names["Cai"], [names["Ada"]], 7, '{"length":5}', "matrix")


def test_what_is_loaded_can_be_counted_by_person(warehouse: Warehouse, play: Play) -> None:
    play([say("Cai", JUNE), say("Ada", JUNE + MINUTE), react("Cai", JUNE + 2 * MINUTE, 1)])
    warehouse.loaded()
    sql = "SELECT dictGet('weilu.owner', 'person', toUInt64(identity)) AS who, count() FROM weilu.events GROUP BY who"
    members = dict(Member.objects.values_list("identities__name", "id"))
    assert dict(warehouse.rows(sql)) == {members["Cai"]: 2, members["Ada"]: 1}


def test_a_bot_is_nobody_and_its_messages_stay(warehouse: Warehouse, play: Play) -> None:
    play([say("Cai", JUNE), say("Helper", JUNE + MINUTE)])
    warehouse.loaded()
    Identity.objects.filter(name="Helper").update(bot=True)
    loader.refresh()
    people = "SELECT uniqExactIf(p, p > 0), count() FROM (SELECT dictGet('weilu.owner', 'person', toUInt64(identity)) AS p FROM weilu.events)"
    assert warehouse.rows(people) == [(1, 2)]
    Identity.objects.filter(name="Helper").update(bot=False)
    loader.refresh()
    assert warehouse.rows(people) == [(2, 2)]


def test_a_merge_and_its_undoing_move_the_past_and_bring_it_back(warehouse: Warehouse, play: Play) -> None:
    play(week(people=2))
    warehouse.loaded()
    sql = "SELECT uniqExact(dictGet('weilu.owner', 'person', toUInt64(identity))) FROM weilu.events"
    assert warehouse.rows(sql) == [(2,)]
    first, second = Ownership.objects.order_by("id")
    for member in (first.member, second.member):
        Ownership.objects.create(identity=second.identity, member=member, from_position=41, at=clock.now())
        loader.refresh()
        expected = 1 if member == first.member else 2
        assert warehouse.rows(sql) == [(expected,)]


def test_an_ownership_committed_late_under_a_lower_id_is_not_missed(warehouse: Warehouse, play: Play) -> None:
    play(week(people=3))
    warehouse.loaded()
    identity, member = Identity.objects.order_by("id").last(), Member.objects.order_by("id").first()
    top = Ownership.objects.latest("id").id
    for number in (top + 200, top + 100):
        Ownership.objects.create(id=number, identity=identity, member=member, from_position=9, at=clock.now())
        loader.refresh()
    sql = "SELECT id FROM weilu.ownership FINAL WHERE id > {top:UInt64} ORDER BY id"
    assert warehouse.rows(sql, top=top) == [(top + 100,), (top + 200,)]


def test_an_ownership_that_left_the_directory_leaves_the_warehouse(warehouse: Warehouse, play: Play) -> None:
    play(week(people=3))
    warehouse.loaded()
    gone = Ownership.objects.order_by("id").first()
    Ownership.objects.filter(id=gone.id).delete()
    loader.refresh()
    assert warehouse.rows("SELECT count() FROM weilu.ownership FINAL WHERE id = {id:UInt64}", id=gone.id) == [
        (0,)
    ]


def test_a_second_run_loads_nothing(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    assert loader.run_once() == 0
    assert held(warehouse) == in_log()


def test_blocks_follow_one_another_without_gap(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "BLOCK_ROWS", 7)
    play(week(people=5, each=5))
    warehouse.loaded()
    assert held(warehouse) == in_log()


def test_years_beyond_a_hundred_come_in_several_inserts(warehouse: Warehouse, play: Play) -> None:
    moments = [dt.datetime(1970 + year, 6, 1, tzinfo=dt.UTC) for year in range(135)]
    play([say("Cai", clock.to_ms(moment), number=moment.year) for moment in moments], batch=3)
    warehouse.loaded()
    assert warehouse.rows("SELECT count(), uniqExact(toYear(happened)) FROM weilu.events") == [(135, 135)]


def _never(table: str, rows: pa.Table) -> None:
    raise Unavailable


def _half(table: str, rows: pa.Table) -> None:
    client.insert(table, rows.slice(0, rows.num_rows // 2))
    raise Unavailable


def _whole(table: str, rows: pa.Table) -> None:
    client.insert(table, rows)
    raise Unavailable


@pytest.mark.parametrize("cut", [_never, _half, _whole], ids=["before", "in the middle of", "after"])
def test_a_loader_that_dies_around_an_insert_loses_and_doubles_nothing(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch, cut: Callable[[str, pa.Table], None]
) -> None:
    play(week())
    loader.refresh()
    with monkeypatch.context() as broken:
        broken.setattr(loader, "client", _Cut(cut))
        with pytest.raises(Unavailable):
            loader.run_once()
    assert loader.loaded() == 0
    warehouse.loaded()
    assert held(warehouse) == in_log()


class _Cut:
    """The client, with an insert that dies."""

    def __init__(self, insert: Callable[[str, pa.Table], None]) -> None:
        self.insert = insert

    def __getattr__(self, name: str) -> Any:
        return getattr(client, name)


def test_a_loader_that_dies_before_it_counts_the_block_does_not_send_it_twice(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(week())

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(loader, "_done", die)
        with pytest.raises(KeyboardInterrupt):
            loader.run_once()
    assert held(warehouse) == in_log()
    warehouse.loaded()
    assert held(warehouse) == in_log()


def test_a_loader_that_dies_while_copying_ownership_copies_it_next_time(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(week())

    def die(*_: object, **__: object) -> None:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(owners.client, "reload_owners", die)
        with pytest.raises(Unavailable):
            loader.run_once()
    warehouse.loaded()
    assert held(warehouse) == in_log()
    assert warehouse.rows("SELECT count(), uniqExact(identity) FROM weilu.ownership FINAL") == [(10, 10)]


def test_a_lost_store_is_loaded_from_the_start(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    client.command("DROP TABLE weilu.events SYNC")
    client.stop()
    warehouse.wait_gone()
    assert store.current().position == 0
    warehouse.loaded()
    assert held(warehouse) == in_log()


@pytest.mark.parametrize("older", ["log", "table"])
def test_after_a_restore_of_one_side_only_the_table_is_loaded_anew(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch, older: str
) -> None:
    play(week())
    warehouse.loaded()
    if older == "log":
        Store.objects.update(position=120)
    else:
        client.command("ALTER TABLE weilu.events DELETE WHERE position > 120")
    monkeypatch.setattr(store, "_looked_at", set())  # as in a process that starts
    warehouse.loaded()
    assert held(warehouse) == in_log()


def test_only_one_loader_works(warehouse: Warehouse, play: Play) -> None:
    play(week())
    with loader.alone() as first:
        assert first
        assert loader.run_once() == 0
    assert loader.run_once() == 200


def test_who_waits_without_a_worker_gets_there(warehouse: Warehouse, play: Play) -> None:
    head = play(week())
    assert loader.wait_until(head) == head


def test_waiting_for_what_never_comes_ends_in_time(warehouse: Warehouse, play: Play) -> None:
    head = play(week(people=1))
    assert loader.wait_until(head + 5, seconds=0.6) == head


def test_imported_and_late_facts_mark_their_days(warehouse: Warehouse, play: Play) -> None:
    play(week(people=1, each=2), batch=5)
    warehouse.loaded()
    dirty = dirty_since()
    assert {day for _, day in dirty.days} == {dt.date(2018, 6, 1)}
    assert dirty_since(dirty.mark).days == frozenset()
    play([say("Ada", JUNE + 3 * MINUTE)], batch=6)
    warehouse.loaded()
    assert dirty_since(dirty.mark).days == dirty.days


def test_live_facts_mark_nothing(warehouse: Warehouse, play: Play) -> None:
    play([say("Ada", clock.now_ms())])
    warehouse.loaded()
    assert dirty_since().days == frozenset()
