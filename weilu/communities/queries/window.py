"""Over which days does this page look? From its address, the clock, and the newest event."""

from __future__ import annotations

from collections.abc import Collection

from django.http import QueryDict

from weilu.communities import spans
from weilu.communities.queries import newest
from weilu.core import clock
from weilu.core.directory.queries import brand_zone


def of_page(query: QueryDict, communities: Collection[int], timezone: str) -> spans.Span:
    """The span for the query string of a page that shows these communities."""
    wish = spans.asked(query.get("days"), query.get("as_of"), query.get("known"))
    today = clock.day_of(clock.now(), timezone)
    return spans.span(wish, today, newest.day(communities, timezone), timezone)


def last_days(days: int) -> spans.Span:
    """The last days up to today, in the brand's zone, whether or not anything happened in them."""
    zone = brand_zone()
    wish = spans.Asked(days)
    return spans.span(wish, clock.day_of(clock.now(), zone), None, zone)
