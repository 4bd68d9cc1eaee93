"""What does this room count beyond the common figures? What health is read from, and what waits for an answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.metrics import ANEW, DISTINCT, DOWN, MESSAGES, PEOPLE, PERCENT, Metric
from weilu.core.warehouse.measures import DailyMean, Members, People, Ratio, Unanswered

METRICS = (
    Metric(
        "daily_share",
        _("Active on an average day"),
        _("Members active on an average day of the bucket (days not begun are left out) ÷ members at its end. No value without "
          "members. Days run in the time zone asked for. Behind it: the members active in the bucket."),
        PERCENT,
        Ratio(DailyMean(), Members(), 100),
        total=ANEW,
    ),
    Metric(
        "buyers",
        _("Buyers"),
        _("Members who paid for an order in the bucket. Each person once; no bots. Days run in the time zone asked for."),
        PEOPLE,
        People(("order.paid",)),
        total=DISTINCT,
    ),
    Metric(
        "unanswered",
        _("Messages without an answer"),
        _("Messages of members in the bucket that answer no other and that no other member has answered until now, by the "
          "platform's reply function. Only communities whose platform tells what a message answers count. Days run in the "
          "time zone asked for."),
        MESSAGES,
        Unanswered(),
        DOWN,
    ),
)  # fmt: skip
