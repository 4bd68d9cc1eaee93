"""The schema of questions: what it lets through is read, what it refuses is refused."""

from __future__ import annotations

import jsonschema_rs
import pytest

from weilu.core.warehouse.describe import schema
from weilu.core.warehouse.question import KINDS, Refused, parse

JUNE = {"from": "2018-06-01", "to": "2018-06-30"}
WEEKS = {"kind": "retention", "start": "message.sent", "return": "interaction", **JUNE}
JOINED = {"event": "member.joined"}
SOUND = (
    {"kind": "trend", "metric": "dau", "communities": ["general"], "by": "day", **JUNE},
    {"kind": "trend", "event": "order.paid", "measure": "sum", "by": "hour", **JUNE},
    {"kind": "trend", "event": "Tea Poured", "by": "total", "communities": [3, "discord/general"], **JUNE},
    {
        "kind": "trend",
        "metric": "dau",
        "breakdown": "state",
        "people": True,
        "point": {"at": "2018-06-04", "by": "new"},
        **JUNE,
    },
    {"kind": "trend", "metric": "messages", "at": "2018-06-04", "events": True, "known": 4711, **JUNE},
    {
        "kind": "trend",
        "event": "*",
        "batch": 3,
        "brought": "known",
        "member": 5,
        "as_of": "2018-06-20",
        **JUNE,
    },
    {"kind": "heatmap", "event": "message.sent", "weekday": 1, "hour": 20, "known": "2018-06-20", **JUNE},
    {**WEEKS, "period": "week", "periods": 8, "every": True},
    {**WEEKS, "period": "week", "point": {"cohort": "2018-06-04", "period": 2}, "people": True},
    {
        "kind": "segment",
        "rule": {"not": {"did": "message.sent", "within": "7d"}},
        "as_of": "2018-06-30",
        "people": True,
    },
    {
        **WEEKS,
        "mode": "bracket",
        "brackets": [1, 3, 7],
        "times": 2,
        "breakdown": "inviter",
        "point": {"cohort": "2018-06-04", "by": "Ann #1"},
    },
    {
        **WEEKS,
        "start": {"event": "member.joined", "where": {"channel": "poster"}},
        "mode": "rolling",
        "versus": "badge.earned",
    },
    {"kind": "flow", "by": "week", "from_state": "active", "to_state": "dormant", "at": "2018-06-04", **JUNE},
    {"kind": "retention", "start": "member.joined", "return": "message.sent", "period": "day", "periods": 30},
    {
        "kind": "funnel",
        "steps": [JOINED, {"event": "order.paid", "where": {"value": {"gte": 100}}}],
        "window": "7d",
        "order": "loose",
        **JUNE,
    },
    {
        "kind": "funnel",
        "steps": [JOINED],
        "exclude": [{"event": "member.left", "where": {"why": ["spam", 3, True]}}],
        "step": 1,
        "people": True,
    },
    {
        "kind": "funnel",
        "steps": [JOINED],
        "breakdown": "property",
        "property": "channel",
        "point": {"step": 1, "by": "poster"},
    },
    {"kind": "paths", "from": "member.joined", "depth": 3, "top": 20},
    {"kind": "paths", "from": "member.joined", "segment": 3, "to": "2018-06-30"},
    {"kind": "flow", "segment": "Talkers", **JUNE},
    {"kind": "trend", "metric": "dau", "segment": {"not": {"did": "order.paid", "within": "7d"}}, **JUNE},
    {
        "kind": "trend",
        "formula": "a / b * 100",
        "measures": {"a": {"event": "order.paid", "measure": "sum"}, "b": {"metric": "members"}},
        **JUNE,
    },
    {
        "kind": "trend",
        "event": "order.paid",
        "where": {"gift": True},
        "breakdown": "property",
        "property": "channel",
        "top": 3,
        **JUNE,
    },
    {
        "kind": "trend",
        "formula": "a",
        "measures": {"a": {"event": "order.paid", "where": {"value": {"gte": 1}}}},
        **JUNE,
    },
    {"kind": "heatmap", "event": "order.paid", "where": {"channel": ["poster", 1]}, **JUNE},
    {
        "kind": "top",
        "event": "message.sent",
        "breakdown": "member",
        "point": {"by": "Ann #1"},
        "people": True,
    },
    {
        "kind": "top",
        "event": "order.paid",
        "measure": "sum",
        "breakdown": "property",
        "property": "channel",
        "top": 1000,
        **JUNE,
    },
    {
        "kind": "distribution",
        "event": "message.sent",
        "edges": [1, 2, 3, 6],
        "low": 3,
        "people": True,
        **JUNE,
    },
    {
        "kind": "distribution",
        "event": "order.paid",
        "of": "property",
        "property": "age",
        "edges": [0.5],
        "point": {"below": 0.5},
    },
    {
        "kind": "response",
        "by": "total",
        "breakdown": "hour",
        "within": "30m",
        "window": "7d",
        "which": "unanswered",
        "at": "2018-06-01",
        **JUNE,
    },
    {
        "kind": "attribution",
        "target": {"event": "order.paid", "where": {"value": 1}},
        "model": "position",
        "window": "14d",
        "touches": [JOINED, {"event": "Link Opened", "property": "campaign", "where": {"page": "home"}}],
        "point": {"by": "unattributed"},
    },
    {"kind": "paths", "before": "order.paid", "window": "12h", "collapse": True, "exclude": [JOINED], **JUNE},
    {"kind": "paths", "to": "order.paid", "point": {"path": ["message.sent", "order.paid"]}, "people": True},
)
SPOILT = (
    {},
    {"kind": "segment", **JUNE},
    {"kind": "funnel", **JUNE},
    {"kind": "funnel", "steps": [], **JUNE},
    {"kind": "funnel", "steps": ["member.joined"], **JUNE},
    {"kind": "funnel", "steps": [{"where": {}}], **JUNE},
    {"kind": "funnel", "steps": [{**JOINED, "where": {"value": {"over": 3}}}], **JUNE},
    {"kind": "funnel", "steps": [JOINED], "window": "soon", **JUNE},
    {"kind": "funnel", "steps": [JOINED], "order": "sideways", **JUNE},
    {"kind": "paths", **JUNE},
    {"kind": "paths", "after": "member.joined", "depth": 1, **JUNE},
    {"kind": "segment", "as_of": "2018-06-30"},
    {"kind": "segment", "rule": "everybody"},
    {"kind": "segment", "rule": {"not": []}},
    {"kind": "segment", "rule": {}},
    {"kind": "trend", **JUNE},
    {"kind": "trend", "metric": "dau", "event": "message.sent", **JUNE},
    {"kind": "trend", "metric": "dau", "from": "2018-06-01"},
    {"kind": "trend", "metric": "dau", "by": "year", **JUNE},
    {"kind": "trend", "event": "order.paid", "measure": "mean", **JUNE},
    {"kind": "trend", "metric": "dau", "colour": "red", **JUNE},
    {"kind": "trend", "metric": "dau", "people": "yes", **JUNE},
    {"kind": "trend", "metric": "dau", "point": {"hour": 3}, **JUNE},
    {"kind": "trend", "metric": "dau", "communities": [True], **JUNE},
    {"kind": "heatmap", "event": "message.sent", "hour": 24, **JUNE},
    {**WEEKS, "periods": 0},
    {"kind": "trend", "formula": "a", **JUNE},
    {"kind": "trend", "formula": "a", "measures": {"a": {}}, **JUNE},
    {"kind": "trend", "formula": "a", "measures": {"a": {"metric": "dau"}}, "metric": "dau", **JUNE},
    {**WEEKS, "mode": "loose"},
    {**WEEKS, "start": {"event": "member.joined", "colour": 1}},
    {**WEEKS, "brackets": [0]},
    {"kind": "retention", "start": "message.sent", **JUNE},
    {"kind": "flow", "metric": "dau", **JUNE},
    {"kind": "flow", "segment": True, **JUNE},
    {"kind": "flow", "segment": {"dit": "order.paid"}, **JUNE},
    {"kind": "segment", "rule": {"did": "order.paid"}, "segment": 3},
    {"kind": "trend", "metric": "dau", "where": {"value": 1}, **JUNE},
    {"kind": "trend", "formula": "a", "measures": {"a": {"metric": "dau", "where": {"value": 1}}}, **JUNE},
    {"kind": "trend", "event": "order.paid", "breakdown": "community", "top": 201, **JUNE},
    {"kind": "top", "event": "order.paid", **JUNE},
    {"kind": "top", "metric": "dau", "breakdown": "member", **JUNE},
    {"kind": "distribution", **JUNE},
    {"kind": "distribution", "event": "order.paid", "edges": [], **JUNE},
    {"kind": "distribution", "event": "order.paid", "edges": ["1"], **JUNE},
    {"kind": "response", "within": "soon", **JUNE},
    {"kind": "response", "by": "day"},
    {"kind": "attribution", "touches": [JOINED], **JUNE},
    {"kind": "attribution", "target": "order.paid", "touches": [], **JUNE},
    {"kind": "attribution", "target": "order.paid", "touches": ["member.joined"], **JUNE},
    {"kind": "attribution", "target": "order.paid", "touches": [JOINED], "model": "fair", **JUNE},
)


@pytest.fixture(scope="module")
def described():
    return jsonschema_rs.validator_for(schema())


@pytest.mark.parametrize("question", SOUND)
def test_what_can_be_asked_is_described(described, question):
    parse(question)
    described.validate(question)


@pytest.mark.parametrize("question", SPOILT)
def test_what_is_refused_is_not(described, question):
    with pytest.raises(Refused):
        parse(question)
    assert not described.is_valid(question)


def test_every_kind_is_described_with_its_parts_and_names_what_it_needs():
    kinds = {one["properties"]["kind"]["const"]: one for one in schema()["oneOf"]}
    assert tuple(kinds) == KINDS
    assert set(kinds["trend"]["required"]) == {"kind", "from", "to"}
    assert set(kinds["retention"]["required"]) == {"kind", "start", "return"}
    assert set(kinds["funnel"]["required"]) == {"kind", "steps"}
    assert set(kinds["top"]["required"]) == {"kind", "event", "breakdown"}
    assert set(kinds["attribution"]["required"]) == {"kind", "target", "touches"}
    assert kinds["heatmap"]["properties"]["point"]["required"] == []
    assert "dau" in kinds["trend"]["properties"]["metric"]["enum"]
