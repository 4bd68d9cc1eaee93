"""Tags given by hand, to one and to many; as of a day; through merges; and what erasing leaves of them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction

from tests.fixtures.log import say
from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.errors import Conflict, Forbidden, NotFound, WeiluError
from weilu.core.events import actions as log_actions
from weilu.core.events import queries as log
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import questions
from weilu.core.warehouse.question import Refused
from weilu.members import actions as member_actions
from weilu.members import when
from weilu.members.segments import actions as segments
from weilu.members.segments.queries import words
from weilu.members.tags import counting, following, keeping, people, queries
from weilu.members.tags.actions import catalogue, forgetting, giving, hand
from weilu.members.tags.actions.catalogue import Wish
from weilu.members.tags.models import Holding, Tag
from weilu.members.tags.tests.conftest import ALL, now, who

pytestmark = pytest.mark.django_db


def tag(name: str = "VIP", **rest: Any) -> Tag:
    return catalogue.create(ALL, Wish(name, **rest))


def found(rule: dict[str, Any], viewer: Any = ALL, **rest: Any) -> list[str]:
    asked = {"kind": "segment", "rule": rule, "people": True, **rest}
    return sorted(name for _, name in questions.ask(asked, viewer).rows)


def events(kind: str) -> list[Any]:
    return [row for row in log.read(0, 1000) if row.kind == kind]


def test_a_tag_given_by_hand_says_by_whom_how_sure_and_until_when(hall):
    vip = tag()
    assert hand.give_one(ALL, vip, who("Ann"), days=30, confidence=80)
    hall()

    [one] = queries.carried(ALL, who("Ann").pk, when.present())
    assert (one.tag, one.source, one.confidence) == (vip, "hand", 80)
    assert one.expires_at - one.since == dt.timedelta(days=30)
    assert found({"tag": "VIP"}) == ["Ann"]
    [told] = events("tag.added")
    assert (told.identity, told.live, json.loads(told.properties)["tag"]) == (
        Identity.objects.get(name="Ann").pk,
        True,
        vip.pk,
    )
    assert AuditEntry.objects.filter(action="tag.one_given", object_id=who("Ann").pk).exists()

    assert not hand.give_one(ALL, vip, who("Ann"))
    [again] = queries.carried(ALL, who("Ann").pk, when.present())
    assert again.expires_at is None
    assert hand.take_one(ALL, vip, who("Ann"))
    assert not hand.take_one(ALL, vip, who("Ann"))
    hall()
    assert found({"tag": "VIP"}) == []
    assert found({"not": {"tag": "VIP"}}) == ["Ann", "Ben", "Cid", "Dan"]


def test_a_question_right_after_a_change_knows_of_it(hall):
    vip = tag()
    assert found({"tag": vip.pk}) == []
    hand.give_one(ALL, vip, who("Ann"))
    assert found({"tag": vip.pk}) == ["Ann"]
    hand.take_one(ALL, vip, who("Ann"))
    assert found({"tag": vip.pk}) == []


def test_as_of_a_day_it_is_known_who_carried_it_then(hall):
    vip = tag()
    today = clock.now()
    with clock.frozen(today - dt.timedelta(days=20)):
        hand.give_one(ALL, vip, who("Ann"), days=5)
    with clock.frozen(today - dt.timedelta(days=10)):
        hand.give_one(ALL, vip, who("Ben"))

    def day(back: int) -> str:
        return (today - dt.timedelta(days=back)).date().isoformat()

    assert found({"tag": "VIP"}) == ["Ben"]
    assert found({"tag": "VIP"}, as_of=day(18)) == ["Ann"]
    assert found({"tag": "VIP"}, as_of=day(13)) == []
    assert found({"tag": "VIP", "as_of": day(18)}) == ["Ann"]
    assert found({"and": [{"tag": "VIP"}, {"not": {"tag": "VIP", "as_of": day(18)}}]}) == ["Ben"]
    with pytest.raises(Refused, match="without “known”"):
        found({"tag": "VIP"}, known=day(13))
    then = when.asked({"as_of": day(18)})
    assert [one.tag for one in queries.carried(ALL, who("Ann").pk, then)] == [vip]
    assert counting.counts(ALL, [vip], then)[vip.pk] == 1


def test_what_is_over_by_itself_ends_and_says_so(hall):
    vip = tag()
    with clock.frozen(clock.now() - dt.timedelta(days=3)):
        hand.give_one(ALL, vip, who("Ann"), days=2)
    assert found({"tag": "VIP"}) == []
    assert queries.carried(ALL, who("Ann").pk, when.present()) == []

    assert following.look_again(clock.now()) == 1
    assert following.look_again(clock.now()) == 0
    hall()
    assert [json.loads(row.properties)["source"] for row in events("tag.removed")] == ["expired"]
    assert hand.give_one(ALL, vip, who("Ann"))
    assert found({"tag": "VIP"}) == ["Ann"]


def test_what_two_end_at_once_is_told_once(hall):
    vip = tag()
    hand.give_one(ALL, vip, who("Ann"))
    both_saw = giving.held_by(vip, [who("Ann").pk])
    for _who in range(2):
        with transaction.atomic():
            giving.end(both_saw, clock.now(), "hand")
    hall()
    assert len(events("tag.removed")) == 1


@pytest.mark.parametrize("act", ["add", "remove"])
def test_an_undoing_that_died_can_be_done_again(hall, monkeypatch, act):
    vip, ann = tag(), who("Ann")
    before = [] if act == "add" else ["Ann"]
    if before:
        hand.give_one(ALL, vip, ann)
    change = hand.change_many(ALL, vip, act, [ann.pk])

    def die(*_events: Any, **_how: Any) -> None:
        raise RuntimeError("here the process dies")

    monkeypatch.setattr(log_actions, "record_many", die)
    with pytest.raises(RuntimeError):
        hand.undo(ALL, change.pk)
    monkeypatch.undo()
    hand.undo(ALL, change.pk)
    assert found({"tag": "VIP"}) == before


def test_tags_stay_with_the_account_through_a_merge_and_its_undoing(hall):
    vip, tea = tag(), tag("likes tea")
    ann, cid = who("Ann"), who("Cid")
    hand.give_one(ALL, vip, ann)
    hand.give_one(ALL, tea, cid)
    hall()
    merged = member_actions.merge(ALL, cid, ann)
    hall()

    assert found({"tag": "VIP"}) == ["Ann"] or found({"tag": "VIP"}) == ["Cid"]
    assert {one.tag for one in queries.carried(ALL, cid.pk, when.present())} == {vip, tea}
    assert queries.carried(ALL, ann.pk, when.present()) == []
    assert questions.behind(
        {"kind": "segment", "rule": {"and": [{"tag": "VIP"}, {"tag": "likes tea"}]}}, ALL
    ).ids == [cid.pk]
    assert hand.preview(ALL, vip, "add", [ann.pk, cid.pk]).already == 1

    assert not hand.give_one(ALL, vip, cid)
    member_actions.unmerge(ALL, merged.pk)
    hall()
    assert [one.tag for one in queries.carried(ALL, ann.pk, when.present())] == [vip]
    assert [one.tag for one in queries.carried(ALL, cid.pk, when.present())] == [tea]
    assert found({"tag": "VIP"}) == ["Ann"]
    assert found({"tag": "likes tea"}) == ["Cid"]


def test_many_get_a_tag_after_a_look_and_it_is_undone(hall):
    vip = tag()
    hand.give_one(ALL, vip, who("Ann"))
    everybody = [who(name).pk for name in ("Ann", "Ben", "Cid")]

    seen = hand.preview(ALL, vip, "add", [*everybody, 999_999])
    assert (len(seen.changing), seen.already, seen.others) == (2, 1, 1)
    given = hand.change_many(ALL, vip, "add", everybody, days=10, confidence=50)
    assert found({"tag": "VIP"}) == ["Ann", "Ben", "Cid"]
    with pytest.raises(Conflict, match="Nobody would change"):
        hand.change_many(ALL, vip, "add", everybody)

    hand.undo(ALL, given.pk)
    assert found({"tag": "VIP"}) == ["Ann"]
    with pytest.raises(Conflict):
        hand.undo(ALL, given.pk)

    taken = hand.change_many(ALL, vip, "remove", everybody)
    assert found({"tag": "VIP"}) == []
    hand.undo(ALL, taken.pk)
    assert found({"tag": "VIP"}) == ["Ann"]
    [back] = queries.carried(ALL, who("Ann").pk, when.present())
    assert back.source == "hand"
    assert AuditEntry.objects.filter(action="tag.undone").count() == 2


def test_counts_open_exactly_the_people(hall, bea_sees):
    vip = tag()
    for name in ("Ann", "Ben", "Dan"):
        hand.give_one(ALL, vip, who(name))
    hall()
    for viewer, number in ((ALL, 3), (bea_sees, 2)):
        from weilu.members.queries.table import Filter, listing

        assert counting.counts(viewer, [vip])[vip.pk] == number
        assert listing(viewer, Filter(tag=vip.pk), when.present()).total == number


def test_bea_tags_her_people_alone(hall, bea_sees):
    vip = tag()
    hers = catalogue.create(bea_sees, Wish("Regular", communities=sorted(bea_sees.communities)))
    foreign = tag("Sailor", communities=[who_place("!harbour")])

    assert hand.give_one(bea_sees, vip, who("Ann"))
    for act in (
        lambda: hand.give_one(bea_sees, vip, who("Dan")),
        lambda: queries.access_tag(bea_sees, foreign.pk),
        lambda: found({"tag": "Sailor"}, bea_sees),
        lambda: found({"tag": "Nothing"}, bea_sees),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        catalogue.create(bea_sees, Wish("Everywhere"))
    with pytest.raises(Forbidden):
        catalogue.change(bea_sees, vip, Wish("VIP!"))
    assert {row.name for row in queries.tags(bea_sees)} == {"VIP", "Regular"}
    seen = hand.preview(bea_sees, hers, "add", [who("Ann").pk, who("Dan").pk])
    assert (len(seen.changing), seen.others) == (1, 1)
    assert people.everybody(bea_sees) == {who(name).pk for name in ("Ann", "Ben", "Cid")}
    hand.give_one(ALL, vip, who("Dan"))
    assert found({"tag": "VIP"}, bea_sees) == ["Ann"]
    theirs = hand.change_many(ALL, vip, "remove", [who("Ann").pk])
    with pytest.raises(NotFound):
        hand.undo(bea_sees, theirs.pk)


def who_place(outside: str) -> int:
    from weilu.core.directory.models import Community

    return Community.objects.get(outside=outside).pk


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(" "), "Give it a name"),
        (Wish("12"), "taken for a number"),
        (Wish("vip"), "already"),
        (Wish("A", colour="pink"), "colour"),
        (Wish("A", communities=[]), "at least one community"),
        (Wish("A", keep_days=-1), "1 to 3650"),
    ],
)
def test_what_cannot_be_a_tag_is_said(hall, wish, sentence):
    tag()
    with pytest.raises(WeiluError, match=sentence):
        catalogue.create(ALL, wish)


def test_a_tag_in_a_rule_is_kept_by_number_told_in_words_and_used(hall):
    vip = tag()
    row = segments.create(
        ALL, segments.Wish("Important", {"or": [{"tag": ["VIP"]}, {"not": {"tag": "vip"}}]})
    )
    assert row.rule == {"or": [{"tag": [vip.pk]}, {"not": {"tag": vip.pk}}]}
    catalogue.change(ALL, vip, Wish("Very important"))
    assert words(row) == "Tag “Very important”, or not: tag “Very important”."
    assert queries.used_by(vip) == [row]
    with pytest.raises(Conflict, match="“Important” uses it"):
        catalogue.remove(ALL, vip)
    segments.remove(ALL, row)
    hand.give_one(ALL, vip, who("Ann"))
    catalogue.remove(ALL, vip)
    hall()
    assert len(events("tag.removed")) == 1
    assert not Tag.objects.exists()


def test_who_is_erased_carries_nothing_and_is_named_by_no_tag(hall):
    vip = tag("Friends of Annabel", note="like Annabel", group="Annabel")
    ann = Identity.objects.get(name="Ann")
    hand.give_one(ALL, vip, ann.member)
    Identity.objects.filter(pk=ann.pk).update(name="Annabel")

    for _time in range(2):
        forgetting.forget_person(ann.pk)

    vip.refresh_from_db()
    assert (vip.name, vip.note, vip.group) == (f"#{vip.pk}", "", "")
    assert not Holding.objects.exists()
    assert found({"tag": vip.pk}) == []


def test_an_erased_member_gets_no_tag(hall):
    vip = tag()
    cid = who("Cid")
    Identity.objects.filter(member=cid).update(outside="erased:abc")
    with pytest.raises(Conflict, match="erased or a bot"):
        hand.give_one(ALL, vip, cid)


def test_a_store_that_is_built_anew_hears_of_all_tags_again(hall):
    from weilu.core.warehouse import client
    from weilu.members.models import Concluded

    vip = tag()
    hand.give_one(ALL, vip, who("Ann"))
    assert found({"tag": "VIP"}) == ["Ann"]
    client.alter("weilu.timelines", "DELETE WHERE key = {key:String}", {"key": "tag"})
    Concluded.objects.filter(key="tag").update(store="another")
    assert keeping.waiting()
    keeping.run_once()
    assert not keeping.waiting()
    vip_now = found({"and": [{"tag": "VIP"}, {"did": "message.sent"}]})
    assert vip_now == ["Ann"]


def test_an_event_may_be_the_reason(hall):
    vip = tag()
    hand.give_one(ALL, vip, who("Ann"), event=3)
    [one] = queries.carried(ALL, who("Ann").pk, when.present())
    assert (one.source, one.event) == ("event", 3)


def test_a_tag_makes_a_live_segment_move_within_the_next_turn(hall):
    vip = tag()
    row = segments.create(ALL, segments.Wish("Important", {"tag": "VIP"}))
    hall()
    row.refresh_from_db()
    assert row.size == 0
    hand.give_one(ALL, vip, who("Ann"))
    hall()
    row.refresh_from_db()
    assert row.size == 1
    hall(say("Ann", now()))
    row.refresh_from_db()
    assert row.size == 1
