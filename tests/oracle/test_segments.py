"""Whatever the log and the rule: the store finds the members that plain Python finds."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.logs import BEGIN, COMMUNITIES, Log, fill
from tests.oracle.plain import Plain, names
from tests.oracle.rules import rules, valued_logs
from weilu.core.directory.models import Community, Member
from weilu.core.events.kinds import interactions
from weilu.core.operators.access import Viewer
from weilu.core.segments.people import Apart
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.check import check
from weilu.core.warehouse.compile import lifecycle, segments
from weilu.core.warehouse.compile.among import Few
from weilu.core.warehouse.compile.source import Bound
from weilu.core.warehouse.question import Refused, parse

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EXAMPLES = int(os.environ.get("WEILU_EXAMPLES", "20"))
PHASES = (Phase.explicit, Phase.generate, *((Phase.shrink,) if "WEILU_SHRINK" in os.environ else ()))
EVERYTHING = Viewer.everything()
DAY_0 = dt.datetime.fromtimestamp(BEGIN / 1000, dt.UTC).date()
OWN = ("value", "source")
thorough = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, phases=PHASES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture
def store(warehouse, db):
    at = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)
    for pk in COMMUNITIES:
        Community.objects.create(pk=pk, platform="test", outside=f"c{pk}", name=f"C{pk}", created_at=at)
    for pk in range(1, 8):
        Member.objects.create(pk=pk, name=f"M{pk}", created_at=at)
    return warehouse


@thorough
@given(
    log=valued_logs(),
    asked=st.lists(rules, min_size=3, max_size=6),
    communities=st.sets(st.sampled_from(COMMUNITIES), min_size=1),
    day=st.integers(0, 11),
    known=st.one_of(st.none(), st.none(), st.integers(1, 50)),
    some=st.sets(st.integers(1, 7), min_size=1, max_size=4),
)
def test_the_members_of_every_segment_are_those_that_plain_python_finds(
    store,
    log: Log,
    asked: list[dict[str, Any]],
    communities: set[int],
    day: int,
    known: int | None,
    some: set[int],
):
    fill(store, log)
    as_of = DAY_0 + dt.timedelta(days=day)
    moment = BEGIN + (day + 1) * 86_400_000
    plain = Plain(log, tuple(sorted(communities)), moment, known)
    span: dict[str, Any] = {"communities": sorted(communities), "timezone": "UTC", "as_of": str(as_of)}
    span |= {} if known is None else {"known": known}
    together = []
    for rule in asked:
        question = {"kind": "segment", "rule": rule, **span}
        if not carried(log, rule, communities):
            with pytest.raises(Refused):
                questions.ask(question, EVERYTHING)
            continue
        found = plain.members(rule)
        told = [row[0] for row in questions.ask({**question, "people": True}, EVERYTHING).rows]
        assert told == sorted(found), rule
        assert questions.ask(question, EVERYTHING).rows == [(len(found),)], rule
        together.append((question, found))
    if together:
        expected = {
            person: which
            for person in plain.everybody()
            if (which := [n for n, (_, found) in enumerate(together, 1) if person in found])
        }
        assert judged([question for question, _ in together]) == expected
        few = {person: which for person, which in expected.items() if person in some}
        assert judged([question for question, _ in together], some) == few


def carried(log: Log, rule: Any, communities: set[int]) -> bool:
    """Whether every property in the rule was ever seen with its event."""
    return all(
        name in OWN
        or any(
            name in json.loads(row.properties or "{}")
            for row in log.rows
            if row.community in communities and _of(row.kind, event)
        )
        for event, name in names(rule)
    )


def _of(kind: str, event: str) -> bool:
    return event in ("*", kind) or (event == "interaction" and kind in interactions())


def judged(asked: list[dict[str, Any]], some: set[int] | None = None) -> dict[int, list[int]]:
    """All of them from one reading, of some people where they are given; whoever answers to none is left out."""
    checked = [check(parse(one), EVERYTHING) for one in asked]
    frame, bound = checked[0].frame, Bound()
    if some is not None:
        owned = client.query(*lifecycle.identities_of(some)).column("identity").to_pylist()
        frame = replace(frame, among=Few(tuple(some), tuple(owned)))
    apart = [Apart(one.rule, one.frame) for one in checked if one.rule is not None]
    table = client.query(segments.judged(apart, frame, bound), bound.params)
    found = zip(table.column("person").to_pylist(), table.column("found").to_pylist(), strict=True)
    return {person: which for person, which in found if which}
