"""The same equality over three months of the sample brand: joins, leaves, replies, bots, two platforms."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.logs import Log, fill
from weilu.connectors.imports.simulator.brand import Options
from weilu.connectors.imports.simulator.generate import play
from weilu.core.directory.models import Community
from weilu.core.events.rows import Row
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

pytestmark = pytest.mark.django_db
BRAND = Options(end=dt.date(2026, 3, 1), members=300, events=6_000, months=3)
EVERYTHING = Viewer.everything()


def brand() -> Log:
    """Its events as rows of the log: accounts and communities numbered as they come."""
    accounts: dict[tuple[str, str], int] = {}
    places: dict[str, int] = {}
    persons: dict[int, int] = {}
    rows = []
    for position, one in enumerate((one for one in play(BRAND) if one.actor and one.community), 1):
        assert one.actor
        assert one.community
        who = accounts.setdefault((one.actor.platform, one.actor.outside), len(accounts) + 1)
        persons.setdefault(who, 0 if one.actor.bot else who)
        where = places.setdefault(one.community.outside, len(places) + 1)
        rows.append(Row(position, one.kind, 1, one.happened, one.happened, who, where, 0, one.subject, one.about, 0, (),
                        one.source, 1, False, one.value, ""))  # fmt: skip
    return Log(tuple(rows), persons)


@pytest.mark.parametrize(("by", "which"), [("day", (1, 2, 3)), ("week", None)])
def test_the_sample_brands_figures_equal_duckdbs(warehouse, db, by: str, which: tuple[int, ...] | None):
    log = brand()
    communities = which or tuple(sorted({row.community for row in log.rows}))
    for pk in sorted({row.community for row in log.rows}):
        Community.objects.create(
            pk=pk, platform="test", outside=str(pk), created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        )
    fill(warehouse, log)
    span = Span(dt.date(2026, 1, 10), dt.date(2026, 2, 20), by, "Asia/Shanghai", communities)
    oracle = Oracle(log)
    oracle.over(span)
    asked = {
        "communities": list(communities),
        "from": str(span.first),
        "to": str(span.last),
        "timezone": span.timezone,
    }

    trends = [{**asked, "kind": "trend", "metric": name, "by": by} for name in VALUES]
    for name, answer in zip(VALUES, questions.ask_many(trends, EVERYTHING), strict=True):
        assert [line[-1] for line in answer.rows] == pytest.approx(oracle.values(name)), name
    cells = questions.ask({**asked, "kind": "heatmap", "event": "message.sent"}, EVERYTHING).rows
    assert {(day, hour): n for day, hour, n in cells if n} == oracle.heatmap(span)
    for start, comeback in (("member.joined", "interaction"), ("message.sent", "message.sent")):
        cohorts = {
            **asked,
            "kind": "retention",
            "start": start,
            "return": comeback,
            "period": by,
            "periods": 5,
        }
        told = {
            (cohort, period): (size, n)
            for cohort, size, period, n in questions.ask(cohorts, EVERYTHING).rows
            if size
        }
        assert told == oracle.retention(span, start, comeback, 5, every=False)
