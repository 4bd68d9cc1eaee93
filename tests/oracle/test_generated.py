"""Whatever the log: the product and DuckDB count alike, and behind every number stand as many members or events."""

from __future__ import annotations

import datetime as dt
import os
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle import pairs
from tests.oracle.duck import VALUES, Oracle, Span
from tests.oracle.logs import BEGIN, COMMUNITIES, ZONES, Log, fill, logs
from weilu.core import metrics
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.measures import Events, Sums, TopSpeakers, exact, parts
from weilu.core.warehouse.question import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EXAMPLES = int(os.environ.get("WEILU_EXAMPLES", "8"))
PHASES = (Phase.explicit, Phase.generate, *((Phase.shrink,) if "WEILU_SHRINK" in os.environ else ()))
"""Shrinking asks the store thousands of times; it is for whoever looks for the cause."""
EVERYTHING = Viewer.everything()
DAY_0 = dt.datetime.fromtimestamp(BEGIN / 1000, dt.UTC).date()
thorough = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, phases=PHASES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


spans = st.builds(
    lambda begin, days, by, timezone, communities: Span(
        DAY_0 + dt.timedelta(days=begin), DAY_0 + dt.timedelta(days=begin + days), by, timezone, tuple(sorted(communities))
    ),
    st.integers(-2, 12), st.integers(0, 16), st.sampled_from(("day", "day", "week", "month")), st.sampled_from(ZONES),
    st.sets(st.sampled_from(COMMUNITIES), min_size=1),
)  # fmt: skip
some_metrics = st.deferred(
    lambda: st.sets(st.sampled_from([one.slug for one in metrics.all_metrics()]), min_size=5, max_size=8)
)


def question(span: Span, **rest: object) -> dict[str, object]:
    return {
        "communities": list(span.communities),
        "from": str(span.first),
        "to": str(span.last),
        "timezone": span.timezone,
        **rest,
    }


@thorough
@given(log=logs(), span=spans)
def test_every_trend_equals_duckdbs(store, log: Log, span: Span):
    fill(store, log)
    oracle = Oracle(log)
    oracle.over(span)
    asked = [question(span, kind="trend", metric=name, by=span.by) for name in VALUES]

    whole = [{**one, "by": "period"} for one in asked]

    answers = questions.ask_many(
        [*asked, *whole], EVERYTHING
    )  # asked together, days are read once and put together

    for name, answer in zip(VALUES, answers, strict=False):
        assert [row[-1] for row in answer.rows] == pytest.approx(oracle.values(name)), name
    questions.forget()
    for one, together in zip(whole, answers[len(asked) :], strict=True):
        assert questions.ask(one, EVERYTHING).rows == [pytest.approx(row) for row in together.rows], one[
            "metric"
        ]


@thorough
@given(log=logs(), span=spans, every=st.booleans(), back=st.sampled_from(("message.sent", "interaction")))
def test_heat_map_and_retention_equal_duckdbs(store, log: Log, span: Span, every: bool, back: str):
    fill(store, log)
    oracle = Oracle(log)
    oracle.over(span)

    cells = questions.ask(question(span, kind="heatmap", event="message.sent"), EVERYTHING).rows
    assert {(day, hour): n for day, hour, n in cells if n} == oracle.heatmap(span)

    asked = question(span, kind="retention", start="message.sent", period=span.by, periods=4, every=every) | {
        "return": back
    }
    told = questions.ask(asked, EVERYTHING).rows
    assert {(cohort, period): (size, n) for cohort, size, period, n in told if size} == oracle.retention(
        span, "message.sent", back, 4, every
    )


@thorough
@given(
    log=logs(),
    span=spans,
    breakdown=st.sampled_from((None, None, "community", "state", "source")),
    some=some_metrics,
)
def test_behind_every_number_stand_as_many_as_it_says(
    store, log: Log, span: Span, breakdown: str | None, some: set[str]
):
    fill(store, log)
    give_states(store, log)
    for metric in (one for one in metrics.all_metrics() if one.slug in some):
        asked = question(span, kind="trend", metric=metric.slug, by=span.by)
        if breakdown:
            asked["breakdown"] = breakdown
        try:
            answer = questions.ask(asked, EVERYTHING)
        except Refused:
            continue
        for row in busiest(answer.rows):
            point = dict(zip(answer.columns[:-1], row, strict=False))
            found = questions.behind({**asked, "point": point}, EVERYTHING)
            assert found.counts == metric.behind
            assert found.total == len(set(found.ids))
            if exact(metric.measure):
                assert found.total == row[-1], (metric.slug, point)
            else:
                assert bool(found.total) == bool(number_above(metric, asked, point)), (metric.slug, point)


