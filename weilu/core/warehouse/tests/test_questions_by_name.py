"""What a question about an event by its name promises: own names, counts, members, sums, hours, and what stands behind."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.cast import operator
from tests.fixtures.log import Place, account, event, say
from weilu.core import clock
from weilu.core.directory.models import Community, Member
from weilu.core.events.keys import key
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import questions
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
POURED = {**PAID, "event": "Tea Poured"}


@pytest.fixture
def summer():
    """What SDKs tell is taken without asking for a month only."""
    with clock.frozen(dt.datetime(2018, 6, 20, tzinfo=dt.UTC)):
        yield


def pay(who, moment: str, value: int | None = None, **rest):
    return event("order.paid", at(moment), who, value=value, **rest)


def pour(who, moment: str, **rest):
    """As an SDK says it: names of its own come under keys of that namespace only."""
    poured = event("Tea Poured", at(moment), who, **rest)
    return poured._replace(key=key("sdk", at(moment), who))


@pytest.fixture
def orders(play, warehouse):
    """Four orders of two members on two days, one of them outside of any community; a bot's; two pours of tea."""
    play([
        pay("Ann", "2018-06-01 09:10", 100), pay("Ann", "2018-06-01 09:50", 250), pay("Bo", "2018-06-01 23:59"),
        pay("Bo", "2018-06-02 00:00", -50, community=None), pay(account("Shop", bot=True), "2018-06-02 12:00", 7),
        pour("Ann", "2018-06-01 10:00", community=None), pour("Bo", "2018-06-02 10:00"), say("Cy", at("2018-06-02 10:00")),
    ], batch=1)  # fmt: skip
    warehouse.loaded()


def test_an_event_is_counted_its_members_are_counted_and_its_values_summed(orders):
    assert ask(**PAID).rows == [("2018-06-01", 3), ("2018-06-02", 2)]
    assert ask(**PAID, measure="count").unit == "events"
    members = ask(**PAID, measure="members")
    assert (members.unit, members.rows) == ("people", [("2018-06-01", 2), ("2018-06-02", 1)])
    values = ask(**PAID, measure="sum")
    assert (values.unit, values.rows) == ("value", [("2018-06-01", 350), ("2018-06-02", -43)])


def test_a_total_is_one_row_that_begins_with_the_first_day_and_counts_each_member_once(orders):
    for measure, value in (("count", 5), ("members", 2), ("sum", 307)):
        assert ask(**PAID, measure=measure, by="total").rows == [("2018-06-01", value)]


def test_behind_each_point_stand_its_events_or_its_members(orders):
    first = {"by": "day", "at": "2018-06-01"}
    assert [row[1:] for row in ask(**PAID, **first, people=True, measure="members").rows] == [
        ("Ann",),
        ("Bo",),
    ]
    assert [row[1:] for row in ask(**PAID, **first, people=True).rows] == [("Ann",), ("Bo",)]
    listed = ask(**PAID, by="total", events=True).rows
    assert [row[1:3] for row in listed][-2:] == [
        ("2018-06-02T00:00:00+00:00", None),
        ("2018-06-02T12:00:00+00:00", "Hearth"),
    ]
    assert [row[3] is None for row in listed] == [False] * 4 + [True]
    assert len(ask(**PAID, measure="sum", by="total", events=True).rows) == 5
    with pytest.raises(Refused, match="counts members"):
        ask(**PAID, **first, measure="members", events=True)


def test_an_own_name_is_asked_for_as_it_was_sent(orders):
    assert ask(**POURED).rows == [("2018-06-01", 1), ("2018-06-02", 1)]
    assert ask(**POURED, measure="members", by="total").rows == [("2018-06-01", 2)]
    cohorts = {
        **POURED,
        "kind": "retention",
        "start": "Tea Poured",
        "comeback": "order.paid",
        "period": "day",
        "periods": 1,
    }
    cohorts.pop("event")
    assert ask(**cohorts).rows == [("2018-06-01", 1, 0, 1), ("2018-06-02", 1, 0, 1)]
    assert (6, 10, 1) in ask(**{**POURED, "kind": "heatmap"}).rows


def test_what_sdks_call_an_order_means_ours(orders):
    assert ask(**{**PAID, "event": "Order Completed"}, measure="sum", by="total").rows == [
        ("2018-06-01", 307)
    ]


