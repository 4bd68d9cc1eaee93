"""Which days are asked for? A month, or a first and a last day, read from words."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from weilu.communities.spans import FIRST_DAY, LAST_DAY
from weilu.core.errors import WeiluError
from weilu.goals.growth import rules

LONGEST = dt.timedelta(days=366)


def asked(month: str, first: str, last: str) -> rules.Span | None:
    """None where nothing is asked. Raises WeiluError that names the part."""
    if month:
        return rules.month(_day(f"{month}-01", "month"))
    if not first and not last:
        return None
    if not first or not last:
        raise WeiluError(_("Give both days, the first and the last."), field="query.from")
    span = rules.Span(_day(first, "from"), _day(last, "to"))
    if span.last < span.first:
        raise WeiluError(_("The last day must not come before the first."), field="query.to")
    if span.last - span.first >= LONGEST:
        raise WeiluError(_("The growth funnel looks at a year at most."), field="query.to")
    return span


def _day(text: str, name: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if not FIRST_DAY <= day <= LAST_DAY - LONGEST:
        told = {"name": name, "form": "2026-11" if name == "month" else "2026-11-30"}
        raise WeiluError(_("“%(name)s” must be written as %(form)s.") % told, field=f"query.{name}")
    return day
