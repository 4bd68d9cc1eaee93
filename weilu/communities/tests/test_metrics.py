"""What this room counts, by hand, on the real column store."""

from __future__ import annotations

import pytest

from weilu.core.operators.access import Viewer
from weilu.core.warehouse import questions

pytestmark = pytest.mark.django_db


def ask(metric, lively, first="2026-03-02", last="2026-03-20"):
    question = {
        "kind": "trend",
        "metric": metric,
        "communities": [lively.hearth.pk],
        "from": first,
        "to": last,
        "by": "period",
    }
    everything = Viewer.everything()
    return questions.ask(question, everything).rows[0][-1], questions.behind(question, everything)


def test_unanswered_are_the_messages_that_open_a_talk_and_got_no_reply(lively):
    # Cai opened 17 talks (3rd to 19th); Mei answered those of odd days, 9 of them. Lin's one word stayed alone.
    value, behind = ask("unanswered", lively)
    assert (value, behind.total, behind.counts) == (17 - 9 + 1, 9, "events")


def test_active_on_an_average_day_is_a_share_of_the_members(lively):
    # Cai 17 days, Mei 9, Lin 1 (a day on which Cai spoke too), Yan 1: 28 person-days in 19 days, of 5 members.
    value, behind = ask("daily_share", lively)
    assert value == pytest.approx(28 / 19 / 5 * 100)
    assert behind.total == 4
