"""An import from preview to undo: what it adds, what it never adds twice, and that nothing is left of it afterwards."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weilu.connectors.imports import actions, queries
from weilu.connectors.imports.actions import running
from weilu.connectors.imports.actions.moves import alone
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import MOVES, Batch, State
from weilu.connectors.imports.tests.exports import discord_csv, said, telegram, write
from weilu.core import clock
from weilu.core.decisions.models import Decision
from weilu.core.directory.models import Community, Identity
from weilu.core.errors import Conflict
from weilu.core.events import queries as log
from weilu.core.events.incoming import Incoming
from weilu.core.operators.access import Viewer, viewer_of

pytestmark = pytest.mark.django_db
EVERYTHING = Viewer.everything()


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    return own_home


def preview(path: Path, format_name: str = "telegram", **options: Any) -> Batch:
    return actions.read(actions.open_path(path, format_name, {**BLANK, **options}, EVERYTHING))


def bring(path: Path, format_name: str = "telegram", **options: Any) -> Batch:
    """Previewed, confirmed and run, as far as the log; what pages show of it is the warehouse's promise."""
    return actions.run(actions.confirm(preview(path, format_name, **options), EVERYTHING), visible=0)


def undo(batch: Batch, viewer: Viewer = EVERYTHING) -> Batch:
    return actions.undo(batch, viewer, visible=0)


def export(path: Path, *numbers: int) -> Path:
    people = ("Ada", "Bea", "Cai")
    return write(
        path, telegram(*(said(number, people[number % 3], f"message {number}") for number in numbers))
    )


def logged() -> list[tuple[int, int, str]]:
    """What the log says happened, whatever its positions."""
    rows = [row for row in log.read(0, 10_000) if row.batch]
    names = dict(Identity.objects.values_list("pk", "outside"))
    return sorted((row.happened, row.subject, names[row.identity]) for row in rows)


def test_a_preview_writes_nothing_and_tells_all(tmp_path: Path) -> None:
    body = telegram(said(1, "Ada", "a"), said(2, "Bea", "b"), {"id": 3, "type": "message", "date": "never"})
    batch = preview(write(tmp_path / "result.json", body))
    assert log.head() == 0
    assert batch.state == State.PREVIEWED
    found = batch.survey
    assert (found["rows"], found["events"], found["duplicates"], found["rejected"], found["members"]) == (
        3,
        2,
        0,
        1,
        2,
    )
    assert found["communities"] == [
        {"platform": "telegram", "outside": "-1001700000001", "name": "Hearth", "events": 2}
    ]
    assert (found["first_ms"], found["last_ms"]) == (1709294460000, 1709294520000)
    rows = batch.rejected_file.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "file,line,reason,row"
    assert rows[1].startswith("result.json,1,the date cannot be read: never,")


def test_an_import_comes_in_and_says_what_it_did(tmp_path: Path) -> None:
    batch = bring(export(tmp_path / "result.json", 1, 2, 3, 4))
    summary = queries.summary(batch)
    assert {**summary, "seconds": 0} == {
        "batch": batch.pk, "rows": 4, "events": 4, "duplicates": 0, "rejected": 0, "members": 3, "communities": 1,
        "first": "2024-03-01T12:01:00Z", "last": "2024-03-01T12:04:00Z", "seconds": 0,
    }  # fmt: skip
    assert batch.state == State.DONE
    assert Decision.objects.get(pk=batch.decision).kind == "import.confirmed"
    assert [row.live for row in log.read(0, 10)] == [0] * 4


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    bring(export(tmp_path / "result.json", 1, 2, 3))
    again = preview(export(tmp_path / "copy.json", 1, 2, 3))
    assert again.survey["duplicates"] == 3
    actions.run(actions.confirm(again, EVERYTHING), visible=0)
    assert (again.events, again.duplicates) == (0, 3)
    assert log.head() == 3


def test_two_equal_messages_come_in_as_two(tmp_path: Path) -> None:
    row = ("11", "Ada#1", "26-May-18 07:42 PM", "same")
    path = write(tmp_path / "a.csv", discord_csv(row, row))
    assert bring(path, "discord").events == 2
    assert bring(path, "discord").events == 0


def test_overlapping_exports_merge_and_undoing_one_leaves_the_other_whole(tmp_path: Path) -> None:
    first = bring(export(tmp_path / "a.json", 1, 2, 3))
    second = bring(export(tmp_path / "b.json", 3, 4))
    assert (second.events, second.duplicates) == (1, 1)
    undo(first)
    alone = logged()
    undo(second)
    assert logged() == []
    bring(export(tmp_path / "c.json", 3, 4))
    assert logged() == alone


