"""What can be counted of content? So far what tracked links are clicked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from weilu.content.events import LINK_CLICKED
from weilu.core.metrics import DISTINCT, EVENTS, PEOPLE, Metric
from weilu.core.warehouse.measures import Events, People

METRICS = (
    Metric(
        "link_clicks",
        _("Link clicks"),
        _("Clicks on tracked links in the bucket, of members and of people whom nobody knows. Previews of chat apps and known bots "
          "are left out; clicks of one person on one link in the same ten seconds are one. Days run in the time zone asked for."),
        EVENTS,
        Events((LINK_CLICKED,)),
    ),
    Metric(
        "link_clickers",
        _("Members who clicked a link"),
        _("Members who clicked a tracked link in the bucket by an address of their own. Each person once; no bots. Whoever came "
          "by an address that names nobody is a visitor and counts only where visitors are asked for. Days run in the time zone "
          "asked for."),
        PEOPLE,
        People((LINK_CLICKED,)),
        total=DISTINCT,
    ),
)  # fmt: skip
