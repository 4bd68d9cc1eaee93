"""The catalogue: complete, translated, and written down as it is."""

from __future__ import annotations

import pytest
from django.utils import translation

from dev.metrics import PAGES, page
from weilu.core import metrics

NAMED_BY_THE_ISSUE = {
    "members", "joins", "leaves", "net_growth", "dau", "wau", "mau", "stickiness", "interaction_rate", "messages",
    "messages_per_speaker", "new_speakers", "first_message_rate", "day_1_retention", "day_7_retention", "day_30_retention",
    "reply_rate", "first_reply", "top_share", "silent_share", "state_new", "state_active", "state_returning",
    "state_dormant", "state_churned", "tier_kol", "tier_koc", "tier_participant", "tier_lurker",
}  # fmt: skip


def test_every_metric_that_was_asked_for_is_declared():
    assert {one.slug for one in metrics.all_metrics()} >= NAMED_BY_THE_ISSUE


def test_every_definition_says_by_which_clock_it_counts():
    with translation.override("en"):
        silent = [
            one.slug for one in metrics.all_metrics() if "time zone asked for" not in str(one.definition)
        ]
    assert silent == []


def test_every_metric_speaks_chinese_too():
    for one in metrics.all_metrics():
        with translation.override("en"):
            english = (str(one.label), str(one.definition))
        with translation.override("zh-hans"):
            chinese = (str(one.label), str(one.definition))
        assert chinese[0] != english[0] or one.slug in ("tier_kol", "tier_koc")
        assert chinese[1] != english[1], one.slug


@pytest.mark.parametrize("language", PAGES)
def test_the_reference_says_what_the_catalogue_says(language: str):
    assert PAGES[language].read_text(encoding="utf-8") == page(language), "run python -m dev.metrics"
