"""Which days a page shows."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from weilu.communities import spans

TODAY = dt.date(2026, 11, 22)


def test_a_page_shows_the_last_28_days_unless_asked():
    span = spans.span(spans.asked(None, None, None), TODAY, TODAY, "Asia/Shanghai")
    assert (span.first, span.last, span.days) == (dt.date(2026, 10, 26), TODAY, 28)
    assert span.as_of is None
    assert span.before().last == dt.date(2026, 10, 25)
    assert span.before().days == 28


def test_an_old_export_is_shown_as_of_its_last_day():
    newest = dt.date(2018, 7, 10)
    span = spans.span(spans.asked("7", None, None), TODAY, newest, "UTC")
    assert (span.last, span.as_of, span.quiet, span.days) == (newest, newest, True, 7)


def test_a_quiet_week_is_not_an_old_export():
    span = spans.span(spans.asked("28", None, None), TODAY, TODAY - dt.timedelta(days=20), "UTC")
    assert (span.last, span.quiet) == (TODAY, False)


def test_a_day_asked_for_wins():
    span = spans.span(spans.asked("28", "2018-06-30", "2018-07-01"), TODAY, dt.date(2018, 7, 10), "UTC")
    assert (span.last, span.as_of, span.known) == (dt.date(2018, 6, 30),) * 2 + (dt.date(2018, 7, 1),)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_whatever_stands_in_the_address_is_read(days, as_of, known):
    assert spans.asked(days, as_of, known).days in spans.LENGTHS
