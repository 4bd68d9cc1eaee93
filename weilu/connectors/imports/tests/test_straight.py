"""An export that nobody looks at first is read once only, and comes in as if somebody had."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weilu.connectors.imports import actions, queries
from weilu.connectors.imports.actions import straight
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.tests.exports import discord_csv, said, telegram, write
from weilu.core.decisions.models import Decision
from weilu.core.directory.models import Community, Identity, Room
from weilu.core.errors import Conflict, WeiluError
from weilu.core.events import queries as log
from weilu.core.events import staging
from weilu.core.operators.access import Viewer
from weilu.core.operators.models import AuditEntry

pytestmark = pytest.mark.django_db
EVERYTHING = Viewer.everything()
DATE = "26-May-18 07:{:02} PM"
GATEWAY = ("9", "Gateway#3763")
BEA = ("2", "Bea#0001")


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    return own_home


@pytest.fixture(params=["kept back", "let through"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small export is kept back until its end; of a large one pieces are in the log before."""
    if request.param == "let through":
        let_through(monkeypatch)


def let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "KEPT_BACK", -1)
    monkeypatch.setattr(straight, "FRAME", 3)
    monkeypatch.setattr(staging, "GROUP", 2)


def opened(path: Path, format_name: str, **options: Any) -> Batch:
    return actions.open_path(path, format_name, {**BLANK, **options}, EVERYTHING)


def in_two_passes(path: Path, format_name: str, **options: Any) -> Batch:
    batch = actions.confirm(actions.read(opened(path, format_name, **options)), EVERYTHING)
    return actions.run(batch, visible=0)


def in_one_pass(path: Path, format_name: str, **options: Any) -> Batch:
    return actions.run(opened(path, format_name, **options), viewer=EVERYTHING, visible=0)


def dies(*_given: object) -> None:
    raise KeyboardInterrupt


def told(batch: Batch) -> dict[str, Any]:
    """All that is said of it, but for its number and how long it took."""
    rejected = batch.rejected_file.read_bytes() if batch.rejected_file.exists() else b""
    return {
        **queries.summary(batch), "batch": 0, "seconds": 0, "survey": batch.survey, "file": rejected,
        "evidence": Decision.objects.get(pk=batch.decision).evidence,
    }  # fmt: skip


def known() -> tuple[object, ...]:
    """Everything that log and directory hold, under outside names."""
    people = {one.pk: (one.platform, one.outside) for one in Identity.objects.all()}
    places = {one.pk: (one.platform, one.outside) for one in Community.objects.all()}
    rooms = {one.pk: one.outside for one in Room.objects.all()}
    rows = [row for row in log.read(0, 100_000) if row.batch]
    texts = log.texts([row.position for row in rows])
    return (
        [
            (
                row.kind, row.happened, row.subject, row.about, row.source, row.value, row.properties, row.live,
                people.get(row.identity), people.get(row.target), [people[one] for one in row.mentions],
                places.get(row.community), rooms.get(row.room), texts.get(row.position),
            )
            for row in rows
        ],
        sorted(Identity.objects.values_list("platform", "outside", "name", "bot")),
        sorted(Community.objects.values_list("platform", "outside", "name")),
        sorted(Room.objects.values_list("outside", "name")),
    )  # fmt: skip


def alike(path: Path, format_name: str, **options: Any) -> None:
    batch = in_two_passes(path, format_name, **options)
    wanted = told(batch), known()
    actions.undo(batch, EVERYTHING, visible=0)
    batch = in_one_pass(path, format_name, **options)
    assert (told(batch), known()) == wanted
    actions.undo(batch, EVERYTHING, visible=0)


def bridged(*lines: tuple[str, str, str]) -> str:
    return discord_csv(
        *((who, name, DATE.format(at % 60), text) for at, (who, name, text) in enumerate(lines))
    )


