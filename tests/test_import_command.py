"""`weilu import`: what it prints, what it asks, and that its batch can be seen in the column store and undone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from django.utils import translation
from typer.testing import CliRunner

from weilu.app.commands import imports as command
from weilu.connectors.imports.models import Batch, State
from weilu.connectors.imports.tests.exports import discord_csv, said, telegram, write
from weilu.core.errors import WeiluError
from weilu.core.events import queries as log

pytestmark = pytest.mark.django_db
KEYS = [
    "batch",
    "rows",
    "events",
    "duplicates",
    "rejected",
    "members",
    "communities",
    "first",
    "last",
    "seconds",
]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def weilu(*words: str) -> str:
    """The command's output; an expected error rises as it does in `main`."""
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["import", *words])
    if isinstance(result.exception, WeiluError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def export(folder: Path) -> Path:
    return write(
        folder / "result.json", telegram(said(1, "Ada", "tea?"), said(2, "Bea", "yes", reply_to_message_id=1))
    )


def test_with_yes_and_json_it_prints_the_summary_and_nothing_else(tmp_path: Path, warehouse: Any) -> None:
    printed = json.loads(weilu("telegram", str(export(tmp_path)), "--yes", "--json"))
    assert list(printed) == KEYS
    assert {**printed, "batch": 0, "seconds": 0} == {
        "batch": 0, "rows": 2, "events": 2, "duplicates": 0, "rejected": 0, "members": 2, "communities": 1,
        "first": "2024-03-01T12:01:00Z", "last": "2024-03-01T12:02:00Z", "seconds": 0,
    }  # fmt: skip
    assert warehouse.rows("SELECT count() AS n FROM weilu.events WHERE batch > 0") == [(2,)]
    again = json.loads(weilu("telegram", str(export(tmp_path)), "--yes", "--json"))
    assert (again["events"], again["duplicates"]) == (0, 2)
    weilu("undo", str(again["batch"]), "--json")
    assert warehouse.rows("SELECT count() AS n FROM weilu.events WHERE batch > 0") == [(2,)]
    assert json.loads(weilu("undo", str(printed["batch"]), "--json"))["state"] == "undone"
    assert warehouse.rows("SELECT count() AS n FROM weilu.events WHERE batch > 0") == [(0,)]
    states = [(row["batch"], row["state"]) for row in json.loads(weilu("list", "--json"))]
    assert states == [(again["batch"], "undone"), (printed["batch"], "undone")]


def test_without_yes_it_only_shows_what_would_come(tmp_path: Path) -> None:
    shown = weilu("telegram", str(export(tmp_path)))
    assert "2 events, 0 of them known; 2 members, 1 communities; 0 rows rejected" in shown
    assert "--yes" in shown
    assert log.head() == 0
    assert json.loads(weilu("telegram", str(export(tmp_path)), "--json"))["preview"]["events"] == 2


def test_an_import_whose_process_died_can_be_undone(tmp_path: Path, warehouse: Any) -> None:
    printed = json.loads(weilu("telegram", str(export(tmp_path)), "--yes", "--json"))
    Batch.objects.update(state=State.RUNNING)
    assert json.loads(weilu("undo", str(printed["batch"]), "--json"))["state"] == "undone"
    assert [row for row in log.read(0, 10) if row.batch] == []


def test_choices_reach_the_reader(tmp_path: Path) -> None:
    path = write(tmp_path / "lounge.csv", discord_csv(("11", "Ada#1", "26-May-18 07:42 PM", "hi")))
    printed = json.loads(
        weilu("discord", str(path), "--community", "Tea", "--timezone", "Asia/Shanghai", "--json")
    )
    assert printed["preview"]["communities"][0]["name"] == "Tea"
    assert printed["preview"]["first_ms"] == 1527334920000
    table = write(tmp_path / "own.csv", "when,who\n2024-01-02 03:04,Ada\n")
    mapped = json.loads(weilu("csv", str(table), "--map", "time=when", "--map", "who=member", "--json"))
    assert mapped["preview"]["mapping"] == {"time": "when", "member": "who"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["telegram"], "Say which file"),
        (["telegram", "nowhere.json"], "nowhere.json"),
        (["undo", "soon"], "number"),
        (["undo", "4711"], "nothing here"),
        (["csv", "x", "--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (["csv", "x", "--dates", "ymd"], "dmy"),
        (["csv", "x", "--map", "a=b"], "FIELD=COLUMN"),
    ],
)
def test_a_wrong_word_is_answered_with_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(WeiluError, match=sentence):
        weilu(*words)


@pytest.mark.parametrize(
    ("tongue", "says"),
    [("en_US.UTF-8", "--language is zh or en."), ("C.UTF-8", "--language 只能是 zh 或 en。")],
)
def test_the_command_line_speaks_english_where_the_terminal_does(
    tongue: str, says: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "weilu.app", "report", "--community", "x", "--language", "fr"]
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "WEILU_"))}
    env = {**kept, "LANG": tongue, "WEILU_HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert says in done.stderr
