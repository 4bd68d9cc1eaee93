"""A picture taken on a day can be asked for later, whatever was learnt since: `as of D, known D`."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from tests.fixtures.log import event
from weilu.core import clock, metrics
from weilu.core.directory.models import Community, Identity
from weilu.core.events import sequencer
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.warehouse import loader, questions
from weilu.members import actions, conclude, weigh
from weilu.members.rules.lifecycle import Thresholds

pytestmark = pytest.mark.django_db(transaction=True)
DAY_MS = 86_400_000
START = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
PICTURE = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
"""The day D; after its end nothing more may be needed to answer for it."""


def chatter(seed: int, *, days: int, first: int = 0):
    """Ten people who join, talk, answer one another and leave, drawn from a seed."""
    chance = random.Random(seed)
    said: list[int] = []
    begin = clock.to_ms(START) + first * DAY_MS
    for who in range(10):
        yield event("member.joined", begin + who * 3_600_000, f"P{who}", number=f"join-{seed}-{who}")
    for number in range(160):
        at = begin + chance.randrange(days * DAY_MS)
        about = chance.choice(said) if said and chance.random() < 0.4 else None
        said.append(number)
        yield event(
            "message.sent",
            at,
            f"P{chance.randrange(10)}",
            number=f"{seed}-{number}",
            about=about and f"{seed}-{about}",
        )
    yield event("member.left", begin + (days - 1) * DAY_MS, "P9", number=f"left-{seed}")


def everything(until: dt.date, **known: str):
    """Every metric by day and over the whole span, the heat map, retention and the flow of states."""
    span = {"from": START.date().isoformat(), "to": until.isoformat(), "timezone": "UTC", **known}
    asked = [
        {"kind": "trend", "metric": m.slug, "by": by, **span}
        for m in metrics.all_metrics()
        for by in ("day", "period")
    ]
    asked += [
        {"kind": "heatmap", "event": "message.sent", **span},
        {
            "kind": "retention",
            "start": "message.sent",
            "return": "message.sent",
            "period": "week",
            "periods": 4,
            **span,
        },
        {"kind": "flow", "by": "week", **span},
    ]
    return {
        str(q): a.rows
        for q, a in zip(
            [_plain(q) for q in asked], questions.ask_many(asked, Viewer.everything()), strict=True
        )
    }


def _plain(question: dict[str, str]) -> str:
    return str({k: v for k, v in question.items() if k not in ("as_of", "known")})


def settle() -> None:
    sequencer.drain()
    loader.refresh()
    while loader.run_once():
        pass
    while conclude.run_once():
        pass
    weigh.run_once()


def test_a_snapshot_taken_on_day_d_equals_as_of_d_known_d(play, warehouse, ada):
    viewer = viewer_of(ada)
    end_of_day = dt.datetime(2026, 3, 2, 23, 59, 59, tzinfo=dt.UTC)
    with clock.frozen(PICTURE):
        play(chatter(1, days=56), batch=1)
        settle()
        with clock.frozen(end_of_day):
            picture = everything(PICTURE.date(), as_of="2026-03-02")
    with clock.frozen(PICTURE + dt.timedelta(days=10)):
        play(chatter(2, days=50, first=3), batch=2)  # late: an export that tells of the same weeks
        two = list(Identity.objects.order_by("id").select_related("member")[:2])
        actions.merge(viewer, two[0].member, two[1].member)
        actions.change_thresholds(
            viewer, Community.objects.get(), Thresholds(new_days=3, active_days=5, pause_days=5)
        )
        settle()
        later = everything(PICTURE.date(), as_of="2026-03-02")
        known = everything(PICTURE.date(), as_of="2026-03-02", known="2026-03-02")
    different = [q for q in picture if picture[q] != known[q]]
    assert different == []
    assert picture != later, "what came later must show without `known`, else this proves nothing"
