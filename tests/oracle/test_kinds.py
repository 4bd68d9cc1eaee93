"""Whatever the log: trends of events with conditions and parts, heat maps, distributions, top lists, answer times and attribution
are counted alike by the product, by DuckDB and by plain Python, and behind every cell stand as many as it says."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.oracle.duck import Oracle
from tests.oracle.every_kind import of_kinds
from tests.oracle.logs import fill
from tests.oracle.pairs import _question, a_log, a_span, asked_for, same
from tests.oracle.test_generated import EVERYTHING, thorough
from weilu.core.warehouse import questions

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@thorough
@given(seed=st.integers(0, 2**32))
@example(seed=105_628)  # the only answer is nobody's
def test_every_kind_equals_duckdbs_and_plain_pythons(store, seed: int):
    chance = random.Random(seed)
    log = a_log(chance)
    fill(store, log)
    span = a_span(chance, log)
    oracle = Oracle(log, span.known)
    oracle.over(span)
    told = list(of_kinds(chance, oracle, span, log, asked_for(log)))
    answers = questions.ask_many([_question(span, **asked) for asked, _duck, _python in told], EVERYTHING)
    for (asked, duck, python), answer in zip(told, answers, strict=True):
        assert same(answer.rows, python), (asked, span)
        assert same(answer.rows, duck), (asked, span)


@thorough
@given(seed=st.integers(0, 2**32))
def test_behind_every_cell_stand_as_many_as_it_says(store, seed: int):
    chance = random.Random(seed)
    log = a_log(chance)
    fill(store, log)
    span = a_span(chance, log)
    oracle = Oracle(log, span.known)
    oracle.over(span)
    for asked, _duck, _python in of_kinds(chance, oracle, span, log, asked_for(log)):
        question = _question(span, **asked)
        answer = questions.ask(question, EVERYTHING)
        for row in answer.rows[:3] + answer.rows[-2:]:
            cells = dict(zip(answer.columns, row, strict=True))
            for point, people, events in LOOK_BEHIND[asked["kind"]](asked, cells):
                for want, number in (("people", people), ("events", events)):
                    if number is not None:
                        found = questions.behind({**question, **point, want: True}, EVERYTHING)
                        assert found.total == number == len(set(found.ids)), (question, point, want)


Cells = dict[str, Any]
Behind = list[tuple[Cells, int | None, int | None]]
"""A point, and how many people and events stand behind it; None where the answer does not say."""


def _measured(asked: Cells, value: int) -> tuple[int | None, int | None]:
    measure = asked.get("measure", "count")
    return (value, None) if measure == "members" else (None, value if measure == "count" else None)


def _trend(asked: Cells, cells: Cells) -> Behind:
    point = {"point": {name: cells[name] for name in ("at", "by") if name in cells}}
    return [(point, *_measured(asked, cells["value"]))]


def _heatmap(asked: Cells, cells: Cells) -> Behind:
    return [({name: cells[name] for name in ("weekday", "hour")}, *_measured(asked, cells["value"]))]


def _distribution(asked: Cells, cells: Cells) -> Behind:
    edge = "below" if cells["low"] is None else "low"
    return [({edge: cells[edge]}, cells["members"], cells["events"])]


def _top(asked: Cells, cells: Cells) -> Behind:
    return [({"point": {"by": cells["by"]}}, *_measured(asked, cells["value"]))]


def _response(asked: Cells, cells: Cells) -> Behind:
    where = {name: cells[name] for name in ("at", "by") if name in cells}
    soon = round(cells["within_percent"] * cells["asked"] / 100) if cells["asked"] else 0
    numbers = {name: cells[name] for name in ("asked", "answered", "unanswered")} | {"within": soon}
    return [({"point": {**where, "which": which}}, None, number) for which, number in numbers.items()]


def _attribution(asked: Cells, cells: Cells) -> Behind:
    return [({"point": {"by": cells["by"]}}, cells["members"], cells["conversions"])]


LOOK_BEHIND = {
    "trend": _trend,
    "heatmap": _heatmap,
    "distribution": _distribution,
    "top": _top,
    "response": _response,
    "attribution": _attribution,
}
