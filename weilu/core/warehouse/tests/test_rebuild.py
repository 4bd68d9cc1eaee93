"""Does a warehouse made anew from the log answer as the old one did?"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from tests.fixtures.log import Play, say
from tests.fixtures.warehouse import Warehouse
from weilu.app.commands import store as commands
from weilu.core import clock
from weilu.core.directory import actions as directory
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict
from weilu.core.events import actions
from weilu.core.events import queries as log
from weilu.core.warehouse import client, jobs, loader, owners, store
from weilu.core.warehouse import rebuild as building
from weilu.core.warehouse.contract import Params
from weilu.core.warehouse.embedded import Embedded
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.models import Store
from weilu.core.warehouse.rebuild import rebuild
from weilu.core.warehouse.status import status
from weilu.core.warehouse.tests.test_loader import JUNE, MINUTE, week

EVERYTHING = "SELECT * FROM weilu.events ORDER BY position"
ONCE = "SELECT count(), uniqExact(position) FROM weilu.events"
PEOPLE = """SELECT dictGet('weilu.owner', 'person', toUInt64(identity)) AS person, count() FROM weilu.events
    GROUP BY person ORDER BY person"""


def test_a_rebuilt_warehouse_holds_the_same_rows_and_people(warehouse: Warehouse, play: Play) -> None:
    play(week())
    Identity.objects.filter(name="member3").update(bot=True)
    warehouse.loaded()
    before = warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)
    assert rebuild() == 200
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == before
    assert loader.run_once() == 0


def test_a_rebuild_mends_a_warehouse_that_lost_and_doubled_rows(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    before = warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)
    client.command("INSERT INTO weilu.events SELECT * FROM weilu.events WHERE position < 20")
    client.command("ALTER TABLE weilu.events DELETE WHERE position > 150")
    client.command("ALTER TABLE weilu.ownership DELETE WHERE identity % 2 = 0")
    rebuild()
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == before


def test_what_happens_after_a_rebuild_is_loaded_as_ever(warehouse: Warehouse, play: Play) -> None:
    play(week())
    warehouse.loaded()
    rebuild()
    play([say("Ada", JUNE + 7 * MINUTE)])
    assert warehouse.loaded() == 201
    assert warehouse.rows(ONCE) == [(201, 201)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild of several blocks without many events."""
    monkeypatch.setattr(loader, "BLOCK_ROWS", 50)


def test_what_happens_during_a_rebuild_shows_before_it_ends(
    warehouse: Warehouse, play: Play, small_blocks: None
) -> None:
    play(week())
    warehouse.loaded()
    shown: list[tuple[int, int]] = []

    def meanwhile(position: int, head: int) -> None:
        play([say("Ada", JUNE + 8 * MINUTE + len(shown))])
        loader.run_once()
        shown.append((loader.loaded(), *warehouse.rows("SELECT count() FROM weilu.events")[0]))  # type: ignore[arg-type]

    assert rebuild(meanwhile) == log.head() == loader.loaded()
    assert shown[:3] == [(201, 201), (202, 202), (203, 203)]
    assert warehouse.rows(ONCE) == [(log.head(), log.head())]


def test_who_leaves_merges_or_turns_out_a_bot_during_a_rebuild_is_as_if_it_had_been_before(
    warehouse: Warehouse, play: Play, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "CHUNK", 4)
    both = week()
    play(both[:120], batch=7)  # type: ignore[index]
    play(both[100:], batch=8)
    warehouse.loaded()
    changed: list[int] = []

    def meanwhile(position: int, head: int) -> None:
        if not changed:
            actions.retract_batch(7)
            first, second = Identity.objects.order_by("pk")[:2]
            directory.own(first.pk, second.member_id, decision=1)
            directory.say_bot(second.pk, bot=True)
        changed.append(position)

    rebuild(meanwhile)
    after = warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)
    assert warehouse.rows("SELECT count(), uniqExact(batch) FROM weilu.events WHERE batch > 0") == [(100, 1)]
    warehouse.loaded()
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == after
    rebuild()
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == after


def test_a_second_rebuild_at_the_same_time_is_refused(
    warehouse: Warehouse, play: Play, small_blocks: None
) -> None:
    play(week())

    def again(position: int, head: int) -> None:
        with pytest.raises(Conflict):
            rebuild()

    assert rebuild(again) == 200


def test_what_a_dead_rebuild_has_left_is_swept_away(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(week())
    warehouse.loaded()
    with monkeypatch.context() as broken:
        broken.setattr(building, "_end", _die)
        with pytest.raises(Unavailable):
            rebuild()
    left = "SELECT count() FROM system.tables WHERE name = 'events_next'"
    assert warehouse.rows(left) == [(1,)]
    jobs.purge(clock.now())
    assert warehouse.rows(left) == [(0,)]


def test_asking_how_it_is_while_a_block_comes_in_leaves_the_table_alone(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of a block are there before it counts: another process must not take that for a foreign table."""
    play(week())
    with monkeypatch.context() as broken:
        broken.setattr(loader, "_done", _die)
        with pytest.raises(Unavailable):
            loader.run_once()
    Store.objects.update(
        block_first=None, block_last=None
    )  # as one sees it who read the row before the insert
    monkeypatch.setattr(store, "_looked_at", set())
    status()
    assert warehouse.rows("SELECT count() FROM weilu.events") == [(200,)]


def _die(*_: object, **__: object) -> int:
    raise Unavailable


@pytest.mark.parametrize("death", ["building", "before the exchange", "after the exchange"])
def test_a_rebuild_that_dies_leaves_a_whole_warehouse(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    play(week())
    warehouse.loaded()
    before = warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)
    with monkeypatch.context() as broken:
        if death == "building":
            broken.setattr(loader, "load_block", _die)
        elif death == "before the exchange":
            broken.setattr(building, "_end", _die)
        else:
            broken.setattr(Embedded, "command", _dies_at("DROP TABLE weilu.events_next SYNC"))
        with pytest.raises(Unavailable):
            rebuild()
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == before
    play([say("Ada", JUNE)])
    warehouse.loaded()
    assert warehouse.rows(ONCE) == [(201, 201)]
    assert rebuild() == log.head()


def _dies_at(statement: str) -> Callable[..., None]:
    real = Embedded.command

    def command(link: Embedded, sql: str, params: Params, seconds: float) -> None:
        if sql == statement:
            raise Unavailable
        real(link, sql, params, seconds)

    return command


def test_the_commands_say_how_far_the_warehouse_is_and_build_it_anew(
    warehouse: Warehouse, play: Play
) -> None:
    app = typer.Typer()
    commands.register(app)
    play(week())
    warehouse.loaded()
    told = json.loads(CliRunner().invoke(app, ["warehouse", "status", "--json"]).output)
    assert (told["position"], told["head"], told["behind"], told["events"]) == (200, 200, 0, 200)
    assert json.loads(CliRunner().invoke(app, ["warehouse", "rebuild", "--json"]).output)["position"] == 200
    assert "200 of 200" in CliRunner().invoke(app, ["warehouse", "status"]).output