def test_a_name_that_nobody_sent_is_refused_with_those_near_it(orders):
    with pytest.raises(Refused, match=r"“tea poured”.* Near it: Tea Poured"):
        ask(**{**POURED, "event": "tea poured"})
    with pytest.raises(Refused, match=r"“order.pad”.* Near it: order.paid"):
        ask(**{**PAID, "event": "order.pad"})
    with pytest.raises(Refused, match=r"“zzz”.* There are: .*order.paid.*Tea Poured.*interaction"):
        ask(**{**PAID, "event": "zzz"})


def test_what_happened_outside_of_any_community_is_for_those_who_see_all(orders):
    hearth = Community.objects.get(name="Hearth")
    assert ask(**PAID, by="total", communities=[hearth.pk]).rows == [("2018-06-01", 4)]
    assert ask(**PAID, by="total", breakdown="community").rows == [
        ("2018-06-01", "Hearth", 4),
        ("2018-06-01", "none", 1),
    ]
    point = {"at": "2018-06-01", "by": "none"}
    assert len(ask(**PAID, by="total", breakdown="community", events=True, point=point).rows) == 1
    viewer = viewer_of(operator("bea@example.com", "Bea", "community_manager", hearth))
    assert ask(viewer, **PAID, by="total").rows == [("2018-06-01", 4)]
    assert ask(viewer, **POURED, by="total").rows == [("2018-06-01", 1)]


def test_a_name_seen_elsewhere_is_asked_for_and_counts_nothing_here(orders):
    assert ask(**POURED, by="total", communities=["Hearth"]).rows == [("2018-06-01", 1)]
    assert ask(**{**POURED, "communities": []}, by="total").rows == [("2018-06-01", 0)]


def test_a_name_seen_only_in_communities_of_others_is_as_one_never_seen(play, warehouse, bea, hearth):
    play([pour("Ann", "2018-06-01 09:00", community=HARBOUR)], batch=1)
    warehouse.loaded()

    with pytest.raises(Refused) as refused:
        ask(viewer_of(bea), **{**POURED, "event": "tea poured"})
    assert "Tea Poured" not in str(refused.value)


def test_a_name_that_was_sent_a_moment_ago_is_waited_for(play, warehouse):
    from weilu.core.warehouse import loader

    warehouse.loaded()
    play([pour("Ann", "2018-06-01 09:00")], batch=1)

    def carried(position, seconds):
        return warehouse.loaded()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "wait_until", carried)  # the worker's part, which no other process plays here
        assert ask(**POURED, by="total").rows == [("2018-06-01", 1)]


@pytest.mark.parametrize(
    ("timezone", "day", "hours", "told"),
    [
        ("UTC", "2018-06-01", 24, {2: "2018-06-01T02:00:00+00:00"}),
        ("Europe/Berlin", "2018-03-25", 23, {1: "2018-03-25T01:00:00+01:00", 2: "2018-03-25T03:00:00+02:00"}),
        ("Europe/Berlin", "2018-10-28", 25, {2: "2018-10-28T02:00:00+02:00", 3: "2018-10-28T02:00:00+01:00"}),
        ("America/Sao_Paulo", "2018-11-04", 23, {0: "2018-11-04T01:00:00-02:00"}),
        ("Asia/Kathmandu", "2018-06-01", 24, {5: "2018-06-01T05:00:00+05:45"}),
        ("Australia/Lord_Howe", "2018-10-07", 24, {2: "2018-10-07T02:30:00+11:00", 3: "2018-10-07T03:00:00+11:00"}),
    ],
)  # fmt: skip
def test_hours_are_those_of_the_clock_on_the_wall(play, warehouse, timezone, day, hours, told):
    midnight = at(f"{day} 00:00", timezone)
    halves = range(-2, 54)
    play([say("Ann", midnight + n * 1_800_000) for n in halves], batch=1)
    warehouse.loaded()

    asked = {
        "kind": "trend",
        "event": "message.sent",
        "first": day,
        "last": day,
        "by": "hour",
        "timezone": timezone,
    }
    rows = ask(**asked).rows

    assert len(rows) == hours
    assert {n: rows[n][0] for n in told} == told
    assert sum(value for _, value in rows) == ask(**{**asked, "by": "day"}).rows[0][1]
    for moment, value in rows:
        assert len(ask(**asked, point={"at": moment}, events=True).rows) == value


