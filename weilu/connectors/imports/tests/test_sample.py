"""The sample brand comes in as one batch, is marked as simulated, and goes out without a trace."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from weilu.connectors.imports import actions as imports
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.simulator import actions
from weilu.connectors.imports.simulator.brand import Options
from weilu.core import clock
from weilu.core.directory.models import Community, Identity
from weilu.core.events import actions as events
from weilu.core.events import queries as log
from weilu.core.events import sequencer
from weilu.core.operators.access import Viewer

SMALL = Options(end=dt.date(2026, 3, 31), months=2, members=120, events=1_500)
EVERYTHING = Viewer.everything()


@pytest.fixture
def staged(transactional_db: None, warehouse: Any) -> Batch:
    return actions.stage(SMALL, EVERYTHING)


def test_the_sample_brand_is_one_batch_whose_communities_are_marked(staged: Batch) -> None:
    assert staged.state == State.DONE
    assert staged.format == "demo"
    assert staged.communities == 8
    assert staged.events == len(log.read(0, 10_000))
    assert all(community.simulated for community in Community.objects.all())


def test_undoing_it_leaves_the_note_of_it_but_no_community_and_no_member(staged: Batch) -> None:
    imports.undo(staged, EVERYTHING)
    assert [row.kind for row in log.read(0, 10_000)] == ["log.retracted"]
    assert not Community.objects.exists()
    assert not Identity.objects.exists()


def test_a_second_one_is_refused_until_the_first_is_undone(staged: Batch) -> None:
    with pytest.raises(actions.AlreadyPlayed):
        actions.stage(SMALL, EVERYTHING)
    imports.undo(staged, EVERYTHING)
    assert actions.stage(SMALL, EVERYTHING).events == staged.events


def test_a_play_cut_short_is_marked_from_its_first_moment_and_is_played_again_from_the_beginning(
    transactional_db: None, warehouse: Any, ada: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(played: int) -> None:
        sequencer.drain()
        assert Community.objects.exists()
        assert all(community.simulated for community in Community.objects.all())
        assert not actions.interrupted()
        with pytest.raises(actions.AlreadyPlayed):
            actions.stage(SMALL, EVERYTHING)
        raise KeyboardInterrupt

    monkeypatch.setattr(events, "FRAME", 100)
    with pytest.raises(KeyboardInterrupt):
        actions.stage(SMALL, EVERYTHING, cut_short)
    dead = Batch.objects.get()
    assert dead.state == State.RUNNING
    assert actions.interrupted()
    _offers_only_undo(dead, client_of(ada))
    whole = actions.stage(SMALL, EVERYTHING)
    assert not actions.interrupted()
    dead.refresh_from_db()
    assert (dead.state, whole.state) == (State.UNDONE, State.DONE)
    assert [row.batch for row in log.read(0, 10_000) if row.batch] == [whole.pk] * whole.events


def _offers_only_undo(dead: Batch, browser: Any) -> None:
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        page = browser.get(f"/imports/{dead.pk}").content.decode()
    assert f"/imports/{dead.pk}/undo" in page
    assert f"/imports/{dead.pk}/confirm" not in page
    assert browser.post(f"/imports/{dead.pk}/confirm").status_code == 409


def test_the_command_prints_what_came_in(transactional_db: None, warehouse: Any) -> None:
    import typer

    from weilu.app.commands.demo import register

    app = typer.Typer()
    register(app)
    asked = ["--end", "2026-03-31", "--months", "2", "--members", "120", "--events", "1500", "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.output)
    assert told["communities"] == 8
    assert told["events"] == told["rows"] > 1_000
    assert told["first"] >= "2026-01-31T16:00:00Z"
    assert told["last"] < "2026-03-31T16:00:00Z"
