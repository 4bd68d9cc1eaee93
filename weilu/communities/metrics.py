"""What does this room count beyond the common figures? The shares that health is read from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.core.metrics import ANEW, PERCENT, Metric
from weilu.core.warehouse.measures import DailyMean, Members, Ratio

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
)  # fmt: skip
