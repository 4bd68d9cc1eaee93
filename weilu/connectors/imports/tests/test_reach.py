"""Counts of public posts come in by a table of one's own: nobody's doing, each once, and out again exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.lively import day
from tests.fixtures.log import join
from weilu.connectors.imports import actions
from weilu.connectors.imports.forms import BLANK
from weilu.connectors.imports.models import Batch
from weilu.connectors.imports.queries import known_places
from weilu.connectors.imports.tests.exports import read, write
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.events.incoming import Place
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "examples" / "reach.csv"
HEADING = "time,community,channel,sort,value"
HEARTH = Place("telegram", "hearth", "Hearth")
EVERYTHING = Viewer.everything()


def table(tmp_path: Path, *rows: str, heading: str = HEADING) -> Path:
    return write(tmp_path / "own.csv", "\n".join([heading, *rows]) + "\n")


def test_a_row_is_a_count_of_nobody_in_the_community_that_is_called_so(tmp_path: Path) -> None:
    path = table(
        tmp_path, "2026-03-02,hearth,Little  Red Book,曝光,1200", "2026-03-02,Harbour,wechat,reads,0"
    )
    (shown, opened), rejected = read(path, places={"hearth": HEARTH})
    assert (shown.kind, shown.value, shown.actor, shown.room) == ("reach.counted", 1200, None, None)
    assert shown.properties == {"channel": "Little Red Book", "sort": "impressions"}
    assert shown.community == HEARTH
    assert shown.happened == clock.to_ms(clock.from_ms(day(2, 0)))
    assert opened.community == Place("custom", "Harbour", "Harbour")
    assert (opened.value, rejected) == (0, [])


def test_csv_and_jsonl_of_the_same_counts_are_the_same_events(tmp_path: Path) -> None:
    lines = [
        {"time": "2026-03-02", "community": "tea", "channel": "wechat", "kind": "reach", "sort": sort, "value": 7}
        for sort in ("impressions", "views", "clicks")
    ]  # fmt: skip
    rows = [f"2026-03-02,tea,wechat,{line['sort']},7" for line in lines]
    told = write(tmp_path / "own.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    events, _rejected = read(table(tmp_path, *rows))
    assert [event.key for event in events] == [event.key for event in read(told)[0]]
    assert len({event.key for event in events}) == 3, "two posts of one day and sort are two counts"


def test_a_corrected_file_adds_nothing_to_the_counts_that_are_there(tmp_path: Path) -> None:
    before = read(table(tmp_path, "2026-03-02,tea,wechat,reads,7"))[0]
    after = read(table(tmp_path, "2026-03-02,tea,wechat,reads,9"))[0]
    assert before[0].key == after[0].key


def test_rows_that_count_nothing_come_back_with_their_reason(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "2026-03-02,tea,wechat,reads,",
        "2026-03-02,tea,wechat,reads,-1",
        "2026-03-02,tea,wechat,reads,1.5",
        "2026-03-02,tea,wechat,likes,1",
        "2026-03-02,tea,,reads,1",
        "2026-03-02,,wechat,reads,1",
        "2026-03-02,twins,wechat,reads,1",
        f"2026-03-02,tea,{'x' * 61},reads,1",
        "2026-03-02,tea,wechat,,1",
        "2026-03-02,tea,wechat,reads,5",
    )
    events, rejected = read(path, places={"twins": None})
    assert [event.value for event in events] == [5]
    assert [row.reason for row in rejected] == [
        "the row counts nothing: its value is empty",
        "the value is below zero: -1",
        "the value is not a whole number: 1.5",
        "what was counted is not known: likes. “sort” is one of: impressions, reads, clicks",
        "the row names no channel",
        "the row names no community: add a column “community”, or say the name for the whole file",
        "several communities are called twins: write platform/id",
        f"the channel is longer than 60 characters: {'x' * 40}",
        "the row names no member",
    ]


def test_a_column_of_that_name_beside_messages_changes_nothing(tmp_path: Path) -> None:
    path = table(
        tmp_path, "2026-03-02,tea,wechat,reads,u1,hi", heading="time,community,channel,sort,member,text"
    )
    [event] = read(path)[0]
    assert (event.kind, event.text) == ("message.sent", "hi")


@pytest.mark.django_db
def test_places_are_known_by_name_and_id_and_twins_by_neither(hearth: Any) -> None:
    Community.objects.create(platform="qq", outside="7", name="Hearth", created_at=clock.now())
    found = known_places()
    assert found["hearth"] is None
    assert found["telegram/hearth"] == HEARTH
    assert found["qq/7"] == Place("qq", "7", "Hearth")


def brought(path: Path) -> Batch:
    """Previewed, confirmed and run."""
    seen = actions.read(actions.open_path(path, "csv", BLANK, EVERYTHING))
    return actions.run(actions.confirm(seen, EVERYTHING), visible=0)


def counted(metric: str, **more: Any) -> list[Any]:
    asked = {
        "kind": "trend",
        "metric": metric,
        "by": "period",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "timezone": "UTC",
    }
    return [row[-1] for row in questions.ask({**asked, **more}, EVERYTHING).rows]  # fmt: skip


def test_the_example_is_counted_by_hand_and_undo_takes_it_out_exactly(lively: Any, warehouse: Any) -> None:
    before = [counted(slug) for slug in ("members", "messages", "joins", "active_members")]
    batch = brought(EXAMPLE)
    warehouse.loaded()

    assert batch.survey["kinds"] == {"reach.counted": 7}
    assert batch.survey["members"] == 0
    assert [counted(slug) for slug in ("impressions", "reads", "public_clicks")] == [[3000], [200], [12]]
    assert counted("impressions", communities=["telegram/hearth"]) == [3000]
    assert counted("impressions", **{"from": "2026-03-09", "to": "2026-03-09"}) == [1000]
    by = {"kind": "trend", "event": "reach.counted", "measure": "sum", "where": {"sort": "reads"}, "by": "period",
          "breakdown": "property", "property": "channel", "from": "2026-03-01", "to": "2026-03-31", "timezone": "UTC"}  # fmt: skip
    assert [row[1:] for row in questions.ask(by, EVERYTHING).rows] == [("wechat", 60), ("xiaohongshu", 140)]
    asked = {"kind": "trend", "metric": "reads", "by": "period", "from": "2026-03-01", "to": "2026-03-31",
             "timezone": "UTC", "point": {"at": "2026-03-01"}}  # fmt: skip
    assert questions.behind(asked, EVERYTHING).total == 3
    assert [counted(slug) for slug in ("members", "messages", "joins", "active_members")] == before
    assert Community.objects.count() == 2, "no community was made for it"

    again = brought(EXAMPLE)
    warehouse.loaded()
    assert counted("impressions") == [3000]
    actions.undo(again, EVERYTHING, visible=0)
    warehouse.loaded()
    assert counted("impressions") == [3000], "the first still claims them"
    actions.undo(batch, EVERYTHING, visible=0)
    warehouse.loaded()
    assert [counted(slug) for slug in ("impressions", "reads", "public_clicks")] == [[0], [0], [0]]
    assert [counted(slug) for slug in ("members", "messages", "joins", "active_members")] == before


def test_who_came_back_on_day_7_is_counted_by_hand(lively: Any, play: Any, warehouse: Any) -> None:
    """All five joined on the 2nd: on the 9th Cai and Mei spoke. Who joins on the 15th has no day 7 yet on the 20th."""
    play([join("New", day(15), community=HEARTH, number="join-new")])
    warehouse.loaded()
    assert counted("back_on_day_7", communities=["telegram/hearth"]) == [2]
    assert counted("back_on_day_1", communities=["telegram/hearth"]) == [2]
    assert counted("back_on_day_30", communities=["telegram/hearth"]) == [0]
