"""Messages that a bridge bot repeats belong to the person behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from weilu.connectors.imports import actions, queries
from weilu.connectors.imports.contract import Tally
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import Batch
from weilu.connectors.imports.tests.exports import discord_csv, write
from weilu.core.events.incoming import Incoming
from weilu.core.operators.access import Viewer

DATE = "26-May-18 07:42 PM"
BRIDGED = [
    ("9", "Gateway#3763", DATE, "[telegram] <Zoe> hello"),
    ("9", "Gateway#3763", DATE, "[matrix] <Zoe> [telegram] <no> nested"),
    ("9", "Gateway#3763", DATE, "Bridge is up"),
    ("2", "Bea#0001", DATE, "[telegram] <Zoe> hello"),
    ("2", "Bea#0001", DATE, "look what Zoe said"),
    ("2", "Bea#0001", DATE, "and this"),
]


def previewed(tmp_path: Path, *rows: tuple[str, str, str, str], **options: object) -> Batch:
    path = write(tmp_path / "a.csv", discord_csv(*rows))
    return actions.read(actions.open_path(path, "discord", {**BLANK, **options}, Viewer.everything()))


def told(batch: Batch) -> list[tuple[str, str, bool]]:
    events = [item for item in queries.feed(batch, Tally()) if isinstance(item, Incoming)]
    return [(event.actor.platform, event.actor.outside, event.actor.bot) for event in events if event.actor]


@pytest.mark.django_db
def test_the_person_behind_the_bot_speaks_and_a_quote_stays_with_who_quotes(
    tmp_path: Path, own_home: Path
) -> None:
    batch = previewed(tmp_path, *BRIDGED)
    assert told(batch) == [
        ("telegram-bridge", "Zoe", False),
        ("matrix-bridge", "Zoe", False),
        ("discord", "9", True),
        ("discord", "2", False),
        ("discord", "2", False),
        ("discord", "2", False),
    ]
    texts = [item.text for item in queries.feed(batch, Tally()) if isinstance(item, Incoming)]
    assert texts[:4] == ["hello", "[telegram] <no> nested", "Bridge is up", "[telegram] <Zoe> hello"]


@pytest.mark.django_db
def test_the_preview_shows_the_rule_with_counts_and_the_switch_turns_it_off(
    tmp_path: Path, own_home: Path
) -> None:
    batch = previewed(tmp_path, *BRIDGED)
    assert batch.survey["bridges"] == {
        "discord/9": {"total": 3, "bridged": 2, "people": 2, "tags": {"telegram": 1, "matrix": 1}}
    }
    assert queries.members_of(batch) == 3
    followed = [item.key for item in queries.feed(batch, Tally()) if isinstance(item, Incoming)]
    actions.switch_bridge(batch, False)
    assert queries.members_of(batch) == 2
    assert {platform for platform, _outside, _bot in told(batch)} == {"discord"}
    assert [item.key for item in queries.feed(batch, Tally()) if isinstance(item, Incoming)] == followed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "is_bridge"),
    [
        ([("7", "relaybot#1", DATE, "[irc] <a> x")], True),
        ([("7", "Quiet#1", DATE, "[irc] <a> x"), ("7", "Quiet#1", DATE, "[irc] <b> y")], True),
        ([("7", "Quiet#1", DATE, "[irc] <a> x")], False),
        (
            [
                ("7", "Quiet#1", DATE, "[irc] <a> x"),
                *[("7", "Quiet#1", DATE, f"own words {n}") for n in range(9)],
            ],
            False,
        ),
        ([("7", "Gateway#1", DATE, "[not a bridge at all] <a> x")], False),
    ],
)
def test_an_account_is_a_bridge_by_what_it_writes(
    tmp_path: Path, own_home: Path, rows: list[tuple[str, str, str, str]], is_bridge: bool
) -> None:
    assert bool(previewed(tmp_path, *rows).survey["bridges"]) == is_bridge