def test_undo_leaves_nobody_and_no_place_behind_and_takes_the_decision_back(tmp_path: Path, ada: Any) -> None:
    before = (Identity.objects.count(), Community.objects.count())
    batch = bring(export(tmp_path / "result.json", 1, 2, 3))
    undo(batch, viewer_of(ada))
    assert (Identity.objects.count(), Community.objects.count()) == before
    assert logged() == []
    assert not batch.folder.exists()
    assert Decision.objects.get(undoes=batch.decision).by == ada.pk
    assert bring(export(tmp_path / "result.json", 1, 2, 3)).events == 3


def test_an_interrupted_import_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path / "result.json", *range(1, 40))
    batch = actions.confirm(preview(path), EVERYTHING)

    append = running.log.append

    def dies_half_way(events: Iterator[Incoming], *, batch: int) -> int:
        append(list(islice(events, 20)), batch=batch)
        raise KeyboardInterrupt

    monkeypatch.setattr(running.log, "append", dies_half_way)
    with pytest.raises(KeyboardInterrupt):
        actions.run(batch, visible=0)
    monkeypatch.undo()
    batch.refresh_from_db()
    assert batch.state == State.RUNNING
    taken_up = actions.open_path(path, "telegram", dict(BLANK), EVERYTHING)
    assert taken_up.pk == batch.pk
    actions.run(taken_up, visible=0)
    assert (taken_up.events, taken_up.duplicates, log.head()) == (39, 0, 39)


def test_one_that_died_can_be_undone_at_once_but_not_while_somebody_is_at_it(tmp_path: Path) -> None:
    batch = actions.confirm(preview(export(tmp_path / "result.json", 1, 2)), EVERYTHING)
    with pytest.raises(Conflict):
        undo(batch)  # it waits for a worker
    Batch.objects.update(state=State.RUNNING, started_at=clock.now())
    batch.refresh_from_db()
    with alone(batch):
        for act in (undo, lambda b: actions.confirm(b, EVERYTHING), lambda b: actions.run(b, visible=0)):
            with pytest.raises(Conflict, match="Another process"):
                act(batch)
    assert undo(batch).state == State.UNDONE


def test_one_that_waits_for_a_worker_for_ever_can_be_taken_back(tmp_path: Path) -> None:
    batch = actions.confirm(preview(export(tmp_path / "result.json", 1, 2)), EVERYTHING)
    with clock.frozen(clock.now() + dt.timedelta(minutes=5)):
        assert undo(batch).state == State.UNDONE


def test_a_move_that_is_not_in_the_table_is_refused(tmp_path: Path) -> None:
    batch = bring(export(tmp_path / "result.json", 1))
    for act in (actions.read, lambda b: actions.confirm(b, EVERYTHING), lambda b: actions.run(b, visible=0)):
        with pytest.raises(Conflict):
            act(batch)
    assert MOVES[State.UNDONE] == frozenset()
    undo(batch)
    with pytest.raises(Conflict):
        undo(batch)


def test_of_two_who_confirm_at_once_one_is_refused(tmp_path: Path) -> None:
    mine = preview(export(tmp_path / "result.json", 1))
    theirs = Batch.objects.get(pk=mine.pk)
    actions.confirm(mine, EVERYTHING)
    with pytest.raises(Conflict):
        actions.confirm(theirs, EVERYTHING)


def test_a_file_that_waited_is_read_anew_with_other_choices(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", discord_csv(("11", "Ada#1", "26-May-18 07:42 PM", "x")))
    batch = preview(path, "discord")
    before = batch.survey["first_ms"]
    actions.read(actions.change(batch, {"timezone": "Asia/Shanghai"}))
    assert before - batch.survey["first_ms"] == 8 * 3_600_000


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 24), st.integers(0, 23))
def test_neither_order_nor_overlap_nor_cutting_changes_what_the_log_holds(
    tmp_path: Path, seed: int, cut: int, overlap: int
) -> None:
    chance = random.Random(seed)
    rows = [said(number, chance.choice(("Ada", "Bea", "Cai")), f"m{number}") for number in range(24)]
    pieces = [rows[: cut + overlap], rows[cut:] or rows[-1:]]
    chance.shuffle(pieces)
    batches = [
        bring(write(tmp_path / f"{seed}-{n}.json", telegram(*piece))) for n, piece in enumerate(pieces)
    ]
    apart = logged()
    assert len(apart) == 24
    assert sum(batch.events for batch in batches) == 24
    for batch in batches:
        undo(batch)
    assert logged() == []
    whole = bring(write(tmp_path / f"{seed}.json", json.dumps(telegram(*rows), indent=2)))
    assert logged() == apart
    undo(whole)
