"""What a segment promises: who is in it, for whom it may be asked, and a sentence for every rule that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from tests.fixtures.log import HEARTH, Place, account, event, join, leave, say
from weilu.core.directory.models import Community, Identity, Member
from weilu.core.errors import NotFound
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.segments.reading import parse
from weilu.core.segments.words import sentence
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.core.warehouse.tests.asking import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HARBOUR = Place("matrix", "!harbour", "Harbour")
AS_OF = {"as_of": "2018-06-30", "timezone": "UTC"}
SPOKE = {"did": "message.sent", "times": {"gte": 3}, "within": "7d"}


@pytest.fixture
def june(play, warehouse):
    """Ann speaks often and buys, Ben speaks often, Eve speaks once in Harbour; a bot speaks most."""
    bot = account("Robo", bot=True)
    play(
        [
            join("Ann", at("2018-05-01 09:00")),
            *[
                say(who, at(f"2018-06-{day} 12:00"))
                for who in ("Ann", "Ben", bot)
                for day in (25, 26, 27, 28)
            ],
            event("order.paid", at("2018-06-20 10:00"), "Ann", value=12_000, properties={"coupon": "SPRING"}),
            event("order.paid", at("2018-03-01 10:00"), "Ben", value=100, properties={"coupon": "WINTER"}),
            say("Eve", at("2018-06-29 12:00"), community=HARBOUR),
            leave("Ben", at("2018-06-29 12:00")),
        ],
        batch=1,
    )
    warehouse.loaded()
    return warehouse


def segment(rule: dict[str, Any], viewer: Viewer | None = None, **rest: Any) -> list[str]:
    """Names of who is in it, and the count is as many."""
    question = {"kind": "segment", "rule": rule, **AS_OF, **rest}
    rows = questions.ask({**question, "people": True}, viewer or Viewer.everything()).rows
    answer = questions.ask(question, viewer or Viewer.everything())
    assert (answer.columns, answer.unit, answer.rows) == (("members",), "people", [(len(rows),)])
    return sorted(name for _, name in rows)


def refusal(rule: Any, **rest: Any) -> str:
    with pytest.raises(Refused) as refused:
        questions.ask({"kind": "segment", "rule": rule, **AS_OF, **rest}, Viewer.everything())
    return str(refused.value)


def test_the_example_of_the_contract_works_as_written(june):
    rule = {"and": [SPOKE, {"not": {"did": "order.paid", "within": "30d"}}]}

    assert segment(rule) == ["Ben"]


def test_without_a_day_it_is_asked_for_now(june):
    question = {"kind": "segment", "rule": {"not": {"did": "message.sent", "within": "7d"}}}

    assert questions.ask(question, Viewer.everything()).rows == [(3,)]


def test_conditions_look_at_what_an_event_carries(june):
    assert segment({"did": "order.paid", "where": {"value": {"gte": 10_000}}}) == ["Ann"]
    assert segment({"did": "order.paid", "where": {"coupon": "WINTER"}}) == ["Ben"]
    assert segment({"did": "message.sent", "in": "Harbour"}) == ["Eve"]
    assert segment({"did": "order.paid", "sum": {"gte": 100, "lt": 12_000}}) == ["Ben"]


def test_first_last_order_and_share(june):
    assert segment({"first": "message.sent", "within": "5d"}) == ["Eve"]
    assert segment({"last": "order.paid", "before": "30d"}) == ["Ben"]
    assert segment({"did": "order.paid", "then": {"did": "message.sent", "within": "6d"}}) == ["Ann"]
    assert (
        segment(
            {
                "did": "order.paid",
                "then": {"did": "message.sent", "within": "6d", "then": {"did": "member.left"}},
            }
        )
        == []
    )
    dear = {"event": "order.paid", "where": {"value": {"gte": 1000}}}
    assert segment({"share": dear, "of": "order.paid", "percent": {"gte": 99.5}}) == ["Ann"]
    assert segment({"share": "order.paid", "of": "*", "percent": {"gte": 16, "lte": 16.67}}) == ["Ann", "Ben"]


def test_membership_is_that_of_the_moment(june):
    assert segment({"member_of": True}) == ["Ann", "Eve"]
    assert segment({"member_of": "Hearth"}, as_of="2018-06-28") == ["Ann", "Ben"]


def test_a_window_ends_at_the_moment_and_includes_its_first_second(play, warehouse):
    midnight = at("2018-07-01 00:00")
    play(
        [say("Ann", midnight - 86_400_000), say("Ben", midnight - 86_400_001), say("Eve", midnight)], batch=1
    )
    warehouse.loaded()

    assert segment({"did": "message.sent", "within": "1d"}) == ["Ann"]
    assert segment({"did": "message.sent", "before": "1d"}) == ["Ben"]
    assert segment({"did": "message.sent"}, as_of="2018-07-01") == ["Ann", "Ben", "Eve"]
    assert segment({"did": "message.sent", "from": "2018-06-30", "to": "2018-06-30"}) == ["Ann"]


def test_a_member_picked_by_hand_is_found_in_whom_they_were_merged_into(june):
    from weilu.members import actions

    ann, ben = (Identity.objects.get(name=name).member for name in ("Ann", "Ben"))
    assert segment({"members": [ben.pk]}) == ["Ben"]
    actions.merge(Viewer.everything(), ann, ben)
    june.loaded()

    for rule in ({"members": [ben.pk]}, {"did": "order.paid", "times": 2}):
        answer = questions.ask(
            {"kind": "segment", "rule": rule, **AS_OF, "people": True}, Viewer.everything()
        )
        assert [member for member, _ in answer.rows] == [ann.pk]


def test_a_share_by_lot_is_the_same_people_each_time_and_others_for_another_seed(play, warehouse):
    play([say(f"M{n}", at("2018-06-01 12:00")) for n in range(200)], batch=1)
    warehouse.loaded()
    half = {"random": {"percent": 50, "seed": "spring"}}

    first = segment(half)

    assert 60 < len(first) < 140
    assert segment(half) == first
    assert segment({"random": {"percent": 50, "seed": "autumn"}}) != first
    assert set(segment({"random": {"percent": 20, "seed": "spring"}})) < set(first)
    assert set(segment({"not": half})).isdisjoint(first)


def test_an_operator_of_one_community_counts_what_happened_there(june):
    from tests.fixtures.cast import operator

    hearth = Community.objects.get(outside="!hearth")
    bea = viewer_of(operator("bea@example.com", "Bea", "community_manager", hearth))

    assert segment({"did": "message.sent"}, bea) == ["Ann", "Ben"]
    assert segment({"not": {"did": "order.paid"}}, bea) == []
    with pytest.raises(NotFound):
        segment({"did": "message.sent"}, bea, communities=["Harbour"])
    with pytest.raises(NotFound):
        segment({"member_of": "Harbour"}, bea)
    with pytest.raises(NotFound):
        segment({"did": "message.sent", "in": "Harbour"}, bea)


def test_of_one_member_alone_it_says_whether_they_are_in(june):
    ann = Identity.objects.get(name="Ann").member.pk

    assert segment(SPOKE, member=ann) == ["Ann"]
    assert segment({"did": "member.left"}, member=ann) == []


def test_with_the_knowledge_of_then_what_came_later_is_unknown(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    head = play([say("Ben", at("2018-06-02 12:00"))], batch=2)
    warehouse.loaded()

    assert segment({"did": "message.sent"}, known=head - 1) == ["Ann"]
    assert segment({"did": "message.sent"}, known=head) == ["Ann", "Ben"]


@pytest.mark.parametrize(
    ("rule", "sentence_"),
    [
        ([], "“rule” must be an object."),
        ({}, "A rule is an object such as {\"did\": \"message.sent\", \"within\": \"7d\"}."),
        (None, "The question lacks “rule”."),
        ({"and": []}, "“and” takes a list of at least one rule."),
        ({"and": [SPOKE], "or": [SPOKE]}, "One part of the rule says two things, “and” and “or”. Put each in an object of its own inside “and”."),
        ({"and": [SPOKE], "within": "7d"}, "“within” cannot stand beside “and”."),
        ({"dit": "message.sent"}, "“dit” begins no condition."),
        ({"did": "message.snet"}, "There is no event “message.snet”, and none of that name was ever seen. Near it: message.sent,"),
        ({"did": ""}, "“did” must be the name of an event."),
        ({"did": 7}, "“did” must be a word in quotes."),
        ({"did": "order.paid", "where": {"cupon": "SPRING"}}, "“order.paid” has no property “cupon”. It has: coupon."),
        ({"did": "member.left", "where": {"reason": "x"}}, "“member.left” has no property “reason”, and no other: compare its “value” or its “source”."),
        ({"did": "message.sent", "within": "0d"}, "“within” is zero long: nothing can happen in it. Give for example 7d."),
        ({"did": "message.sent", "within": "week"}, "“within” must be a length of time such as 30m, 12h, 7d or 4w, of at most ten years."),
        ({"did": "message.sent", "within": "9999d"}, "“within” must be a length of time such as 30m, 12h, 7d or 4w, of at most ten years."),
        ({"did": "message.sent", "within": "7d", "before": "1d"}, "“within” and “before” cannot stand together: say when it happened in one way."),
        ({"did": "message.sent", "from": "2018-06-02", "to": "2018-06-01"}, "The span ends (2018-06-01) before it begins (2018-06-02)."),
        ({"did": "message.sent", "times": {"gte": 5, "lte": 3}}, "“times”: no number is at least 5 and at most 3."),
        ({"did": "message.sent", "times": {"atleast": 5}}, "“times” cannot be compared by “atleast”. There are: eq, gt, gte, lt, lte."),
        ({"did": "message.sent", "times": {}}, "“times” lacks a comparison such as {\"gte\": 3}."),
        ({"did": "message.sent", "times": "3"}, "“times” is compared with a number, at most 2147483648."),
        ({"did": "message.sent", "times": {"lt": 0}}, "“times” cannot be less than zero."),
        ({"did": "message.sent", "witin": "7d"}, "This question has no part “witin”. It can have:"),
        ({"did": "message.sent", "where": {"value": {"gte": "a"}}}, "“where › value › gte” must be a number."),
        ({"did": "message.sent", "where": {"value": {"about": 1}}}, "“where › value” cannot be compared by “about”."),
        ({"first": "message.sent"}, "“first” lacks its time: say “within”, “before”, “from” or “to”."),
        ({"share": "order.paid", "of": "*"}, "“share” lacks “percent”, for example {\"gte\": 50}."),
        ({"share": "order.paid", "of": "*", "percent": {"gt": 5}}, "“percent” cannot be compared by “gt”. There are: eq, gte, lte."),
        ({"members": []}, "“members” is a list of members' numbers, at least one and at most 10000."),
        ({"members": [0]}, "“members” is a list of members' numbers, at least one and at most 10000."),
        ({"random": {"percent": 0}}, "“random” takes a share such as {\"percent\": 10, \"seed\": \"spring\"}, more than 0 and at most 100."),
        ({"did": "message.sent", "room": "tea"}, "There is no channel “tea” in these communities."),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_sentence(june, rule, sentence_):
    assert refusal(rule).startswith(sentence_)


def test_nesting_and_size_have_limits(june):
    deep: Any = SPOKE
    for _ in range(100):
        deep = {"not": deep}

    assert refusal(deep) == "A rule can be nested at most 20 deep."
    assert refusal({"or": [SPOKE] * 201}) == "A rule can hold at most 200 conditions; this one has 201."
    steps: Any = {"did": "message.sent"}
    for _ in range(6):
        steps = {"did": "message.sent", "then": steps}
    assert refusal(steps) == "At most 5 steps can follow each other."


def test_events_behind_a_segment_are_refused(june):
    with pytest.raises(Refused, match="counts members"):
        questions.ask({"kind": "segment", "rule": SPOKE, "events": True}, Viewer.everything())


def test_whatever_a_member_wrote_into_a_property_stays_a_value(play, warehouse):
    for n, text in enumerate(("=cmd|'/C calc'!A0", "a'b\\c\"d", "\u202eevil", "x" * 1000, "{p0:String}")):
        play(
            [event("order.paid", at("2018-06-20 10:00"), f"M{n}", value=1, properties={"note": text})],
            batch=1,
        )
        warehouse.loaded()
        assert segment({"did": "order.paid", "where": {"note": text}}) == [f"M{n}"]
    assert segment({"did": "order.paid", "where": {"note": "a\0b"}}) == []


def test_a_rule_is_told_in_words():
    rule = {"and": [
        SPOKE,
        {"or": [{"not": {"did": "order.paid", "within": "30d"}}, {"did": "member.joined", "then": {"did": "message.sent", "within": "12h"}}]},
        {"did": "order.paid", "where": {"value": {"gte": 100}, "coupon": "SPRING"}},
    ]}  # fmt: skip

    assert sentence(parse(rule)) == (
        "“Message sent” at least 3 times in the last 7 days, and (no “Order paid” in the last 30 days, or ever “Joined”, then "
        "“Message sent” within 12 hours), and ever “Order paid” (value ≥ 100, coupon = “SPRING”)."
    )
    with translation.override("zh-hans"):
        assert sentence(parse(rule)) == (
            "最近 7 天内“发送消息”至少 3 次，且（最近 30 天内没有“订单支付”，或曾经“入群”，之后 12 小时内“发送消息”），"
            "且曾经“订单支付”（数值 ≥ 100，coupon = “SPRING”）。"
        )


def test_a_bot_and_an_absent_member_are_in_no_segment(june):
    bot = Member.objects.get(identities__name="Robo")

    assert segment({"or": [{"members": [bot.pk, 4_000_000]}, {"random": {"percent": 100}}]}) == [
        "Ann",
        "Ben",
        "Eve",
    ]


def test_a_community_of_its_own_place_is_not_needed(play, warehouse):
    """What happened outside of any community counts where all is asked for."""
    play([event("order.paid", at("2018-06-20 10:00"), "Ann", community=None, value=5), say("Ben", at("2018-06-20 10:00"))], batch=1)  # fmt: skip
    warehouse.loaded()

    assert segment({"did": "order.paid"}) == ["Ann"]
    assert segment({"did": "order.paid"}, communities=[HEARTH.outside]) == []