@thorough
@given(log=logs(), span=spans)
def test_behind_every_cell_and_cohort_stand_as_many_as_it_says(store, log: Log, span: Span):
    fill(store, log)
    give_states(store, log)
    heat = question(span, kind="heatmap", event="message.sent")
    for weekday, hour, value in busiest(questions.ask(heat, EVERYTHING).rows):
        assert questions.behind({**heat, "weekday": weekday, "hour": hour}, EVERYTHING).total == value
    cohorts = question(span, kind="retention", start="message.sent", period=span.by, periods=3) | {
        "return": "interaction"
    }
    for cohort, size, period, returned in busiest(questions.ask(cohorts, EVERYTHING).rows):
        assert questions.behind({**cohorts, "cohort": cohort}, EVERYTHING).total == size
        assert (
            questions.behind({**cohorts, "cohort": cohort, "point": {"period": period}}, EVERYTHING).total
            == returned
        )
    flow = question(span, kind="flow", by=span.by)
    for at, origin, goal, members in busiest(questions.ask(flow, EVERYTHING).rows):
        point = {"at": at, "from_state": origin, "to_state": goal}
        assert questions.behind({**flow, "point": point}, EVERYTHING).total == members


@thorough
@given(log=logs(), span=spans, seed=st.integers(0, 2**32))
def test_of_a_segment_alone_every_answer_equals_duckdbs_and_plain_pythons(
    store, log: Log, span: Span, seed: int
):
    fill(store, log)
    chance = random.Random(seed)
    span = pairs.narrowed(chance, log, span)
    for pair in pairs.every_pair(chance, log, span):
        assert pairs.same(pair.ours(questions.ask(pair.question, EVERYTHING).rows), pair.theirs), (
            pair.question
        )


@thorough
@given(log=logs(), span=spans, seed=st.integers(0, 2**32), some=some_metrics)
def test_behind_a_number_of_a_segment_stand_those_behind_it_who_are_in_the_segment(
    store, log: Log, span: Span, seed: int, some: set[str]
):
    fill(store, log)
    give_states(store, log)
    span = pairs.narrowed(random.Random(seed), log, span)
    flow = question(span, kind="flow", by="total")
    held = ("state_active", "state_dormant")
    for asked in (question(span, kind="trend", metric=one, by="total") for one in {*some, *held}):
        metric = metrics.find(asked["metric"])
        if metric.behind == "people" and not isinstance(parts(metric.measure)[0], TopSpeakers):
            whole = set(questions.behind(asked, EVERYTHING).ids)
            part = questions.behind({**asked, "segment": span.segment}, EVERYTHING).ids
            assert part == sorted(whole & span.people), (asked, span.segment)
    for _at, origin, goal, members in questions.ask({**flow, "segment": span.segment}, EVERYTHING).rows:
        point = {"from_state": origin, "to_state": goal}
        whole = set(questions.behind({**flow, "point": point}, EVERYTHING).ids)
        assert members == len(whole & span.people)


def busiest(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows worth looking behind: the first of each value."""
    return list({row[-1]: row for row in reversed(rows)}.values())


def number_above(metric: metrics.Metric, asked: dict[str, object], point: dict[str, object]) -> float:
    """Whether the numerator of a ratio has anybody in it: its rows are what stands behind."""
    from weilu.core.warehouse.check import check
    from weilu.core.warehouse.compile import trend
    from weilu.core.warehouse.question import parse

    frame = check(parse(asked), EVERYTHING).frame
    above = parts(metric.measure)[0]
    if isinstance(above, Sums):  # orders of no known value stand behind a sum of 0, too
        above = Events(above.kinds, where=above.where)
    series = trend.series([above], frame, store_query)[above]
    labels = {bucket.label.isoformat(): bucket.start for bucket in frame.buckets}
    by = {"none": ""}.get(str(point.get("by")), str(point.get("by", "")))
    by = by[1:] if frame.breakdown == "community" else by
    return series.get((labels[str(point["at"])], by)) or 0


def store_query(sql: str, params: dict[str, object]):
    from weilu.core.warehouse import client

    return client.query(sql, params)


def give_states(store, log: Log) -> None:
    """Some conclusions, as the members' room writes them: which they are does not matter here."""
    import pyarrow as pa

    people = sorted({log.persons[row.identity] for row in log.rows} - {0})
    states = ("new", "active", "dormant", "churned", "returning")
    rows = [(scope, who) for scope in (0, *COMMUNITIES) for who in people if (scope + who) % 4]
    store.insert(
        "weilu.timelines",
        pa.table(
            {
                "key": ["state"] * len(rows),
                "scope": pa.array([scope for scope, _ in rows], pa.uint32()),
                "who": pa.array([who for _, who in rows], pa.uint32()),
                "froms": pa.array(
                    [[BEGIN // 1000 + n * 86_400 * (who + 1) for n in range(4)] for _, who in rows],
                    pa.list_(pa.uint32()),
                ),
                "vals": [[states[(scope + who + n) % 5] for n in range(4)] for scope, who in rows],
                "version": pa.array([1] * len(rows), pa.uint64()),
            }
        ),
    )
    questions.forget()