def test_metrics_that_are_counted_anew_each_day_have_no_hours(play, warehouse):
    question = {"kind": "trend", "first": "2018-06-01", "last": "2018-06-01", "by": "hour"}
    assert len(ask(**question, metric="messages").rows) == len(ask(**question, metric="speakers").rows) == 24
    for metric in ("dau", "members", "stickiness", "joins"):
        with pytest.raises(Refused, match=f"“{metric}” cannot be cut by hour"):
            ask(**question, metric=metric)
    with pytest.raises(Refused, match="more than 4000 rows"):
        ask(**{**question, "first": "2017-06-01"}, metric="messages")


def test_hours_and_days_asked_together_do_not_mix(play, warehouse):
    play([say("Ann", at("2018-06-01 09:00")), say("Ann", at("2018-06-01 10:00"))], batch=1)
    warehouse.loaded()
    question = {
        "kind": "trend",
        "metric": "messages",
        "from": "2018-06-01",
        "to": "2018-06-02",
        "timezone": "UTC",
    }

    hours, days, whole = questions.ask_many(
        [{**question, "by": by} for by in ("hour", "day", "total")], Viewer.everything()
    )

    assert [value for _, value in hours.rows] == [0] * 9 + [1, 1] + [0] * 37
    assert (days.rows, whole.rows) == ([("2018-06-01", 2), ("2018-06-02", 0)], [("2018-06-01", 2)])


def test_no_sum_runs_over(play, warehouse):
    most = 2**63 - 1
    play(
        [pay("Ann", "2018-06-01 09:00", most, number=1), pay("Ann", "2018-06-01 09:00", most, number=2)],
        batch=1,
    )
    warehouse.loaded()

    assert ask(**PAID, measure="sum", by="total").rows == [("2018-06-01", 2 * most)]


def test_a_measure_belongs_to_an_event_and_is_one_of_three(play, warehouse):
    with pytest.raises(Refused, match="count, members, sum"):
        ask(**PAID, measure="mean")
    with pytest.raises(Refused, match="no part “measure”"):
        ask(kind="trend", metric="dau", first="2018-06-01", last="2018-06-01", measure="sum")


def test_one_import_can_be_asked_about_alone(play, warehouse):
    first = [
        say("Ann", at("2018-06-01 09:00")),
        say("Bo", at("2018-06-01 10:00")),
        pay("Ann", "2018-06-01 11:00", community=None),
    ]
    play(first, batch=1)
    play([*first[1:], say("Ann", at("2018-06-01 12:00"), community=HARBOUR)], batch=2)
    warehouse.loaded()
    all_ = {**PAID, "event": "*", "by": "total"}

    def brought(batch: int, **rest):
        return ask(**all_, batch=batch, **rest).rows[0][1]

    assert [brought(1), brought(1, brought="known"), brought(1, brought="all")] == [3, 0, 3]
    assert [brought(2), brought(2, brought="known"), brought(2, brought="all")] == [1, 2, 3]
    assert [brought(3), brought(3, brought="known"), brought(3, brought="all")] == [0, 0, 0]
    assert brought(2, brought="all", measure="members") == 2
    assert len(ask(**all_, batch=2, brought="known", events=True).rows) == 2
    assert ask(
        kind="trend", metric="messages", first="2018-06-01", last="2018-06-01", timezone="UTC", batch=1
    ).rows == [("2018-06-01", 2)]
    with pytest.raises(Refused, match="one import or one member"):
        ask(kind="trend", metric="state_new", first="2018-06-01", last="2018-06-01", batch=1)


def test_one_member_can_be_asked_about_alone(orders):
    ann = Member.objects.get(name="Ann").pk

    assert ask(**PAID, measure="sum", member=ann).rows == [("2018-06-01", 350), ("2018-06-02", 0)]
    assert ask(**{**PAID, "event": "*"}, by="total", member=ann, measure="members").rows == [
        ("2018-06-01", 1)
    ]
    assert len(ask(**PAID, by="total", member=ann, events=True).rows) == 2
    assert ask(**PAID, by="total", member=10**6).rows == [("2018-06-01", 0)]
    with pytest.raises(Refused, match="one import or one member"):
        ask(kind="flow", first="2018-06-01", last="2018-06-01", member=ann)
