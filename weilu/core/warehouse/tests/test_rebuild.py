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
from weilu.core.directory.models import Identity
from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader
from weilu.core.warehouse import rebuild as building
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.rebuild import rebuild
from weilu.core.warehouse.tests.test_loader import JUNE, MINUTE, week

EVERYTHING = "SELECT * FROM weilu.events ORDER BY position"
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
    assert warehouse.rows("SELECT count(), uniqExact(position) FROM weilu.events") == [(201, 201)]


@pytest.mark.parametrize("death", ["building", "before the exchange", "after the exchange"])
def test_a_rebuild_that_dies_leaves_a_whole_warehouse(
    warehouse: Warehouse, play: Play, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    play(week())
    warehouse.loaded()
    before = warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)

    def die(*_: object, **__: object) -> int:
        raise Unavailable

    with monkeypatch.context() as broken:
        if death == "building":
            broken.setattr(loader, "load_block", die)
        elif death == "before the exchange":
            broken.setattr(building, "_exchange", die)
        else:
            broken.setattr(building.client, "command", _dies_at("DROP TABLE weilu.events_next SYNC"))
        with pytest.raises(Unavailable):
            rebuild()
    assert (warehouse.rows(EVERYTHING), warehouse.rows(PEOPLE)) == before
    play([say("Ada", JUNE)])
    warehouse.loaded()
    assert warehouse.rows("SELECT count(), uniqExact(position) FROM weilu.events") == [(201, 201)]
    assert rebuild() == log.head()


def _dies_at(statement: str) -> Callable[..., None]:
    real = client.command

    def command(sql: str, params: dict[str, object] | None = None) -> None:
        if sql == statement:
            raise Unavailable
        real(sql, params)

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
