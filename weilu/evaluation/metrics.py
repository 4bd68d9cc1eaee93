"""Which figures describe how a community lives? Declared as data; how each is computed is the business of the warehouse."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weilu.core.metrics import (
    ANEW,
    DISTINCT,
    DOWN,
    EVENTS,
    LAST,
    MESSAGES,
    NEITHER,
    PEOPLE,
    PERCENT,
    RATIO,
    SECONDS,
    VALUE,
    Metric,
)  # fmt: skip
from weilu.core.warehouse.measures import (
    Answered,
    Computed,
    DailyMean,
    Events,
    FirstReply,
    FirstTime,
    Joiners,
    Joins,
    Leaves,
    Less,
    Members,
    Newcomers,
    Openers,
    People,
    Ratio,
    Silent,
    SpokeSoon,
    Stayed,
    Sums,
    TopSpeakers,
)  # fmt: skip
from weilu.core.warehouse.steps import Condition

SPEAK = ("message.sent",)
DAYS_TO_SPEAK = 7
REPLY_HOURS = 24
TOP_PERCENT = 10


def _retained(days: int, label: str | Promise) -> Metric:
    return Metric(
        f"day_{days}_retention",
        label,
        _("Of the members whose day 0 lies in the period, the share who took part on the Nth day after it. Day 0 is the "
          "day of the first joining, or without one of the first message. Members whose Nth day is not over yet are "
          "left out; without any left there is no value. Days run from midnight to midnight in the time zone asked for. "
          "Behind it: those who came back."),
        PERCENT, Ratio(Stayed(days), Newcomers(days), 100), total=ANEW,
    )  # fmt: skip


def _back(days: int, label: str | Promise) -> Metric:
    return Metric(
        f"back_on_day_{days}",
        label,
        _("Members whose day 0 lies in the period and who took part on the Nth day after it. Day 0 is the day of the first "
          "joining, or without one of the first message. Members whose Nth day is not over yet are left out. Each person "
          "once; no bots. Days run from midnight to midnight in the time zone asked for."),
        PEOPLE, Stayed(days),
    )  # fmt: skip


GROWTH = (
    Metric("members", pgettext_lazy("figure", "Members"),
           _("People who are in at the end of the period. A member counts from joining or, where no joining is known, from "
             "the first event seen, until leaving; who joins or takes part again counts again. Each person once over "
             "several communities; no bots. The period ends at midnight in the time zone asked for."),
           PEOPLE, Members(), total=LAST),
    Metric("joins", _("Joins"),
           _("Memberships that began in the period: by joining or, where no joining is known, by the first event seen. A "
             "person who comes into two communities counts in both; no bots. Days run in the time zone asked for. "
             "Behind it: the events by which they began."),
           EVENTS, Joins()),
    Metric("leaves", _("Leaves"),
           _("Memberships that ended in the period by leaving. No bots. Days run in the time zone asked for. Behind it: "
             "the events of leaving."),
           EVENTS, Leaves(), DOWN),
    Metric("net_growth", _("Net growth"),
           _("Joins minus leaves of the period, in the time zone asked for. Behind it: the joins."),
           EVENTS, Less(Joins(), Leaves())),
)  # fmt: skip

ACTIVITY = (
    Metric("active_members", _("Active members"),
           _("Members who took part at least once in the period: sent a message, reacted, voted, checked in, bought. Each "
             "person once; no bots. Days run in the time zone asked for."),
           PEOPLE, People(), total=DISTINCT),
    Metric("dau", _("Daily active members"),
           _("Members who took part at least once on the day; by week or month, at least once in it. Each person once; no "
             "bots. Days run from midnight to midnight in the time zone asked for."),
           PEOPLE, People(days=1), total=DISTINCT),
    Metric("wau", _("Weekly active members"),
           _("Members who took part at least once in the period or, where it is shorter than a week, in the 7 days that end "
             "with it. Each person once; no bots. Weeks begin on Monday, days run in the time zone asked for."),
           PEOPLE, People(days=7), total=DISTINCT),
    Metric("mau", _("Monthly active members"),
           _("Members who took part at least once in the calendar month or, in shorter periods, in the 30 days that end "
             "with it. Each person once; no bots. Days run in the time zone asked for."),
           PEOPLE, People(days=30), total=DISTINCT),
    Metric("stickiness", _("Stickiness"),
           _("Members active on an average day of the period (days not begun are left out) ÷ monthly active members at its "
             "end. No value where nobody was active. Days run in the time zone asked for. Behind it: the members active "
             "in the period."),
           PERCENT, Ratio(DailyMean(), People(days=30), 100), total=ANEW),
    Metric("interaction_rate", _("Interaction rate"),
           _("Speakers of the period ÷ members at its end. No value without members. Days run in the time zone asked for. "
             "Behind it: the speakers."),
           PERCENT, Ratio(People(SPEAK), Members(), 100), total=ANEW),
    Metric("participation_rate", _("Participation rate"),
           _("Members who took part at least once in the period ÷ members at its end. No value without members. Days run in the "
             "time zone asked for. Behind it: those who took part."),
           PERCENT, Ratio(People(), Members(), 100), total=ANEW),
)  # fmt: skip

VOICES = (
    Metric("messages", pgettext_lazy("figure", "Messages"),
           _("Messages sent in the period, those of bots too. Days run in the time zone asked for."),
           MESSAGES, Events(SPEAK)),
    Metric("speakers", _("Speakers"),
           _("Members who sent at least one message in the period. Each person once; no bots. Days run in the time zone "
             "asked for."),
           PEOPLE, People(SPEAK), total=DISTINCT),
    Metric("messages_per_speaker", _("Messages per speaker"),
           _("Messages of members in the period ÷ speakers; those of bots are left out. No value without speakers. Days run "
             "in the time zone asked for. Behind it: the messages."),
           RATIO, Ratio(Events(SPEAK, people_only=True), People(SPEAK)), total=ANEW),
    Metric("new_speakers", _("New speakers"),
           _("Members whose first message ever in these communities was sent in the period. Each person once; no bots. Days "
             "run in the time zone asked for."),
           PEOPLE, FirstTime("message.sent")),
    Metric("first_message_rate", _("First-message rate"),
           _("Of the members reported as joining in the period, the share who sent a message in that community within 7 × "
             "24 hours after. No value where the platform reports no joining. Periods run in the time zone asked for. "
             "Behind it: those who spoke."),
           PERCENT, Ratio(SpokeSoon(DAYS_TO_SPEAK), Joiners(), 100), total=ANEW),
    Metric("top_share", _("Share of the top 10%"),
           _("Of the messages that members sent in the period, the share of the 10% of speakers who sent most (rounded up; "
             "among equals the member known longer). No value without messages. Days run in the time zone asked for. "
             "Behind it: those speakers."),
           PERCENT, Ratio(TopSpeakers(TOP_PERCENT), Events(SPEAK, people_only=True), 100), NEITHER, ANEW),
    Metric("silent_share", _("Silent share"),
           _("Of the members at the end of the period, the share who sent no message in it. No value without members. Days "
             "run in the time zone asked for. Behind it: the silent."),
           PERCENT, Ratio(Silent(SPEAK), Members(), 100), DOWN, ANEW),
)  # fmt: skip

STAYING = (
    _retained(1, _("Day-1 retention")),
    _retained(7, _("Day-7 retention")),
    _retained(30, _("Day-30 retention")),
    _retained(90, _("Day-90 retention")),
    _back(1, _("Came back on day 1")),
    _back(7, _("Came back on day 7")),
    _back(30, _("Came back on day 30")),
)

ANSWERING = (
    Metric("reply_rate", _("Reply rate"),
           _("Of the messages of members in the period that answer no other, the share that another member answered within "
             "24 hours, by the platform's reply function. Only communities whose platform tells what a message answers "
             "count; without any there is no value. Days run in the time zone asked for. Behind it: the answered messages."),
           PERCENT, Ratio(Answered(REPLY_HOURS), Openers(), 100), total=ANEW),
    Metric("first_reply", _("Median time to first reply"),
           _("Seconds until the first reply of another member, in the (lower) middle of the messages answered within 24 "
             "hours, see reply rate. No value where none was answered. Days run in the time zone asked for and go by the "
             "message, not the reply. Behind it: the answered messages."),
           SECONDS, FirstReply(REPLY_HOURS), DOWN, ANEW),
)  # fmt: skip

PAID = ("order.paid",)
SELLING = (
    Metric("orders", _("Paid orders"),
           _("Orders paid in the period, those of nobody known too. Days run in the time zone asked for."),
           EVENTS, Events(PAID)),
    Metric("sales", _("Sales (cents)"),
           _("Sum of the values of the orders paid in the period, in the smallest parts of money, such as cents, as they came in; "
             "cancelled orders stay in. Days run in the time zone asked for."),
           VALUE, Sums(PAID)),
    Metric("average_order", _("Average order (cents)"),
           _("Sum of the values of the orders paid in the period ÷ their number, in the smallest parts of money, such as cents. No "
             "value without orders. Days run in the time zone asked for. Behind it: the orders."),
           VALUE, Ratio(Sums(PAID), Events(PAID)), total=ANEW),
    Metric("paid_conversion", _("Paid conversion"),
           _("Members who paid for an order in the period ÷ members at its end. No value without members. Days run in the time "
             "zone asked for. Behind it: those who paid."),
           PERCENT, Ratio(People(PAID), Members(), 100), total=ANEW),
    Metric("repurchase_rate", _("Repurchase rate"),
           _("Of the members who paid for an order in the period, the share who had paid for one in these communities before it "
             "began. No value without buyers. Days run in the time zone asked for. Behind it: all who paid in the period."),
           PERCENT, Computed("100 * (buyers - first) / buyers", (("buyers", People(PAID)), ("first", FirstTime(*PAID)))),
           total=ANEW),
)  # fmt: skip

WILLING, PLEASED = ("nps.answered",), ("satisfaction.rated",)
PROMOTERS = People(WILLING, where=(Condition("value", "gte", (9,)),))
DETRACTORS = People(WILLING, where=(Condition("value", "lte", (6,)),))
SURVEYS = (
    Metric("nps", _("Willingness to recommend (NPS)"),
           _("Share of those asked who gave 9 or 10 of 10 minus the share who gave 6 or less, −100 to 100, from the events "
             "“nps.answered” of the period. Each person once in each share; no bots. No value where nobody answered. Days run in "
             "the time zone asked for. Behind it: those who gave 9 or 10."),
           RATIO, Computed("100 * (high - low) / asked", (("high", PROMOTERS), ("low", DETRACTORS), ("asked", People(WILLING)))),
           total=ANEW),
    Metric("satisfaction", _("Satisfaction"),
           _("Share of those asked who gave 4 or 5 of 5, from the events “satisfaction.rated” of the period. Each person once; no "
             "bots. No value where nobody answered. Days run in the time zone asked for. Behind it: those who gave 4 or 5."),
           PERCENT, Ratio(People(PLEASED, where=(Condition("value", "gte", (4,)),)), People(PLEASED), 100), total=ANEW),
)  # fmt: skip

METRICS = (*GROWTH, *ACTIVITY, *VOICES, *STAYING, *ANSWERING, *SELLING, *SURVEYS)
