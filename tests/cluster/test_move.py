"""From the store of one machine to two shards and back: is everything there, and does whoever asks meanwhile get an answer?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import LazySettings

from dev.clickhouse import Servers
from tests.fixtures.lively import NOW, happened
from tests.fixtures.log import Play, say
from weilu.core import clock
from weilu.core.errors import Conflict
from weilu.core.events import actions
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, loader, moving, questions, store, target
from weilu.core.warehouse.errors import Unavailable
from weilu.core.warehouse.tests.test_loader import JUNE, MINUTE, week
from weilu.members import conclude, weigh

MESSAGES = {
    "kind": "trend",
    "metric": "messages",
    "from": "2018-06-01",
    "to": "2018-06-01",
    "timezone": "UTC",
}
STATES = {
    "kind": "trend",
    "metric": "state_active",
    "from": "2026-03-10",
    "to": "2026-03-18",
    "timezone": "UTC",
}
TABLES = ("events", "ownership", "timelines", "scores")


@pytest.fixture
def home(servers: Servers, settings: LazySettings, db: None) -> Any:
    """The store of this machine in use, both stores empty; no forwarding address is left behind."""
    for url in (servers.url, ""):
        with target.using(url):
            client.migrate()
            for table in TABLES:
                client.truncate(f"weilu.{table}")
            client.reload_owners()
    questions.forget()
    yield servers.url
    (settings.HOME / "warehouse" / "moved.json").unlink(missing_ok=True)


def asked(question: dict[str, Any]) -> list[Any]:
    questions.forget()
    return questions.ask(question, Viewer.everything(), seconds=5).rows


def counted() -> tuple[int, int]:
    found = client.query("SELECT count() AS n, uniqExact(position) AS u FROM weilu.events").to_pylist()[0]
    return found["n"], found["u"]


def load() -> None:
    loader.refresh()
    while loader.run_once():
        pass


def test_everything_moves_to_the_servers_and_back_and_figures_stay(home: str, play: Play) -> None:
    with clock.frozen(NOW):
        play(list(happened()))
        load()
        while conclude.run_once() or weigh.run_once():
            pass
        before = asked(STATES)
        assert moving.move(home) == log.head()
        assert (target.current(), client.link().label != "") == (home, True)
        assert asked(STATES) == before
        play([say("Cai", clock.to_ms(NOW) - MINUTE, community=None, number="later")])
        load()
        assert counted() == (log.head(), log.head())
        moving.move("embedded")
        assert (target.current(), client.link().label) == ("", "")
        assert counted() == (log.head(), log.head())
        assert asked(STATES) == before


def test_while_it_moves_what_happens_shows_and_is_there_afterwards(
    home: str, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "BLOCK_ROWS", 50)
    play(week())
    load()
    shown: list[int] = []

    def meanwhile(position: int, head: int) -> None:
        with target.using(""):
            play([say("Ada", JUNE + 300 * MINUTE + len(shown))])
            loader.run_once()
            shown.append(asked(MESSAGES)[0][-1])

    moving.move(home, meanwhile)
    assert shown == list(range(201, 201 + len(shown)))
    assert shown
    load()
    assert counted() == (log.head(), log.head())
    assert asked(MESSAGES)[0][-1] == 200 + len(shown)


@pytest.mark.parametrize("step", ["load_block", "bring_up_to_date"])
def test_a_move_that_dies_leaves_the_old_one_in_use_and_goes_on_where_it_was(
    home: str, play: Play, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    play(week(), batch=7)
    load()

    def die(*_: object) -> int:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(loader, step, die)
        with pytest.raises(Unavailable):
            moving.move(home)
    assert target.current() == ""
    assert asked(MESSAGES)[0][-1] == 200
    actions.retract_batch(7)
    play(week(people=1), batch=8)
    moving.move(home)
    load()
    assert asked(MESSAGES)[0][-1] == 20


def test_stores_that_differ_are_not_exchanged(home: str, play: Play) -> None:
    play(week())
    load()
    client.alter("weilu.events", "DELETE WHERE position = 7")
    with pytest.raises(Conflict, match="events"):
        moving.move(home)
    assert target.current() == ""


def test_settings_that_were_changed_after_a_move_count(home: str, settings: LazySettings, play: Play) -> None:
    play(week(people=1))
    load()
    moving.move(home)
    assert target.current() == home
    settings.WAREHOUSE_URL = home
    assert target.current() == home
    settings.WAREHOUSE_URL = "clickhouse://elsewhere/weilu"
    assert target.current() == "clickhouse://elsewhere/weilu"
    settings.WAREHOUSE_URL = ""
    with pytest.raises(Conflict):
        moving.move(home)


def test_days_are_not_made_dirty_by_a_move(home: str, play: Play) -> None:
    from weilu.core.warehouse.dirty import dirty_since

    play(week(people=1), batch=7)
    load()
    mark = dirty_since().mark
    moving.move(home)
    assert dirty_since(mark).days == frozenset()
    assert store.last_known() is not None
    assert dt.date(2018, 6, 1) in {day for _, day in dirty_since().days}
