"""The same equality over a real server's history, read by a plain CSV reader of the test's own."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.logs import Log, fill, row
from weilu.core.directory.models import Community
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord-csv"
FIRST, LAST = dt.date(2018, 4, 1), dt.date(2018, 7, 31)
UNKNOWN = {
    "joins", "leaves", "reply_rate", "first_reply", "members", "silent_share", "interaction_rate", "participation_rate",
    "paid_conversion",
}  # fmt: skip
NAMES = tuple(name for name in VALUES if name not in UNKNOWN)
"""No joining, leaving or answering is known there; members are compared on their own below."""

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.given,
    pytest.mark.skipif(
        not FOLDER.exists(),
        reason="the real data does not stand beside the project (../shared/data/discord-csv)",
    ),
]


@pytest.fixture
def server(warehouse, db) -> tuple[Log, int]:
    """The whole server as a log; every fortieth account is taken for a bot, to have some."""
    identities: dict[str, int] = {}
    rows = []
    files = sorted(FOLDER.rglob("*.csv"))
    for community, path in enumerate(files, 1):
        Community.objects.create(
            pk=community,
            platform="test",
            outside=str(community),
            created_at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC),
        )
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file, delimiter=";"):
                identity = identities.setdefault(line["AuthorID"], len(identities) + 1)
                moment = dt.datetime.strptime(line["Date"], "%d-%b-%y %I:%M %p").replace(tzinfo=dt.UTC)
                rows.append(
                    row(len(rows) + 1, "message.sent", int(moment.timestamp()) * 1000, identity, community)
                )
    log = Log(tuple(rows), {one: 0 if one % 40 == 0 else one for one in identities.values()})
    fill(warehouse, log)
    return log, len(files)


@pytest.mark.parametrize(
    ("by", "timezone"), [("day", "Europe/Berlin"), ("week", "Asia/Shanghai"), ("month", "UTC")]
)
def test_a_real_servers_figures_equal_duckdbs(server: tuple[Log, int], by: str, timezone: str):
    log, communities = server
    span = Span(FIRST, LAST, by, timezone, tuple(range(1, communities + 1)))
    oracle = Oracle(log)
    oracle.over(span)
    asked = {"from": str(FIRST), "to": str(LAST), "timezone": timezone}

    trends = [{**asked, "kind": "trend", "metric": name, "by": by} for name in NAMES]
    for name, answer in zip(NAMES, questions.ask_many(trends, Viewer.everything()), strict=True):
        assert [line[-1] for line in answer.rows] == pytest.approx(oracle.values(name)), name
    members = questions.ask(
        {**asked, "kind": "trend", "metric": "members", "by": by}, Viewer.everything()
    ).rows
    assert [value for _, value in members] == [value for (value,) in oracle.db.execute(
        "SELECT (SELECT count(DISTINCT person) FROM e WHERE person != 0 AND day <= b.last) FROM b ORDER BY label").fetchall()]  # fmt: skip

    cells = questions.ask({**asked, "kind": "heatmap", "event": "message.sent"}, Viewer.everything()).rows
    assert {(day, hour): n for day, hour, n in cells if n} == oracle.heatmap(span)
    for every in (False, True):
        cohorts = {
            **asked,
            "kind": "retention",
            "start": "message.sent",
            "return": "message.sent",
            "period": by,
            "periods": 8,
        }
        told = questions.ask({**cohorts, "every": every}, Viewer.everything()).rows
        held = {(cohort, period): (size, n) for cohort, size, period, n in told if size}
        assert held == oracle.retention(span, "message.sent", "message.sent", 8, every)
