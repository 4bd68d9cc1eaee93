"""How far did public posts reach? What platforms count is imported by the day; here it is added up."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.connectors.events import REACH_COUNTED
from weilu.core.metrics import VALUE, Metric
from weilu.core.warehouse.measures import Sums
from weilu.core.warehouse.steps import EQUAL, Condition


def _counted(slug: str, sort: str, label: Promise, definition: Promise) -> Metric:
    return Metric(
        slug, label, definition, VALUE, Sums((REACH_COUNTED,), (Condition("sort", EQUAL, (sort,)),))
    )


METRICS = (
    _counted(
        "impressions", "impressions", _("Impressions"),
        _("How often public posts were shown in the period, as the platforms counted it: the sum of the imported counts "
          "(`reach.counted` of the sort “impressions”). They are times, not people. Days run in the time zone asked for. "
          "Behind it: the counts."),
    ),
    _counted(
        "reads", "reads", _("Reads"),
        _("How often public posts were opened and read in the period, as the platforms counted it: the sum of the imported "
          "counts (`reach.counted` of the sort “reads”). They are times, not people. Days run in the time zone asked for. "
          "Behind it: the counts."),
    ),
    _counted(
        "public_clicks", "clicks", _("Clicks on public posts"),
        _("How often something in public posts was clicked in the period, as the platforms counted it: the sum of the "
          "imported counts (`reach.counted` of the sort “clicks”). They are times, not people. Days run in the time zone "
          "asked for. Behind it: the counts."),
    ),
)  # fmt: skip