BRIDGES = {
    "a bridge that speaks for itself first": [
        (*GATEWAY, "Bridge is up"), *[(*BEA, f"hello {n}") for n in range(9)], (*GATEWAY, "[telegram] <Zoe> hello"),
        (*BEA, "[telegram] <Zoe> a quote"), *[(*BEA, f"and {n}") for n in range(9)],
    ],
    "a bridge that never speaks for itself": [
        *[(*BEA, f"hello {n}") for n in range(9)], *[(*GATEWAY, f"[telegram] <Zoe> hello {n}") for n in range(9)],
    ],
    "an account that turns out to be no bridge": [
        (*BEA, "[telegram] <Zoe> a quote"), *[(*BEA, f"and {n}") for n in range(9)],
    ],
    "a bridge by what it mostly writes": [
        *[("5", "Cai#1", f"nothing {n}") for n in range(6)], *[("5", "Cai#1", f"[irc] <Dov> {n}") for n in range(8)],
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", BRIDGES)
@pytest.mark.parametrize("follow", [True, False])
def test_bridged_messages_go_to_the_same_people(tmp_path: Path, large: None, case: str, follow: bool) -> None:
    alike(write(tmp_path / "a.csv", bridged(*BRIDGES[case])), "discord", bridge=follow)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_export_comes_in_as_if_it_had_been_looked_at(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    lines = []
    for number in range(chance.randrange(40)):
        who = chance.choice((GATEWAY, BEA, ("5", "Cai#1"), ("", "nobody"), ("7", "Herald bot")))
        begun = chance.choice(("[irc] <Dov> ", "[telegram] <Zoe> @Bea ", "", "", "", "[x] "))
        lines.append((*who, begun + chance.choice(("same", f"line {number}", "多谢"))))
    path = write(tmp_path / f"{seed}.csv", bridged(*lines))
    with monkeypatch.context() as patch:
        if chance.random() < 0.7:
            let_through(patch)
        alike(path, "discord")


BROKEN = json.dumps(telegram(*(said(n, ("Ada", "Bea", "Cai")[n % 3], f"m{n}") for n in range(1, 50))))[:-40]


def test_a_file_that_breaks_off_leaves_nothing_behind(tmp_path: Path, large: None) -> None:
    path = write(tmp_path / "result.json", BROKEN)
    batch = opened(path, "telegram")
    with pytest.raises(WeiluError, match="cut off"):
        actions.run(batch, viewer=EVERYTHING, visible=0)
    assert known() == ([], [], [], [])
    assert (batch.state, batch.started_at, batch.decision) == (State.FAILED, None, None)
    assert "cut off" in batch.error
    assert not AuditEntry.objects.exists()
    with pytest.raises(WeiluError):
        actions.read(opened(path, "telegram"))


def test_what_another_import_brought_stays_when_a_broken_file_is_taken_back(
    tmp_path: Path, large: None
) -> None:
    good = telegram(*(said(n, "Ada", f"m{n}") for n in range(1, 20)))
    in_one_pass(write(tmp_path / "good.json", good), "telegram")
    before = known()
    broken = json.dumps(telegram(*(said(n, "Ada", f"m{n}") for n in range(10, 50))))[:-40]
    with pytest.raises(WeiluError):
        in_one_pass(write(tmp_path / "broken.json", broken), "telegram")
    assert known() == before


def test_one_that_was_interrupted_is_read_again_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_through(monkeypatch)
    path = write(tmp_path / "a.csv", bridged(*BRIDGES["a bridge that speaks for itself first"]))
    publish = staging.Stage.publish
    monkeypatch.setattr(staging.Stage, "publish", dies)
    with pytest.raises(KeyboardInterrupt):
        in_one_pass(path, "discord")
    monkeypatch.setattr(staging.Stage, "publish", publish)
    batch = opened(path, "discord")
    assert (batch.state, batch.survey) == (State.RUNNING, {})
    batch = actions.run(batch, viewer=EVERYTHING, visible=0)
    assert (batch.events, batch.duplicates) == (21, 0)
    after = known()
    actions.undo(batch, EVERYTHING, visible=0)
    in_two_passes(path, "discord")
    assert known() == after


def test_whoever_starts_the_same_import_meanwhile_is_told_so_and_takes_nothing_away(
    tmp_path: Path, large: None
) -> None:
    path = write(tmp_path / "result.json", telegram(*(said(n, "Ada", f"m{n}") for n in range(1, 30))))
    refused = []

    def meanwhile(phase: str, done: int, of: int) -> None:
        with pytest.raises(Conflict, match="Another process"):
            in_one_pass(path, "telegram")
        refused.append(phase)

    batch = actions.run(opened(path, "telegram"), meanwhile, viewer=EVERYTHING, visible=0)
    assert {"write", "show"} <= {*refused}
    assert (batch.state, batch.events, len(known()[0])) == (State.DONE, 29, 29)
    assert Batch.objects.count() == 1


def test_one_that_finds_it_taken_over_leaves_the_log_alone(tmp_path: Path, large: None) -> None:
    path = write(tmp_path / "result.json", telegram(*(said(n, "Ada", f"m{n}") for n in range(1, 30))))
    batch = in_one_pass(path, "telegram")
    Batch.objects.update(state=State.RUNNING)

    def ended_by_another(phase: str, done: int, of: int) -> None:
        Batch.objects.update(state=State.DONE)
        raise OSError("the disk went away")

    batch.refresh_from_db()
    batch.survey = {}
    batch.save(update_fields=["survey"])
    with pytest.raises(Conflict):
        actions.run(batch, ended_by_another, visible=0)
    assert len(known()[0]) == 29


def test_one_that_dies_while_it_takes_a_broken_file_back_can_still_be_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_through(monkeypatch)
    path = write(tmp_path / "result.json", BROKEN)
    with monkeypatch.context() as patch:
        patch.setattr(straight.log, "retract_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            in_one_pass(path, "telegram")
    batch = Batch.objects.get()
    assert (batch.state, batch.started_at is None) == (State.FAILED, False)
    actions.undo(batch, EVERYTHING, visible=0)
    assert known() == ([], [], [], [])


def test_the_same_file_twice_adds_nothing(tmp_path: Path, large: None) -> None:
    path = write(
        tmp_path / "result.json", telegram(said(1, "Ada", "a"), said(2, "Bea", "b"), said(2, "Bea", "b"))
    )
    first, second = in_one_pass(path, "telegram"), in_one_pass(path, "telegram")
    assert (first.events, first.duplicates) == (2, 1)
    assert (second.events, second.duplicates, second.survey["duplicates"]) == (0, 3, 3)
