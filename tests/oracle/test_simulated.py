"""The same equality over three months of the sample brand: joins, leaves, replies, bots, two platforms."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.logs import Log, fill
from weilu.connectors.imports.simulator import actions as simulator
from weilu.connectors.imports.simulator.brand import ZONE, Options
from weilu.connectors.imports.simulator.generate import play
from weilu.core import clock
from weilu.core.directory.models import Brand, Community, Identity
from weilu.core.events import queries as log_queries
from weilu.core.events.kinds import interactions
from weilu.core.events.rows import Row
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.members import conclude, weigh
from weilu.members.rules.lifecycle import Thresholds
from weilu.members.tests.plain import plainly

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


@pytest.mark.once
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


STATES = ("active", "returning", "new", "dormant", "churned")
TIERS = ("kol", "koc", "participant", "lurker")
DAYS = [dt.date(2026, 1, 12) + dt.timedelta(days=n) for n in range(42)]
Life = tuple[list[int], list[int], list[int]]


def lives() -> dict[int, dict[int, Life]]:
    """Joins, leaves and interactions (seconds) of each member of each community, straight from the log."""
    bots = set(Identity.objects.filter(bot=True).values_list("pk", flat=True))
    found: dict[int, dict[int, Life]] = {}
    for row in log_queries.read(0, 100_000):
        if not row.community or not row.identity or row.identity in bots:
            continue
        life = found.setdefault(row.community, {}).setdefault(row.identity, ([], [], []))
        at = row.happened // 1000
        if row.kind == "member.joined":
            life[0].append(at)
        elif row.kind == "member.left":
            life[1].append(at)
        if row.kind in interactions():
            life[2].append(at)
    return found


def test_the_sizes_of_states_equal_a_reference_that_walks_the_events(warehouse, own_home, transactional_db):
    with clock.frozen(dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)):
        Brand.objects.create(name="Tea", timezone="Asia/Shanghai")
        simulator.stage(BRAND, EVERYTHING)
        warehouse.loaded()
        while conclude.run_once():
            pass
        weigh.run_once()
        told = {one: sizes_of(one) for one in Community.objects.values_list("pk", flat=True)}
        for community, people in lives().items():
            for place, day in enumerate(DAYS):
                now = int(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZONE).timestamp()) - 1
                states = Counter(plainly(*life, Thresholds(), now) for life in people.values())
                assert {one: told[community][f"state_{one}"][place] for one in STATES} == {
                    one: states[one] for one in STATES
                }, (community, day)
                if day.weekday() == 0:
                    pyramid_stands([told[community][f"tier_{one}"][place] for one in TIERS])


def pyramid_stands(sizes: list[int]) -> None:
    """On the day of the weighing: shares round up, and whoever scores anything stands as high as there is room."""
    top, room = sum(sizes[:3]), [-(-sum(sizes) * share // 100) for share in (1, 9, 20)]
    for size, most in zip(sizes[:3], room, strict=True):
        assert size == min(most, top), sizes
        top -= size


def sizes_of(community: int) -> dict[str, list[int]]:
    """By metric: its value at the end of each of the days."""
    names = [*(f"state_{one}" for one in STATES), *(f"tier_{one}" for one in TIERS)]
    asked = {"kind": "trend", "communities": [community], "from": str(DAYS[0]), "to": str(DAYS[-1]), "by": "day",
             "timezone": "Asia/Shanghai"}  # fmt: skip
    answers = questions.ask_many([{**asked, "metric": name} for name in names], EVERYTHING)
    return {name: [row[-1] for row in answer.rows] for name, answer in zip(names, answers, strict=True)}
