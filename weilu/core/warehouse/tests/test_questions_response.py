"""What a question about answer times promises: who asked, who was answered and how soon, part by part, and who stands behind."""

from __future__ import annotations

import pytest

from tests.fixtures.log import Place, account, say
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import ask, at

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english", "summer")]

HARBOUR, QUIET = Place("matrix", "!harbour", "Harbour"), Place("matrix", "!quiet", "Quiet")
ASKED = {"kind": "response", "timezone": "UTC", "first": "2018-06-01", "last": "2018-06-02"}


def ask_at(who, moment: str, number: int, **rest):
    return say(who, at(moment), number=number, **rest)


def reply(who, moment: str, about: int, **rest):
    return say(who, at(moment), about=about, **rest)


@pytest.fixture
def june(play, warehouse):
    """Hearth on the first: 1 answered after 10 minutes (Ann's own word and a bot's come sooner), 2 after 40, 3 after 3 days, 4
    never; in Harbour on the second one after 2 minutes. In Quiet nobody ever answers anything, so that nothing can be said."""
    bot = account("Shop", bot=True)
    play([
        ask_at("Ann", "2018-06-01 09:00", 1), reply("Ann", "2018-06-01 09:01", 1), reply(bot, "2018-06-01 09:02", 1), reply("Bo", "2018-06-01 09:10", 1), reply("Cy", "2018-06-01 09:20", 1),
        ask_at("Bo", "2018-06-01 09:30", 2), reply("Ann", "2018-06-01 10:10", 2),
        ask_at("Cy", "2018-06-01 22:00", 3), reply("Ann", "2018-06-04 22:00", 3), ask_at("Cy", "2018-06-01 22:30", 4), ask_at(bot, "2018-06-01 22:40", 5),
        ask_at("Di", "2018-06-02 09:00", 6, community=HARBOUR), reply("Ann", "2018-06-02 09:02", 6, community=HARBOUR), ask_at("Ed", "2018-06-02 09:00", 7, community=QUIET),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def test_each_bucket_says_how_many_asked_were_answered_or_not_and_how_soon(june):
    answer = ask(**ASKED)
    assert answer.columns == (
        "at",
        "asked",
        "answered",
        "unanswered",
        "median_seconds",
        "p90_seconds",
        "within_percent",
    )
    assert answer.unit == "seconds"
    assert answer.rows == [
        ("2018-06-01", 4, 3, 1, 2_400.0, 259_200.0, 50.0),
        ("2018-06-02", 1, 1, 0, 120.0, 120.0, 100.0),
    ]
    assert ask(**ASKED, by="total").rows == [("2018-06-01", 5, 4, 1, 600.0, 259_200.0, 60.0)]
    assert ask(**{**ASKED, "first": "2018-06-03", "last": "2018-06-03"}).rows == [
        ("2018-06-03", 0, 0, 0, None, None, None)
    ]


def test_a_late_answer_is_none_and_a_quick_one_lies_within(june):
    assert ask(**ASKED, by="total", window="1d").rows == [("2018-06-01", 5, 3, 2, 600.0, 2_400.0, 60.0)]
    assert ask(**ASKED, by="total", within="10m").rows[0][-1] == 40.0
    assert ask(**ASKED, by="total", within="9m").rows[0][-1] == 20.0
    assert ask(**ASKED, by="total", window="40m", within="40m").rows[0][1:4] == (5, 3, 2)
    assert ask(**ASKED, by="total", as_of="2018-06-02").rows[0][1:4] == (5, 3, 2)


def test_it_is_told_by_community_and_by_the_hour_of_the_clock(june):
    rows = ask(**ASKED, by="total", breakdown="community").rows
    assert [row[1:5] for row in rows] == [("Hearth", 4, 3, 1), ("Harbour", 1, 1, 0), ("Quiet", 0, 0, 0)]
    hours = ask(
        **{**ASKED, "timezone": "Asia/Shanghai"}, by="total", breakdown="hour", communities=["Hearth"]
    ).rows
    assert len(hours) == 24
    assert {row[1]: row[2:5] for row in hours if row[2]} == {"17": (2, 2, 0), "6": (2, 1, 1)}
    assert len(ask(**ASKED, by="hour").rows) == 48
    assert [row[1] for row in ask(**ASKED, by="total", breakdown="source").rows] == ["matrix"]


def test_every_cell_opens_its_messages_and_who_sent_them(june):
    def people(**point) -> list[str]:
        return [row[1] for row in ask(**ASKED, by="total", people=True, point=point).rows]

    assert people() == ["Ann", "Bo", "Cy", "Di"]
    assert people(which="unanswered") == ["Cy"]
    assert people(which="within") == ["Ann", "Bo", "Di"]
    late = {**ASKED, "by": "day", "at": "2018-06-01", "events": True}
    assert [row[1][11:16] for row in ask(**late, which="answered").rows] == ["09:00", "09:30", "22:00"]
    part = {"at": "2018-06-01", "by": "22", "which": "answered"}
    asked = {
        "kind": "response",
        "from": "2018-06-01",
        "to": "2018-06-02",
        "timezone": "UTC",
        "breakdown": "hour",
        "point": part,
    }
    found = questions.behind(asked, Viewer.everything())
    assert (found.counts, found.total) == ("events", 1)


REFUSED = [
    ({"within": "0m"}, "“within” is zero long"),
    ({"window": "0d"}, "“window” is zero long"),
    ({"within": "2d", "window": "1d"}, "“within” is longer than “window”"),
    ({"within": 30}, "“within” must be a length of time"),
    ({"breakdown": "tier"}, "“breakdown” cannot be “tier”"),
    ({"last": "2018-05-01"}, "ends .* before it begins"),
    ({"people": True}, "Say which row is meant"),
    ({"people": True, "at": "2018-06-01", "which": "all"}, "“which” cannot be “all”"),
    ({"people": True, "at": "2018-06-01", "breakdown": "hour"}, "Say which part is meant"),
    ({"event": "message.sent"}, "no part “event”"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "sentence"), REFUSED)
def test_what_cannot_be_timed_is_refused_with_the_parts_name(june, part, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(**{**ASKED, **part})
