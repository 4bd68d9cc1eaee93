"""What conditions on an event promise wherever one is counted: trends, heat maps, parts of a formula; and what stands behind."""

from __future__ import annotations

import pytest

from tests.fixtures.log import Place, account, event
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
PAID = {
    "kind": "trend",
    "event": "order.paid",
    "timezone": "UTC",
    "first": "2018-06-01",
    "last": "2018-06-02",
}


def pay(who, moment: str, value: int | None = None, community=HARBOUR, **properties):
    return event(
        "order.paid", at(moment), who, value=value, community=community, properties=properties or None
    )


@pytest.fixture
def orders(play, warehouse):
    """Of the seven orders three say that they are gifts: by true, by 1 and by the word; one is a bot's."""
    play([
        pay("Ann", "2018-06-01 09:10", 100, gift=True, channel="poster"), pay("Ann", "2018-06-01 09:50", 250, gift=1, channel="friend"),
        pay("Bo", "2018-06-01 23:59", gift="true", channel="poster"), pay("Bo", "2018-06-02 00:00", -50, gift=False, channel="poster"),
        pay(account("Shop", bot=True), "2018-06-02 12:00", 7, channel="poster"), pay("Cy", "2018-06-02 13:00", 30), pay("Ann", "2018-06-02 14:00", 40, gift=0),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def asked_of(**question) -> dict[str, object]:
    """Without what is None."""
    return {name: part for name, part in {**PAID, **question}.items() if part is not None}


def values(**question) -> list[float | None]:
    return [row[-1] for row in ask(**asked_of(**question)).rows]


def test_true_and_one_are_two_questions_whichever_is_asked_first(orders):
    """In Python they are equal and hash alike, so that one would find the other's kept answer."""
    assert values(where={"gift": True}) == [1, 0]
    assert values(where={"gift": 1}) == [1, 0]
    assert values(where={"gift": "true"}) == [1, 0]
    assert values(where={"gift": [True, 0]}) == [1, 1]
    assert values(where={"gift": [1, False]}) == [1, 1]
    one, two = ({"where": {"gift": gift}, "measure": "sum", "by": "total"} for gift in (True, 1))
    assert (values(**one), values(**two)) == ([100], [250])
    steps = [{"event": "order.paid", "where": {"gift": gift}} for gift in (True, 1)]
    funnel = {name: value for name, value in PAID.items() if name != "event"} | {"kind": "funnel"}
    assert [row[2] for row in ask(**{**funnel, "steps": steps}).rows] == [1, 1]
    assert [row[2] for row in ask(**{**funnel, "steps": steps[::-1]}).rows] == [1, 0]


def test_what_holds_is_counted_summed_and_its_members_are_counted(orders):
    poster = {"where": {"channel": "poster"}}
    assert values(**poster) == [2, 2]
    assert values(**poster, measure="sum") == [100, -43]
    assert values(**poster, measure="members") == [2, 1]
    assert values(where={"value": {"gte": 0, "lt": 100}}) == [0, 3]
    assert values(where={"channel": {"exists": False}}) == [0, 2]
    assert values(where={"source": "qq"}, by="total") == [0]
    assert values(**poster, breakdown="community", by="total") == [4]
    assert sum(values(**poster, by="hour")) == 4


def test_behind_a_number_stand_only_those_of_whom_it_holds(orders):
    first = {"by": "day", "at": "2018-06-01", "where": {"channel": "poster"}}
    assert [row[1] for row in ask(**PAID, **first, people=True).rows] == ["Ann", "Bo"]
    assert [row[1][11:16] for row in ask(**PAID, **first, events=True).rows] == ["09:10", "23:59"]


def test_a_heat_map_counts_what_holds(orders):
    asked = {**PAID, "kind": "heatmap", "where": {"channel": "poster"}}
    assert {row[:2]: row[2] for row in ask(**asked).rows if row[2]} == {
        (5, 9): 1,
        (5, 23): 1,
        (6, 0): 1,
        (6, 12): 1,
    }
    assert len(ask(**asked, events=True, weekday=5, hour=9).rows) == 1


def test_each_measure_of_a_formula_has_conditions_of_its_own(orders):
    shares = {"a": {"event": "order.paid", "where": {"channel": "poster"}}, "b": {"event": "order.paid"}}
    asked = {"event": None, "formula": "100 * a / b", "measures": shares}
    assert values(**asked) == [100 * 2 / 3, 50]
    gifts = {name: {"event": "order.paid", "where": {"gift": gift}} for name, gift in (("a", True), ("b", 1))}
    assert values(
        event=None, formula="a * 10 + b", measures={**gifts, "a": {**gifts["a"], "measure": "sum"}}
    ) == [1001, 0]


REFUSED = [
    ({"where": {"colour": "red"}}, "has no property “colour”. It has: channel, gift"),
    ({"where": {}, "event": None, "metric": "dau"}, "stands beside an “event”"),
    ({"where": {"value": {"over": 3}}}, "“where › value” cannot be compared by “over”"),
    ({"where": {"value": {}}}, "“where › value” says nothing"),
    ({"where": 7}, "“where” must be an object"),
    ({"event": None, "formula": "a", "measures": {"a": {"event": "order.paid", "where": {"colour": 1}}}}, "no property “colour”"),
    ({"event": None, "formula": "a", "measures": {"a": {"metric": "dau", "where": {"value": 1}}}}, "no part “measures › a › where”"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_a_wrong_condition_is_refused_with_the_parts_name(orders, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**asked_of(**part))
