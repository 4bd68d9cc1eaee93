"""A dynamic tag follows its segment, is kept for its days after, and never runs in a circle."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.fixtures.log import say
from weilu.core import clock
from weilu.core.errors import Conflict, WeiluError
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.members import actions as member_actions
from weilu.members import when
from weilu.members.segments import actions as segments
from weilu.members.segments import live
from weilu.members.segments.models import Segment
from weilu.members.tags import following, keeping, queries
from weilu.members.tags.actions import catalogue, hand
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.models import Holding, Tag
from weilu.members.tags.tests.conftest import ALL, now, who

pytestmark = pytest.mark.django_db
TALKERS = {"did": "message.sent", "times": {"gte": 2}, "within": "7d"}


@pytest.fixture
def talkers(hall):
    row = segments.create(ALL, segments.Wish("Talkers", TALKERS))
    tag = catalogue.create(ALL, Wish("talks", segment=row.pk, keep_days=30))
    hall()
    return tag


def carrying(rule: object = "talks") -> list[str]:
    asked = {"kind": "segment", "rule": {"tag": rule}, "people": True}
    return sorted(name for _, name in questions.ask(asked, ALL).rows)


def later(days: float) -> dt.datetime:
    return clock.now() + dt.timedelta(days=days)


def pass_time(moment: dt.datetime) -> None:
    with clock.frozen(moment):
        live.look_again(moment)
        following.look_again(moment)
        keeping.run_once()


def test_who_comes_in_gets_it_with_the_rules_version_and_the_event(hall, talkers):
    assert carrying() == ["Ann"]
    [one] = queries.carried(ALL, who("Ann").pk, when.present())
    assert (one.source, one.rule_version, one.expires_at) == ("rule", 1, None)

    hall(say("Ben", now()))
    assert carrying() == ["Ann", "Ben"]
    [two] = queries.carried(ALL, who("Ben").pk, when.present())
    assert two.event is not None
    hall()
    assert Holding.objects.count() == 2


def test_who_goes_out_keeps_it_for_its_days_and_who_returns_keeps_it_on(hall, talkers):
    gone = later(8)
    pass_time(gone)

    [row] = Holding.objects.all()
    assert row.ended_at is None
    assert abs(row.expires_at - (gone + dt.timedelta(days=30))) < dt.timedelta(minutes=1)
    with clock.frozen(gone + dt.timedelta(days=29)):
        assert carrying() == ["Ann"]
    back = gone + dt.timedelta(days=10)
    with clock.frozen(back):
        hall(say("Ann", now(hours=1)), say("Ann", now()))
    row.refresh_from_db()
    assert row.expires_at is None

    pass_time(back + dt.timedelta(days=8))
    over = back + dt.timedelta(days=39)
    pass_time(over)
    row.refresh_from_db()
    assert row.ended_at is not None
    with clock.frozen(over):
        assert carrying() == []


def test_without_days_it_goes_with_the_segment(hall):
    row = segments.create(ALL, segments.Wish("Talkers", TALKERS))
    catalogue.create(ALL, Wish("talks", segment=row.pk))
    hall()
    assert carrying() == ["Ann"]
    gone = later(8)
    pass_time(gone)
    with clock.frozen(gone + dt.timedelta(minutes=1)):
        assert carrying() == []


def test_a_changed_rule_is_followed(hall, talkers):
    row = Segment.objects.get()
    segments.change(ALL, row, segments.Wish("Talkers", {"did": "message.sent", "within": "7d"}))
    hall()
    assert carrying() == ["Ann", "Ben", "Dan"]
    [one] = queries.carried(ALL, who("Dan").pk, when.present())
    assert one.rule_version == 2


def test_nobody_gives_or_takes_it_by_hand(hall, talkers):
    for act in (
        lambda: hand.give_one(ALL, talkers, who("Ben")),
        lambda: hand.take_one(ALL, talkers, who("Ann")),
        lambda: hand.change_many(ALL, talkers, "add", [who("Ben").pk]),
    ):
        with pytest.raises(Conflict, match="follows a rule"):
            act()
    with pytest.raises(Conflict, match="stays fixed"):
        catalogue.change(ALL, talkers, Wish("talks"))


def test_a_circle_is_refused_whichever_end_closes_it(hall, talkers):
    row = Segment.objects.get()
    with pytest.raises(Refused, match="Tag “talks” leads back to this segment"):
        segments.change(ALL, row, segments.Wish("Talkers", {"tag": "talks"}))
    outer = segments.create(ALL, segments.Wish("Outer", {"not": {"tag": "talks"}}))
    with pytest.raises(Refused, match="leads back"):
        segments.change(ALL, row, segments.Wish("Talkers", {"segment": "Outer"}))
    with pytest.raises(Conflict, match="cannot follow it"):
        catalogue.change(ALL, talkers, Wish("talks", segment=outer.pk))
    beyond = catalogue.create(ALL, Wish("quiet", segment=outer.pk))
    with pytest.raises(Refused, match="leads back"):
        segments.change(ALL, row, segments.Wish("Talkers", {"tag": beyond.pk}))
    with pytest.raises(Conflict, match="“talks” uses it"):
        segments.remove(ALL, row)


def test_tags_upon_tags_settle(hall, talkers):
    outer = segments.create(ALL, segments.Wish("Quiet ones", {"not": {"tag": "talks"}}))
    catalogue.create(ALL, Wish("quiet", segment=outer.pk))
    for _turn in range(3):
        hall()
    assert carrying("quiet") == ["Ben", "Cid", "Dan"]
    hall(say("Ben", now()))
    for _turn in range(3):
        hall()
    assert carrying("quiet") == ["Cid", "Dan"]


def test_a_snapshot_and_a_foreign_segment_cannot_be_followed(hall, talkers, bea_sees):
    kept = segments.keep(ALL, Segment.objects.get(), "Then")
    with pytest.raises(Conflict, match="snapshot"):
        catalogue.create(ALL, Wish("then", segment=kept.pk))
    with pytest.raises(WeiluError):
        catalogue.create(bea_sees, Wish("mine", segment=Segment.objects.get(name="Talkers").pk))


def test_what_a_merge_leaves_behind_is_found_by_comparing(hall):
    row = segments.create(ALL, segments.Wish("Silent", {"not": TALKERS}))
    tag = catalogue.create(ALL, Wish("silent", segment=row.pk))
    hall()
    assert carrying("silent") == ["Ben", "Cid", "Dan"]
    ann, cid = who("Ann"), who("Cid")
    member_actions.merge(ALL, ann, cid)
    hall()
    looked = clock.now() + dt.timedelta(minutes=11)
    pass_time(looked)
    with clock.frozen(looked + dt.timedelta(minutes=1)):
        assert ann.pk not in questions.behind({"kind": "segment", "rule": {"tag": tag.pk}}, ALL).ids
    assert Tag.objects.get().compared_at is not None
