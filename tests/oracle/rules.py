"""Logs with values and properties, and rules over them, of every shape that the algebra has."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.oracle.logs import BEGIN, COMMUNITIES, HOUR, Log, row
from weilu.core.events.rows import Row

KINDS = (
    ("message.sent",) * 5
    + ("order.paid",) * 3
    + ("reaction.added", "member.joined", "member.left", "badge.earned")
)
EVENTS = (
    "message.sent",
    "message.sent",
    "order.paid",
    "order.paid",
    "reaction.added",
    "member.joined",
    "interaction",
    "*",
)
PROPERTIES = ({}, {}, {"coupon": "SPRING"}, {"coupon": 'a"b\\c,"n":7'}, {"n": 7}, {"n": 7.5, "coupon": "春节"}, {"n": "7"},
              {"gift": True}, {"gift": False, "n": -3}, {"n": 0})  # fmt: skip
VALUES = (None, 0, 100, 199, -50, 2**40)
WINDOWS = ("1h", "12h", "1d", "2d", "7d", "2w", "90m")


@st.composite
def valued_logs(draw: st.DrawFn) -> Log:
    """Up to 50 events of up to 7 identities on a coarse grid; one account may have become somebody else's half-way."""
    count = draw(st.integers(1, 50))
    persons = {n: n for n in range(1, 7)} | {7: draw(st.sampled_from((0, 1, 2)))}
    if draw(st.booleans()):
        persons[6] = 0
    rows: list[Row] = []
    for position in range(1, count + 1):
        kind = draw(st.sampled_from(KINDS))
        happened = BEGIN + draw(st.integers(0, 10 * 48)) * HOUR // 2 + draw(st.sampled_from((0, 0, 1, 999)))
        value = draw(st.sampled_from(VALUES)) if kind == "order.paid" else None
        given = draw(st.sampled_from(PROPERTIES)) if kind in ("order.paid", "message.sent") else {}
        one = row(
            position, kind, happened, draw(st.integers(1, 7)), draw(st.sampled_from(COMMUNITIES)), value=value
        )
        text = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if given else ""
        rows.append(one._replace(properties=text))
    merged = (5, draw(st.integers(1, count)), 5) if draw(st.booleans()) else None
    return Log(tuple(rows), persons | ({5: 3} if merged else {}), merged)


compared = st.dictionaries(
    st.sampled_from(("gte", "lte", "gt", "lt")), st.integers(0, 4), min_size=1, max_size=1
)
conditions = st.one_of(
    st.builds(lambda op, value: {"value": {op: value}}, st.sampled_from(("gte", "lt", "eq", "ne")), st.sampled_from((0, 100, 199, -50))),
    st.builds(lambda has: {"value": {"exists": has}}, st.booleans()),
    st.builds(lambda value: {"coupon": value}, st.sampled_from(("SPRING", "春节", 'a"b\\c,"n":7', "n", 7))),
    st.builds(lambda op, value: {"n": {op: value}}, st.sampled_from(("eq", "ne", "gt", "lte")), st.sampled_from((7, 7.5, 0, -3))),
    st.builds(lambda value: {"n": {"in": value}}, st.lists(st.sampled_from((7, "7", 7.5, True)), min_size=1, max_size=3)),
    st.builds(lambda name, has: {name: {"exists": has}}, st.sampled_from(("coupon", "n", "gift")), st.booleans()),
    st.builds(lambda value: {"gift": value}, st.booleans()),
    st.builds(lambda ids: {"in": ids}, st.lists(st.sampled_from(COMMUNITIES), min_size=1, max_size=2)),
    st.just({"source": "test"}),
    st.just({"source": {"ne": "test"}}),
)  # fmt: skip
wheres = st.one_of(
    st.just({}), st.just({}), conditions, st.builds(lambda a, b: {**a, **b}, conditions, conditions)
)
windows = st.one_of(
    st.just({}),
    st.builds(lambda name, length: {name: length}, st.sampled_from(("within", "within", "before")), st.sampled_from(WINDOWS)),
)  # fmt: skip
edges = windows.filter(bool)


def _with(where: dict[str, Any]) -> dict[str, Any]:
    """A condition on `in` is the place of the deed."""
    rest = {name: value for name, value in where.items() if name != "in"}
    return {**({"where": rest} if rest else {}), **({"in": where["in"]} if "in" in where else {})}


def _steps(steps: list[tuple[str, dict[str, Any], str | None]]) -> dict[str, Any]:
    event, where, gap = steps[0]
    found = {"did": event, **_with(where), **({"within": gap} if gap else {})}
    return {**found, "then": _steps(steps[1:])} if steps[1:] else found


def _order(first: tuple[str, dict[str, Any]], window: dict[str, str], later: list[Any]) -> dict[str, Any]:
    return {"did": first[0], **_with(first[1]), **window, "then": _steps(later)}


leaves = st.one_of(
    st.builds(lambda event, where, window, times: {"did": event, **_with(where), **window, **times},
              st.sampled_from(EVENTS), wheres, windows,
              st.one_of(st.just({}), compared.map(lambda one: {"times": one}))),
    st.builds(lambda where, window, asked: {"did": "order.paid", **_with(where), **window, "times": {"gte": 0}, "sum": asked},
              wheres, windows, st.dictionaries(st.sampled_from(("gte", "lt")), st.sampled_from((0, 100, 300, -50)), min_size=1, max_size=1)),
    st.builds(_order, st.tuples(st.sampled_from(EVENTS), wheres), windows,
              st.lists(st.tuples(st.sampled_from(EVENTS), st.just({}), st.sampled_from((None, *WINDOWS))), min_size=1, max_size=3)),
    st.builds(lambda word, event, where, window: {word: event, **_with(where), **window},
              st.sampled_from(("first", "last")), st.sampled_from(EVENTS), wheres, edges),
    st.builds(lambda part, where, whole, window, asked: {"share": {"event": part, **_with(where)}, "of": whole, "percent": asked, **window},
              st.sampled_from(EVENTS), wheres, st.sampled_from(EVENTS), windows,
              st.dictionaries(st.sampled_from(("gte", "lte")), st.sampled_from((0, 20, 50, 66.67, 100)), min_size=1, max_size=1)),
    st.sampled_from(({"member_of": True}, {"member_of": [1]}, {"member_of": [2, 3]})),
    st.builds(lambda ids: {"members": ids}, st.lists(st.integers(1, 7), min_size=1, max_size=4)),
    st.builds(lambda share, seed: {"random": {"percent": share, "seed": seed}}, st.sampled_from((1, 33.33, 50, 100)), st.sampled_from(("", "spring", "春"))),
)  # fmt: skip
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda some: {"and": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda some: {"or": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=5,
)
