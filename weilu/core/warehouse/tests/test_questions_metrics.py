"""Every metric, counted by hand on the real engine."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import Place, account, event, join, leave, react, say
from weilu.core import clock, metrics
from weilu.core.directory.models import Community, Identity
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import conclusions, questions
from weilu.core.warehouse.measures import Computed, FirstReply, Ratio
from weilu.core.warehouse.tests.asking import at, behind, trend

pytestmark = pytest.mark.django_db

MON, TUE, WED, THU, FRI, SAT, SUN = (f"2026-01-{day:02}" for day in range(5, 12))
HARBOUR = Place("matrix", "!harbour", "Harbour")
ROBOT = account("Robot", bot=True)


def member(name: str) -> int:
    return Identity.objects.get(name=name).member_id


def test_members_count_from_joining_or_first_sight_until_leaving_and_again_after_coming_back(play, warehouse):
    play(
        [
            join("Ann", at(f"{MON} 08:00")),
            say("Ben", at(f"{TUE} 08:00")),  # no joining known: from first sight
            leave("Ann", at(f"{WED} 08:00")),
            join("Ann", at(f"{FRI} 08:00")),
            leave("Cy", at(f"{SAT} 08:00")),  # first seen by leaving: was never seen inside
            say(ROBOT, at(f"{MON} 08:00")),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("members", MON, SUN) == [1, 2, 1, 1, 2, 2, 2]
    assert trend("joins", MON, SUN) == [1, 1, 0, 0, 1, 0, 0]
    assert trend("leaves", MON, SUN) == [0, 0, 1, 0, 0, 1, 0]
    assert trend("net_growth", MON, SUN) == [1, 1, -1, 0, 1, -1, 0]
    assert behind("members", MON, SUN, at=FRI).ids == sorted([member("Ann"), member("Ben")])


def test_who_takes_part_after_leaving_is_in_again_and_who_leaves_twice_left_once(play, warehouse):
    play(
        [
            say("Ann", at(f"{MON} 08:00")),
            leave("Ann", at(f"{TUE} 08:00")),
            leave("Ann", at(f"{TUE} 09:00")),
            react("Ann", at(f"{THU} 08:00"), about=1),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("members", MON, FRI) == [1, 0, 0, 1, 1]
    assert trend("joins", MON, FRI) == [1, 0, 0, 1, 0]
    assert trend("leaves", MON, FRI) == [0, 1, 0, 0, 0]


def test_a_member_of_two_communities_is_one_member_and_two_joins(play, warehouse):
    play(
        [
            join("Ann", at(f"{MON} 08:00")),
            join("Ann", at(f"{TUE} 08:00"), community=HARBOUR),
            leave("Ann", at(f"{WED} 08:00")),
            leave("Ann", at(f"{THU} 08:00"), community=HARBOUR),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("members", MON, THU) == [1, 1, 1, 0]
    assert trend("joins", MON, THU) == [1, 1, 0, 0]
    assert trend("leaves", MON, THU) == [0, 0, 1, 1]
    assert trend("members", MON, THU, communities=["Harbour"]) == [0, 1, 1, 0]


def test_two_accounts_of_one_person_are_one_member_while_either_is_in(play, warehouse):
    play(
        [join("Ann", at(f"{MON} 08:00")), join("Bea", at(f"{TUE} 08:00")), leave("Ann", at(f"{WED} 08:00"))],
        batch=1,
    )
    merge("Bea", into="Ann")
    warehouse.loaded()

    assert trend("members", MON, THU) == [1, 1, 1, 1]
    assert trend("joins", MON, THU) == [1, 0, 0, 0]
    assert trend("leaves", MON, THU) == [0, 0, 0, 0]


def test_active_members_are_those_who_took_part_and_bots_never_are(play, warehouse):
    play(
        [
            say("Ann", at(f"{MON} 08:00")),
            say("Ann", at(f"{MON} 09:00")),
            react("Ben", at(f"{MON} 10:00"), about=1),
            join("Cy", at(f"{MON} 11:00")),  # joining is not taking part
            say(ROBOT, at(f"{MON} 12:00")),
            say("Ann", at(f"{WED} 08:00")),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("dau", MON, WED) == [2, 0, 1]
    assert trend("active_members", MON, WED, by="period") == [2]
    assert trend("speakers", MON, WED) == [1, 0, 1]
    assert trend("messages", MON, WED) == [3, 0, 1]
    assert trend("messages_per_speaker", MON, WED) == [2.0, None, 1.0]


def test_weekly_and_monthly_actives_look_back_from_the_end_of_a_shorter_bucket(play, warehouse):
    play(
        [
            say("Ann", at("2026-01-01 12:00")),
            say("Ben", at("2026-01-07 23:59")),
            say("Ann", at("2026-01-08 00:00")),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("wau", "2026-01-06", "2026-01-09") == [1, 2, 2, 2]
    assert trend("wau", "2026-01-14", "2026-01-15") == [1, 0]
    assert trend("wau", "2026-01-01", "2026-01-14", by="week") == [1, 2, 0]
    assert trend("mau", "2026-01-30", "2026-02-07") == [2, 2, 2, 2, 2, 2, 2, 1, 0]
    assert trend("mau", "2026-01-01", "2026-02-28", by="month") == [2, 0]
    both = sorted([member("Ann"), member("Ben")])
    seen = [
        behind("wau", "2026-01-06", "2026-01-09", at=day).ids
        for day in ("2026-01-06", "2026-01-07", "2026-01-09")
    ]
    assert seen == [[member("Ann")], both, both]
    assert behind("wau", "2026-01-14", "2026-01-15", at="2026-01-14").ids == [member("Ann")]
    assert behind("wau", "2026-01-14", "2026-01-15", at="2026-01-15").ids == []


def test_stickiness_is_the_average_day_over_the_month(play, warehouse):
    play(
        [
            say(who, at(f"{day} 12:00"))
            for who, day in (("Ann", MON), ("Ann", TUE), ("Ben", TUE), ("Cy", WED))
        ],
        batch=1,
    )
    warehouse.loaded()

    # By week: 1 + 2 + 1 + 0 + 0 + 0 + 0 member-days on 7 days, over 3 active in the 30 days that end with it.
    assert trend("stickiness", MON, SUN, by="week") == [pytest.approx(100 * (4 / 7) / 3)]
    assert trend("stickiness", MON, TUE) == [100.0, 100.0]
    assert trend("stickiness", WED, WED) == [pytest.approx(100 / 3)]
    with clock.frozen(dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)):
        # On Tuesday noon two days have begun.
        assert trend("stickiness", MON, SUN, by="week") == [pytest.approx(100 * (4 / 2) / 3)]


def test_interaction_rate_and_silent_share_divide_the_members_at_the_end(play, warehouse):
    play([join(who, at(f"{MON} 08:00")) for who in ("Ann", "Ben", "Cy", "Dan")] + [
        say("Ann", at(f"{TUE} 08:00")), react("Ben", at(f"{TUE} 08:00"), about=1), leave("Dan", at(f"{WED} 08:00")),
    ], batch=1)  # fmt: skip
    warehouse.loaded()

    assert trend("interaction_rate", MON, WED) == [0.0, 25.0, 0.0]
    assert trend("silent_share", MON, WED) == [100.0, 75.0, 100.0]
    assert trend("silent_share", MON, WED, by="period") == [pytest.approx(100 * 2 / 3)]
    assert trend("interaction_rate", "2026-01-01", "2026-01-01") == [None]
    assert behind("silent_share", MON, WED, at=TUE).ids == sorted(member(one) for one in ("Ben", "Cy", "Dan"))


def test_new_speakers_speak_for_the_first_time_ever_in_these_communities(play, warehouse):
    play(
        [
            say("Ann", at("2025-06-01 08:00")),
            say("Ann", at(f"{MON} 08:00")),
            say("Ben", at(f"{MON} 08:00")),
            say("Ben", at(f"{TUE} 08:00")),
            say("Ann", at(f"{TUE} 08:00"), community=HARBOUR),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("new_speakers", MON, TUE) == [1, 0]
    assert trend("new_speakers", MON, TUE, communities=["Harbour"]) == [0, 1]


def test_first_message_rate_asks_who_spoke_within_seven_days_of_joining(play, warehouse):
    play(
        [
            join("Ann", at(f"{MON} 08:00")),
            say("Ann", at("2026-01-12 07:59")),  # a minute before the 7 × 24 hours are over
            join("Ben", at(f"{MON} 08:00")),
            say("Ben", at("2026-01-12 08:00")),  # just over
            join("Cy", at(f"{TUE} 08:00")),
            say("Dan", at(f"{TUE} 08:00")),  # not known to have joined
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("first_message_rate", MON, WED) == [50.0, 0.0, None]


def test_day_n_retention_follows_those_who_came_on_day_0(play, warehouse):
    play(
        [
            join("Ann", at(f"{MON} 23:00")),
            say("Ann", at(f"{TUE} 00:30")),  # day 1, though only 90 minutes later
            say("Ben", at(f"{MON} 08:00")),  # day 0 by the first message
            react("Ben", at("2026-01-12 08:00"), about=1),  # day 7
            say("Cy", at(f"{TUE} 08:00")),
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("day_1_retention", MON, WED) == [50.0, 0.0, None]
    assert behind("day_1_retention", MON, WED, at=MON).ids == [member("Ann")]
    assert trend("day_7_retention", MON, WED) == [50.0, 0.0, None]
    assert behind("day_7_retention", MON, WED, at=MON).ids == [member("Ben")]
    assert trend("day_30_retention", MON, WED, by="period") == [0.0]
    with clock.frozen(dt.datetime(2026, 1, 7, 12, tzinfo=dt.UTC)):
        # Tuesday's day 1 is not over on Wednesday noon, so Cy is left out.
        assert trend("day_1_retention", MON, TUE) == [50.0, None]
        assert trend("day_1_retention", MON, TUE, by="period") == [50.0]


def test_reply_rate_and_time_count_the_first_answer_of_somebody_else_within_a_day(play, warehouse):
    play(
        [
            say("Ann", at(f"{MON} 08:00"), number=1),
            say("Ann", at(f"{MON} 08:01"), number=2, about=1),  # her own answer is none
            say(ROBOT, at(f"{MON} 08:02"), number=3, about=1),  # nor a bot's
            say("Ben", at(f"{MON} 08:10"), number=4, about=1),
            say("Cy", at(f"{MON} 08:20"), number=5, about=1),
            say("Ben", at(f"{MON} 09:00"), number=6),
            say("Ann", at(f"{MON} 09:30"), number=7, about=6),
            say("Cy", at(f"{MON} 10:00"), number=8),
            say("Ann", at(f"{TUE} 10:01"), number=9, about=8),  # a minute too late
            say(ROBOT, at(f"{MON} 11:00"), number=10),  # a bot's message asks nobody
            say("Ann", at(f"{TUE} 23:00"), number=11),
            say("Ben", at(f"{WED} 01:00"), number=12, about=11),  # counts on the day of the message
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("reply_rate", MON, WED) == [pytest.approx(200 / 3), 100.0, None]
    assert trend("first_reply", MON, WED) == [600.0, 7200.0, None]  # of 600 and 1800 seconds the lower middle
    assert trend("first_reply", MON, WED, by="period") == [1800.0]
    asked = {"kind": "trend", "metric": "first_reply", "from": MON, "to": WED, "timezone": "UTC"}
    spans = [{**asked, "by": by} for by in ("day", "week", "period")]
    questions.forget()
    told = questions.ask_many(spans, Viewer.everything())  # the longer spans out of the days
    assert [[row[-1] for row in one.rows] for one in told] == [[600.0, 7200.0, None], [1800.0], [1800.0]]
    assert len(behind("reply_rate", MON, WED, at=MON).ids) == 2


def test_where_no_message_is_known_to_answer_another_nothing_is_said_about_replies(play, warehouse):
    play([say("Ann", at(f"{MON} 08:00")), say("Ben", at(f"{MON} 08:10"), community=HARBOUR, number=1),
          say("Cy", at(f"{MON} 08:20"), community=HARBOUR, about=1)], batch=1)  # fmt: skip
    warehouse.loaded()

    assert trend("reply_rate", MON, MON, communities=["Hearth"]) == [None]
    assert trend("first_reply", MON, MON, communities=["Hearth"]) == [None]
    assert trend("reply_rate", MON, MON) == [100.0]


def test_the_top_tenth_of_speakers_rounds_up(play, warehouse):
    loud = [say("Ann", at(f"{MON} 08:00") + n) for n in range(9)]
    others = [say(f"Voice{n}", at(f"{MON} 09:00")) for n in range(10)]
    play([*loud, *others, say(ROBOT, at(f"{MON} 10:00"))], batch=1)
    warehouse.loaded()

    # 11 speakers: the top tenth are 2; the second of them sent 1 of 19.
    assert trend("top_share", MON, TUE) == [pytest.approx(100 * 10 / 19), None]
    assert len(behind("top_share", MON, TUE, at=MON).ids) == 2


def test_state_sizes_are_read_at_the_end_of_the_bucket_and_add_up_to_everybody_ever_seen(play, warehouse):
    play([say("Ann", at(f"{MON} 08:00")), say("Ben", at(f"{MON} 08:00")), leave("Ben", at(f"{WED} 08:00")),
          say("Ann", at("2026-01-20 08:00"))], batch=1)  # fmt: skip
    warehouse.loaded()

    assert trend("state_new", MON, THU) == [2, 2, 1, 1]
    assert trend("state_churned", MON, THU) == [0, 0, 1, 1]
    assert trend("state_active", "2026-01-12", "2026-01-13") == [1, 1]
    assert trend("state_dormant", "2026-01-19", "2026-01-19") == [1]
    assert trend("state_returning", "2026-01-20", "2026-02-03") == [1] * 14 + [0]
    assert behind("state_churned", MON, THU, at=THU).ids == [member("Ben")]


def test_over_some_communities_the_best_state_speaks_for_a_member(play, warehouse, ada):
    third = Place("matrix", "!third", "Third")
    play([say("Ann", at("2025-01-01 08:00")), say("Ann", at(f"{MON} 08:00"), community=HARBOUR),
          say("Ben", at("2025-01-01 08:00")), say("Cy", at(f"{MON} 08:00"), community=third)], batch=1)  # fmt: skip
    warehouse.loaded()

    two = ["Hearth", "Harbour"]
    assert trend("state_churned", MON, MON, communities=["Hearth"]) == [2]
    assert trend("state_churned", MON, MON, communities=two) == [1]
    assert trend("state_new", MON, MON, communities=two) == [1]
    assert trend("state_new", MON, MON) == [1]  # the whole person: Ann came long ago and is back
    assert trend("state_returning", MON, MON) == [1]


def test_tiers_are_read_from_what_was_concluded(play, warehouse):
    play([say("Ann", at(f"{MON} 08:00")), say("Ben", at(f"{MON} 08:00"))], batch=1)
    warehouse.loaded()
    hearth, ann, ben = Community.objects.get().pk, member("Ann"), member("Ben")
    conclude("tier", hearth, {ann: [(MON, "kol")], ben: [(MON, "lurker"), (WED, "participant")]})

    assert trend("tier_kol", MON, WED) == [1, 1, 1]
    assert trend("tier_lurker", MON, WED) == [1, 1, 0]
    assert trend("tier_participant", MON, WED) == [0, 0, 1]
    assert trend("tier_koc", MON, WED) == [0, 0, 0]


def test_every_metric_of_the_catalogue_answers_on_an_empty_house(play, warehouse):
    play([say(ROBOT, at(f"{MON} 08:00"))], batch=1)
    warehouse.loaded()

    for metric in metrics.all_metrics():
        empty = None if isinstance(metric.measure, Ratio | Computed | FirstReply) else 0
        assert trend(metric.slug, TUE, WED) == [empty, empty], metric.slug


def test_knowledge_of_a_day_counts_only_what_was_recorded_by_then(play, warehouse):
    with clock.frozen(dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)):
        play([say("Ann", at(f"{MON} 08:00")), say("Bea", at(f"{MON} 09:00"))], batch=1)
    with clock.frozen(dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)):
        play([say("Cy", at(f"{MON} 08:00"))], batch=2)
        merge("Bea", into="Ann")
    warehouse.loaded()

    assert trend("dau", MON, TUE) == [2, 0]
    assert trend("dau", MON, TUE, known=TUE) == [2, 0]
    assert trend("messages", MON, TUE) == [3, 0]
    assert trend("messages", MON, TUE, known=TUE) == [2, 0]
    assert trend("members", MON, TUE, known=TUE) == [2, 2]
    assert trend("state_new", MON, TUE, known=TUE) == [2, 2]
    assert behind("dau", MON, TUE, at=MON, known=TUE).total == 2


def test_as_of_a_day_leaves_out_what_happened_later(play, warehouse):
    play(
        [say("Ann", at(f"{MON} 08:00")), say("Ben", at(f"{WED} 08:00")), leave("Ann", at(f"{THU} 08:00"))],
        batch=1,
    )
    warehouse.loaded()

    assert trend("messages", MON, FRI, as_of=TUE) == [1, 0, 0, 0, 0]
    assert trend("members", MON, FRI, as_of=WED) == [1, 1, 2, 2, 2]
    assert trend("state_churned", MON, FRI, as_of=WED) == [0, 0, 0, 0, 0]


def pay(who, moment, value):
    return event("order.paid", at(moment), who, value=value)


def test_orders_their_sum_and_who_buys_again(play, warehouse):
    play(
        [
            *(say(name, at(f"{MON} 07:00")) for name in ("Ann", "Ben", "Cy", "Di")),
            pay("Ann", f"{MON} 08:00", 1_000),
            pay("Ann", f"{MON} 09:00", 500),  # twice on the first day: nobody bought before it began
            pay("Ben", f"{TUE} 08:00", 2_500),
            pay("Ann", f"{TUE} 09:00", 200),
            pay(ROBOT, f"{TUE} 10:00", 300),
            pay("Cy", f"{WED} 08:00", None),  # its value is not known
        ],
        batch=1,
    )
    warehouse.loaded()

    assert trend("orders", MON, THU) == [2, 3, 1, 0]
    assert trend("sales", MON, THU) == [1_500, 3_000, 0, 0]
    assert trend("average_order", MON, THU) == [750, 1_000, 0, None]
    assert trend("paid_conversion", MON, THU) == [25, 50, 25, 0]
    assert trend("repurchase_rate", MON, THU) == [0, 50, 0, None]
    assert trend("repurchase_rate", MON, THU, by="period") == [0]
    assert trend("repurchase_rate", TUE, THU, by="period") == [pytest.approx(100 / 3)]
    assert behind("repurchase_rate", MON, THU, at=TUE).ids == sorted([member("Ann"), member("Ben")])
    assert behind("orders", MON, THU, at=TUE).total == 3


def test_what_members_say_when_asked(play, warehouse):
    def told(kind, who, moment, value):
        return event(kind, at(moment), who, value=value, source="sdk")

    with clock.frozen(
        dt.datetime(2026, 1, 6, 12, tzinfo=dt.UTC)
    ):  # what an SDK sends late waits for the operator
        play(
            [
                told("nps.answered", "Ann", f"{MON} 08:00", 10),
                told("nps.answered", "Ben", f"{MON} 08:00", 9),
                told("nps.answered", "Cy", f"{MON} 08:00", 8),
                told("nps.answered", "Di", f"{MON} 08:00", 6),
                told("nps.answered", "Di", f"{MON} 09:00", 0),  # said again: still one
                told("nps.answered", ROBOT, f"{MON} 08:00", 0),
                told("nps.answered", "Ann", f"{TUE} 08:00", 7),
                told("satisfaction.rated", "Ann", f"{MON} 08:00", 4),
                told("satisfaction.rated", "Ben", f"{MON} 08:00", 3),
                told("satisfaction.rated", "Cy", f"{TUE} 08:00", 5),
            ],
            batch=1,
        )
    warehouse.loaded()

    assert trend("nps", MON, WED) == [25, 0, None]
    assert trend("satisfaction", MON, WED) == [50, 100, None]
    assert behind("nps", MON, WED, at=MON).ids == sorted([member("Ann"), member("Ben")])


def test_participation_is_the_share_of_members_who_took_part(play, warehouse):
    play(
        [join(name, at(f"{MON} 08:00")) for name in ("Ann", "Ben", "Cy", "Di")]
        + [react("Ann", at(f"{TUE} 08:00"), about=1), say("Ben", at(f"{TUE} 08:00"))],
        batch=1,
    )
    warehouse.loaded()

    assert trend("participation_rate", MON, WED) == [0, 50, 0]


def merge(one: str, *, into: str) -> None:
    from weilu.core.directory import actions

    actions.own(Identity.objects.get(name=one).pk, member(into), decision=0)


def conclude(key: str, scope: int, histories: dict[int, list[tuple[str, str]]]) -> None:
    """Writes conclusions as the members' room does, for a key that its jobs draw only now and then."""
    import pyarrow as pa

    from weilu.core.warehouse import client, questions

    rows = [
        (who, [at(day) // 1000 for day, _ in points], [value for _, value in points])
        for who, points in histories.items()
    ]
    client.insert(
        "weilu.timelines",
        pa.table(
            {
                "key": [key] * len(rows),
                "scope": pa.array([scope] * len(rows), pa.uint32()),
                "who": pa.array([who for who, _, _ in rows], pa.uint32()),
                "froms": pa.array([froms for _, froms, _ in rows], pa.list_(pa.uint32())),
                "vals": [vals for _, _, vals in rows],
                "version": pa.array([10**9] * len(rows), pa.uint64()),
            }
        ),
    )
    questions.forget()
    conclusions.stamp()


def test_what_an_answer_a_leaving_or_a_share_takes_away_may_still_fall():
    rising = {"messages", "dau", "wau", "joins", "leaves", "new_speakers", "speakers"}
    falling = {
        "members",
        "net_growth",
        "stickiness",
        "silent_share",
        "reply_rate",
        "first_reply",
        "first_message_rate",
    }
    assert {slug for slug in rising | falling if metrics.find(slug).rises} == rising


def test_a_day_that_has_not_begun_has_no_stickiness(play, warehouse):
    play([say("Ann", at("2018-06-01 12:00"))], batch=1)
    warehouse.loaded()
    assert trend("stickiness", "2018-06-01", "2018-06-03", as_of="2018-06-02") == [100, 0, None]
