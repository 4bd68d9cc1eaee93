"""What a formula over several measures promises: its values, nothing where nothing can be said, and a sentence for a wrong one."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import Place, event, say
from weilu.core import clock
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
MEASURES = {"paid": {"event": "order.paid", "measure": "sum"}, "said": {"event": "message.sent"}}
ASKED = {
    "kind": "trend",
    "formula": "paid / said",
    "measures": MEASURES,
    "timezone": "UTC",
    "first": "2018-06-01",
    "last": "2018-06-03",
}


@pytest.fixture
def june(play, warehouse):
    with clock.frozen(dt.datetime(2018, 7, 20, tzinfo=dt.UTC)):
        play([
            say("Ann", at("2018-06-01 10:00")), say("Bo", at("2018-06-01 11:00")), event("order.paid", at("2018-06-01 12:00"), "Ann", value=300),
            event("order.paid", at("2018-06-02 12:00"), "Ann", value=50), say("Bo", at("2018-06-03 11:00"), community=HARBOUR),
        ], batch=1)  # fmt: skip
        warehouse.loaded()
        yield


def values(**question) -> list[float | None]:
    return [row[-1] for row in ask(**{**ASKED, **question}).rows]


def test_each_bucket_is_computed_and_what_is_divided_by_zero_has_no_value(june):
    answer = ask(**ASKED)
    assert (answer.columns, answer.unit) == (("at", "value"), "ratio")
    assert answer.rows == [("2018-06-01", 150.0), ("2018-06-02", None), ("2018-06-03", 0.0)]
    assert values(by="total") == [350 / 3]
    assert values(formula="-(paid - 100) * 2 + said / 4") == [-399.5, 100, 200.25]


def test_metrics_and_events_and_parts(june):
    share = {"a": {"metric": "speakers"}, "b": {"metric": "members"}}
    assert values(formula="100 * a / b", measures=share, by="total") == [100]
    assert [row[1:] for row in ask(**ASKED, by="total", breakdown="community").rows] == [
        ("Hearth", 175.0),
        ("Harbour", 0.0),
    ]
    assert len(values(by="hour")) == 72


def test_behind_a_value_stand_the_rows_of_the_first_measure(june):
    rows = ask(**ASKED, people=True, at="2018-06-01").rows
    assert [name for _member, name in rows] == ["Ann"]


REFUSED = [
    ({"formula": "paid / 0"}, "divides by zero: “paid / 0”"),
    ({"formula": "paid / (2 - 2) + said"}, "divides by zero"),
    ({"formula": "paid / other + said"}, "“other”, which is not among"),
    ({"formula": "paid"}, "“said”, which the formula does not use"),
    ({"formula": "paid /"}, "cannot be read"),
    ({"formula": "paid ** said"}, "cannot be read"),
    ({"formula": "~paid + said"}, "cannot be read"),
    ({"formula": "paid + (not said)"}, "cannot be read"),
    ({"formula": "__import__('os').system('x') + paid + said"}, "cannot be read"),
    ({"formula": "paid + said" + " + paid" * 100}, "cannot be read"),
    ({"formula": None}, "belong together"),
    ({"measures": None}, "belong together"),
    ({"measures": {}}, "1 to 10 measures"),
    ({"measures": {"Paid!": {"event": "order.paid"}}}, "1 to 10 measures"),
    ({"measures": {**MEASURES, "paid": {"event": "order.pad"}}}, "Near it: order.paid"),
    ({"measures": {**MEASURES, "paid": {"metric": "charm"}}}, "no metric “charm”"),
    ({"measures": {**MEASURES, "paid": {"event": "order.paid", "measure": "mean"}}}, "“measures › paid › measure” cannot be"),
    ({"measures": {**MEASURES, "paid": {}}}, "either a metric or an event"),
    ({"metric": "dau"}, "no part “metric”"),
    ({"by": "hour", "measures": {"paid": {"metric": "members"}, "said": {"event": "message.sent"}}}, "cannot be cut by hour"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_a_wrong_formula_is_refused_before_it_runs(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**{**ASKED, **part})
