"""What a trend broken down by what its events tell promises, and a top list: exact parts, the largest apart, and who stands behind."""

from __future__ import annotations

import pytest

from tests.fixtures.log import HEARTH, Place, account, event, say
from weilu.core.directory.models import Member
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

HARBOUR = Place("matrix", "!harbour", "Harbour")
DAYS = {"timezone": "UTC", "first": "2018-06-01", "last": "2018-06-02"}
TREND = {"kind": "trend", "event": "order.paid", "breakdown": "property", "property": "channel", **DAYS}
TOP = {**TREND, "kind": "top"}


def pay(who, moment: str, value: int, channel: object = None, community=HEARTH):
    told = {} if channel is None else {"channel": channel}
    return event("order.paid", at(moment), who, value=value, properties=told, community=community)


@pytest.fixture
def orders(play, warehouse):
    """poster: 3 orders of Ann, Bo and a bot, 30; friend: 2 of Ann, 300; radio 1 of Cy, 7; none at all: 1 of Bo, 50; and one
    whose channel is called “other”, one “none”."""
    play([
        pay("Ann", "2018-06-01 09:00", 10, "poster"), pay("Bo", "2018-06-01 10:00", 10, "poster", HARBOUR), pay(account("Shop", bot=True), "2018-06-02 09:00", 10, "poster"),
        pay("Ann", "2018-06-01 11:00", 100, "friend"), pay("Ann", "2018-06-02 11:00", 200, "friend"), pay("Cy", "2018-06-02 12:00", 7, "radio"),
        pay("Bo", "2018-06-02 13:00", 50), pay("Di", "2018-06-02 14:00", 1, "other"), pay("Di", "2018-06-02 15:00", 2, "none"), say("Cy", at("2018-06-01 08:00")),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def by_part(**question) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in ask(**{**TREND, **question}).rows:
        found.setdefault(row[1], []).append(row[2])
    return found


def test_a_sum_of_nothing_has_no_parts_also_beside_one_that_has_them(orders):
    days = {"timezone": "UTC", "from": "2018-06-01", "to": "2018-06-02", "by": "total"}
    paid = {**TREND, "measure": "sum", **days}
    del paid["first"], paid["last"]
    dear = {**paid, "where": {"value": {"gte": 1000}}}
    none, all_of_them = questions.ask_many([dear, paid], Viewer.everything())
    assert (none.rows, len(all_of_them.rows)) == ([], 6)


def listed(**question) -> list[tuple[str, float]]:
    return ask(**{**TOP, **question}).rows


def test_every_value_of_a_property_is_a_part_and_those_that_read_as_our_words_stand_in_quotes(orders):
    assert by_part() == {
        "friend": [1, 1], "“none”": [0, 1], "“other”": [0, 1], "poster": [2, 1], "radio": [0, 1], "none": [0, 1],
    }  # fmt: skip
    assert by_part(measure="sum", by="total")["none"] == [50]
    assert by_part(measure="members", by="total")["poster"] == [2]
    assert ask(**TREND, people=True, point={"at": "2018-06-02", "by": "none"}).rows[0][1] == "Bo"
    assert ask(**TREND, people=True, point={"at": "2018-06-02", "by": "“none”"}).rows[0][1] == "Di"


def test_the_largest_stand_apart_and_the_others_together_and_the_answer_says_how_many(orders):
    answer = ask(**TREND, top=2)
    assert answer.others == 4
    assert answer.as_json()["others"] == 4
    assert by_part(top=2) == {"poster": [2, 1], "friend": [1, 1], "other": [0, 4]}
    assert by_part(top=2, measure="sum") == {"friend": [100, 200], "none": [0, 50], "other": [20, 20]}
    assert by_part(top=1, measure="members", by="total") == {"poster": [2], "other": [4]}
    assert list(by_part(top=9)) == ["poster", "friend", "none", "“none”", "“other”", "radio"]
    assert "others" not in ask(**TREND, top=9).as_json()


def test_behind_the_others_stand_theirs_and_each_of_them_opens_by_its_own_name(orders):
    rest = {**TREND, "top": 2, "point": {"at": "2018-06-02", "by": "other"}}
    assert [row[1] for row in ask(**rest, people=True).rows] == ["Bo", "Cy", "Di"]
    assert len(ask(**rest, events=True).rows) == 4
    assert [
        row[1] for row in ask(**{**rest, "point": {"at": "2018-06-02", "by": "radio"}}, people=True).rows
    ] == ["Cy"]
    assert [
        row[1] for row in ask(**{**rest, "point": {"at": "2018-06-02", "by": "“other”"}}, people=True).rows
    ] == ["Di"]


def test_communities_and_formulas_have_largest_parts_too(orders):
    assert by_part(breakdown="community", top=1, by="total") == {"Hearth": [8], "other": [1]}
    measures = {"paid": {"event": "order.paid", "measure": "sum"}, "n": {"event": "order.paid"}}
    mean = {
        "formula": "paid / n",
        "measures": measures,
        "top": 1,
        "by": "total",
        "kind": "trend",
        "breakdown": "property",
    }
    assert [row[1:] for row in ask(**mean, **DAYS, property="channel").rows] == [
        ("friend", 150),
        ("other", 90 / 7),
    ]


def test_joinings_are_told_by_who_invited(play, warehouse):
    play([
        event("member.joined", at("2018-06-01 09:00"), "Cy", target="Ann"), event("member.joined", at("2018-06-01 10:00"), "Di", target="Ann"),
        event("member.joined", at("2018-06-02 10:00"), "Ed", target="Bo"), event("member.joined", at("2018-06-02 11:00"), "Flo"), say("Ann", at("2018-06-01 08:00")), say("Bo", at("2018-06-01 08:00")),
    ], batch=1)  # fmt: skip
    warehouse.loaded()
    ann, bo = (Member.objects.get(name=name).pk for name in ("Ann", "Bo"))
    asked = {**DAYS, "kind": "trend", "event": "member.joined", "breakdown": "inviter", "by": "total"}
    assert {row[1]: row[2] for row in ask(**asked).rows} == {f"Ann #{ann}": 2, f"Bo #{bo}": 1, "none": 1}
    assert len(ask(**asked, people=True, point={"by": f"Ann #{ann}"}).rows) == 2
    del asked["by"]
    assert ask(**{**asked, "kind": "top"}, top=1).rows == [(f"Ann #{ann}", 2)]
    with pytest.raises(Refused, match="told by joining alone"):
        ask(**{**asked, "event": "message.sent"})


def test_a_top_list_names_the_highest_first_and_says_how_many_more_there_are(orders):
    assert listed() == [
        ("poster", 3),
        ("friend", 2),
        ("none", 1),
        ("“none”", 1),
        ("“other”", 1),
        ("radio", 1),
    ]
    assert listed(measure="sum", top=2) == [("friend", 300), ("none", 50)]
    assert listed(measure="members", top=1) == [("poster", 2)]
    answer = ask(**TOP, top=2)
    assert (answer.columns, answer.unit, answer.others) == (("by", "value"), "events", 4)
    ids = {one.name: one.pk for one in Member.objects.all()}
    assert listed(breakdown="member", top=3) == [
        (f"Ann #{ids['Ann']}", 3),
        *sorted(
            [(f"Bo #{ids['Bo']}", 2), (f"Di #{ids['Di']}", 2)], key=lambda row: int(row[0].split("#")[1])
        ),
    ]
    assert listed(breakdown="member", measure="sum", top=1) == [(f"Ann #{ids['Ann']}", 310)]
    assert listed(breakdown="community") == [("Hearth", 8), ("Harbour", 1)]
    assert listed(breakdown="source", where={"value": {"gte": 50}}) == [("matrix", 3)]


def test_each_row_of_a_top_list_opens_its_people_and_events(orders):
    ann = Member.objects.get(name="Ann").pk
    first = {**TOP, "breakdown": "member", "point": {"by": f"Ann #{ann}"}}
    assert [row[0] for row in ask(**first, people=True).rows] == [ann]
    assert len(ask(**first, events=True).rows) == 3
    assert [row[1] for row in ask(**TOP, people=True, point={"by": "poster"}).rows] == ["Ann", "Bo"]
    assert (
        questions.behind(
            {
                "kind": "top",
                "event": "order.paid",
                "breakdown": "property",
                "property": "channel",
                "point": {"by": "poster"},
            },
            Viewer.everything(),
        ).total
        == 3
    )


REFUSED = [
    ({"property": "colour"}, "has no property “colour”"),
    ({"property": None}, "lacks “property”"),
    ({"event": None, "metric": "messages"}, "A metric has no properties"),
    ({"breakdown": None, "property": None, "top": 3}, "“top” keeps the largest"),
    ({"breakdown": "state", "property": None, "top": 3}, "“top” keeps the largest"),
    ({"event": None, "metric": "members", "breakdown": "community", "top": 3}, "“members” cannot be broken down by community"),
    ({"top": 0}, "“top” must be a whole number from 1 to 200"),
    ({"point": {"at": "2018-06-01"}, "people": True}, "Say which part"),
    ({"kind": "top", "breakdown": None}, "lacks “breakdown”"),
    ({"kind": "top", "breakdown": "member", "property": None, "measure": "members"}, "Of each member there is one"),
    ({"kind": "top", "top": 1001}, "from 1 to 1000"),
    ({"kind": "top", "people": True}, "Say which part"),
    ({"kind": "top", "measure": "members", "events": True, "point": {"by": "poster"}}, "counts members"),
    ({"kind": "top", "event": "order.pad"}, "Near it: order.paid"),
    ({"kind": "top", "first": "2018-06-03"}, "ends .* before it begins"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_parted_is_refused_with_a_sentence(orders, part, sentence):
    asked = {name: one for name, one in {**TREND, **part}.items() if one is not None}
    with pytest.raises(Refused, match=sentence):
        ask(**asked)


def test_more_parts_than_can_be_looked_at_are_refused_unless_the_largest_are_asked_for(play, warehouse):
    play([pay("Ann", f"2018-06-01 {n // 60:02}:{n % 60:02}", n, f"c{n}") for n in range(201)], batch=1)
    warehouse.loaded()
    with pytest.raises(Refused, match="“channel” has 201 values"):
        ask(**TREND)
    assert ask(**TREND, top=3, measure="sum", by="total").rows == [
        ("2018-06-01", "c200", 200), ("2018-06-01", "c199", 199), ("2018-06-01", "c198", 198), ("2018-06-01", "other", sum(range(198))),
    ]  # fmt: skip
