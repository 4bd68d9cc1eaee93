"""Who counts only those of a segment, and who is told of it? Goals, alert rules, boards and kept questions on its page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.fixtures.lively import Lively
from weilu.core.directory.models import Identity
from weilu.core.operators.access import Viewer, viewer_of
from weilu.evaluation.actions import save_question
from weilu.evaluation.alerts import actions as alerts
from weilu.evaluation.alerts.models import AlertRule
from weilu.evaluation.alerts.rules import Condition
from weilu.evaluation.boards import actions as boards
from weilu.evaluation.boards.rules import Filters
from weilu.goals import actions as goals
from weilu.members.segments import actions as segments
from weilu.members.segments.models import Segment

pytestmark = pytest.mark.django_db
SPEAKERS = {"kind": "trend", "metric": "speakers", "from": "2026-03-01", "to": "2026-03-20", "by": "total"}


@pytest.fixture
def own(lively: Lively, bea: Any) -> Segment:
    cai = Identity.objects.get(name="Cai").member_id
    wish = segments.Wish("Only Cai", {"members": [cai]}, communities=[lively.hearth.pk])
    return segments.create(viewer_of(bea), wish)


def pinned(viewer: Viewer, name: str, question: dict[str, Any], compare: str = "") -> None:
    board = boards.make(viewer, name)
    boards.pin(viewer, board.pk, boards.Pin("Card", question, compare))


def used_by(client: Any, row: Segment) -> str:
    page: str = client.get(f"/segments/{row.pk}/", headers={"Accept-Language": "en"}).content.decode()
    return page.split("Used by</dt>")[1]


def test_the_page_names_what_counts_only_those_of_a_segment(
    own: Segment, lively: Lively, ada: Any, bea: Any, client_of: Any
) -> None:
    viewer, place = viewer_of(bea), lively.hearth.pk
    assert "nothing" in used_by(client_of(bea), own)
    days = (dt.date(2026, 3, 16), dt.date(2026, 4, 26))
    goals.set_goal(viewer, goals.Wish("More of Cai", bea.pk, *days, place, own.pk))
    alerts.create(viewer, alerts.Wish("dau", Condition("threshold", "below", 2), place, segment=own.pk))
    boards.filter_by(viewer, boards.make(viewer, "Narrowed").pk, Filters((place,), segment=own.pk))
    pinned(viewer, "By number", {**SPEAKERS, "segment": own.pk})
    pinned(viewer, "By name, in a rule", {**SPEAKERS, "segment": {"not": {"segment": "Only Cai"}}})
    pinned(viewer, "Beside", SPEAKERS, f"s{own.pk}")
    pinned(viewer, "Of another", {**SPEAKERS, "segment": {"segment": own.pk + 1}}, f"s{own.pk}1")
    save_question(viewer, "Kept", {"kind": "segment", "rule": {"and": [{"segment": own.pk}]}})
    save_question(viewer, "Of everybody", SPEAKERS)

    hers = used_by(client_of(bea), own)

    for name in (
        "More of Cai",
        "Daily active members",
        "Narrowed",
        "By number",
        "By name, in a rule",
        "Beside",
        "Kept",
    ):
        assert name in hers, name
    assert "Of another" not in hers
    assert "Of everybody" not in hers
    assert f"/alerts/rules/{AlertRule.objects.get().pk}/" in hers
    assert "has no figures then" in hers
    others = used_by(client_of(ada), own)
    assert "More of Cai" in others
    for name in ("Narrowed", "By number", "Beside", "Kept"):
        assert name not in others, "boards and questions that are not shared are their owner's"
    segments.remove(viewer, own)
