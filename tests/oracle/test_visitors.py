"""Whoever comes by: over the whole brand the product and DuckDB count members only, unless visitors are asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.logs import BEGIN, COMMUNITIES, HOUR, SHOP, Log, fill, logs, with_visitors
from tests.oracle.test_generated import EVERYTHING, question, spans, thorough
from weilu.core import metrics
from weilu.core.directory.models import Community
from weilu.core.warehouse import questions
from weilu.core.warehouse.measures import exact

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVERYWHERE = (*COMMUNITIES, SHOP)
visits = st.lists(
    st.tuples(
        st.sampled_from(("page.viewed", "order.paid")),
        st.integers(0, 24 * 24 * 2).map(lambda half: BEGIN + half * HOUR // 2),
        st.integers(20, 24),
        st.sampled_from((None, 199)),
    ),
    max_size=25,
)


@st.composite
def visited(draw: st.DrawFn) -> Log:
    log, shop = draw(logs()), draw(visits)
    positions = st.integers(1, len(log.rows) + len(shop) + 1)
    return with_visitors(log, shop, draw(positions), draw(positions))


@pytest.fixture
def brand(store):
    Community.objects.create(
        pk=SHOP,
        platform="sdk:shop",
        outside="sdk:shop",
        name="Shop",
        created_at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC),
    )
    return store


def anywhere(span: Span, **rest: object) -> dict[str, object]:
    """The question without communities: over all of the brand."""
    asked = question(span, **rest)
    del asked["communities"]
    return asked


@thorough
@given(log=visited(), span=spans, then=st.none() | st.integers(1, 40))
def test_every_figure_of_the_brand_is_one_of_members(brand, log: Log, span: Span, then: int | None):
    fill(brand, log)
    span = replace(span, communities=EVERYWHERE, known=then)
    known = {} if then is None else {"known": then}
    for visitors in (False, True):
        oracle = Oracle(log, then, visitors=visitors)
        oracle.over(span)
        wish = {"visitors": True} if visitors else {}
        asked = [anywhere(span, kind="trend", metric=name, by=span.by, **wish, **known) for name in VALUES]
        for name, answer in zip(VALUES, questions.ask_many(asked, EVERYTHING), strict=True):
            assert [row[-1] for row in answer.rows] == pytest.approx(oracle.values(name)), (name, visitors)
        cells = questions.ask(
            anywhere(span, kind="heatmap", metric="active_members", **wish, **known), EVERYTHING
        )
        told = {(day, hour): value for day, hour, value in cells.rows if value}
        assert told == oracle.heatmap(span, "interaction", "members")


@thorough
@given(log=visited(), span=spans)
def test_naming_the_source_asks_for_its_visitors(brand, log: Log, span: Span):
    fill(brand, log)
    for places in ((SHOP,), EVERYWHERE):
        span = replace(span, communities=places)
        oracle = Oracle(log)
        oracle.over(span)
        asked = [question(span, kind="trend", metric=name, by=span.by) for name in VALUES]
        for name, answer in zip(VALUES, questions.ask_many(asked, EVERYTHING), strict=True):
            assert [row[-1] for row in answer.rows] == pytest.approx(oracle.values(name)), (name, places)


@thorough
@given(log=visited(), span=spans)
def test_events_are_counted_whoever_did_them(brand, log: Log, span: Span):
    fill(brand, log)
    span = replace(span, communities=EVERYWHERE)
    oracle = Oracle(log)
    oracle.over(span)
    for measure in ("count", "members", "sum"):
        asked = anywhere(span, kind="trend", event="order.paid", measure=measure, by=span.by)
        assert dict(questions.ask(asked, EVERYTHING).rows) == oracle.asked("order.paid", measure)
    cohorts = anywhere(span, kind="retention", start="interaction", period=span.by, periods=3) | {
        "return": "interaction"
    }
    held = {
        (cohort, n): (size, back) for cohort, size, n, back in questions.ask(cohorts, EVERYTHING).rows if size
    }
    assert held == oracle.retention(span, "interaction", "interaction", 3, every=False)


@thorough
@given(log=visited(), span=spans, breakdown=st.sampled_from((None, "community")))
def test_behind_a_figure_of_the_brand_stand_its_members(brand, log: Log, span: Span, breakdown: str | None):
    fill(brand, log)
    visitors = set(log.anonymous_at(None)) & {20} | ({22} if 22 in log.anonymous_at(None) else set())
    for metric in (one for one in metrics.all_metrics() if one.behind == "people" and exact(one.measure)):
        asked = anywhere(span, kind="trend", metric=metric.slug, by="period")
        if breakdown:
            asked["breakdown"] = breakdown
        answer = questions.ask(asked, EVERYTHING)
        for row in answer.rows:
            point = dict(zip(answer.columns[:-1], row, strict=False))
            found = questions.behind({**asked, "point": point}, EVERYTHING)
            assert found.total == row[-1], (metric.slug, point)
            assert not visitors & set(found.ids), metric.slug
