"""Saved segments follow what happens; who came and went stands there with the reason."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.utils import translation

from tests.fixtures.cast import operator
from tests.fixtures.log import account, event, join, leave, say
from weilu.core import clock
from weilu.core.directory.models import Community, Fact, Identity
from weilu.core.errors import Conflict, Forbidden, NotFound
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.core.warehouse import client, questions, rebuild
from weilu.core.warehouse.question import Refused
from weilu.members import actions as member_actions
from weilu.members import conclude, weigh
from weilu.members.models import Concluded
from weilu.members.segments import actions, live, queries
from weilu.members.segments.actions import Wish
from weilu.members.segments.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
ALL = Viewer.everything()
TALKERS = {"did": "message.sent", "times": {"gte": 2}, "within": "7d"}


def now(**back: int) -> int:
    return clock.now_ms() - int(dt.timedelta(**back).total_seconds() * 1000)


@pytest.fixture
def hall(play, warehouse):
    """`happens(events)`: they are logged, loaded, concluded from, and segments follow."""

    def happens(*events: Any) -> None:
        if events:
            play(events)
        warehouse.loaded()
        conclude.run_once()
        live.run_once()

    happens(
        join("Ann", now(days=40)), say("Ann", now(days=2)), say("Ann", now(days=1)),
        join("Ben", now(days=40)), say("Ben", now(days=2)), say("Cid", now(days=30)),
    )  # fmt: skip
    return happens


def members(row: Segment) -> list[str]:
    """By the question, and as many as the row says."""
    rows = questions.ask({**queries.question(row), "people": True}, ALL).rows
    row.refresh_from_db()
    assert row.size == len(rows)
    return sorted(name for _, name in rows)


def moved(row: Segment) -> list[tuple[str, bool, tuple[str, ...]]]:
    found = queries.moves(row, clock.now() - dt.timedelta(days=1))
    called = {one.member.pk: one.name for one in Identity.objects.select_related("member")}
    return [(called[one.member], one.entered, one.why) for one in found]


def test_a_segment_is_worked_out_and_follows_a_new_event(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    assert members(row) == ["Ann"]
    assert moved(row) == []  # not members had changed but the rule

    started = time.monotonic()
    hall(say("Ben", now(minutes=1)))

    assert time.monotonic() - started < 5
    assert members(row) == ["Ann", "Ben"]
    assert moved(row) == [("Ben", True, ("✓ “Message sent” at least 2 times in the last 7 days",))]
    assert queries.tallies([row], clock.now() - dt.timedelta(days=1)) == {row.pk: (1, 0)}
    assert not live.waiting()


def test_time_alone_moves_people_when_everybody_is_looked_at_again(hall):
    row = actions.create(ALL, Wish("Talkers", {"and": [TALKERS, {"state": ["active", "new"]}]}))
    hall()
    assert members(row) == ["Ann"]
    later = clock.now() + dt.timedelta(days=7)

    with clock.frozen(later):
        assert live.look_again(later) == 1
        assert members(row) == []
        assert moved(row) == [("Ann", False, ("✗ “Message sent” at least 2 times in the last 7 days",))]


def test_of_several_segments_each_tells_the_conditions_of_its_own_rule(hall):
    talkers = actions.create(ALL, Wish("Talkers", TALKERS))
    both = actions.create(ALL, Wish("Both", {"and": [{"member_of": True}, TALKERS]}))
    quiet = actions.create(ALL, Wish("Quiet", {"and": [{"not": TALKERS}, {"member_of": ["!hearth"]}]}))
    hall()
    hall(say("Ben", now(minutes=1)))

    talked = "✓ “Message sent” at least 2 times in the last 7 days"
    assert moved(talkers) == [("Ben", True, (talked,))]
    assert moved(both) == [("Ben", True, ("✓ is a member now", talked))]
    assert [one[:2] for one in moved(quiet)] == [("Ben", False)]


def test_whatever_a_rule_asks_news_of_one_member_and_a_look_at_everybody_find_the_same(hall):
    """Of the one whom news touch, lists of people are read alone; everybody else stays where they were."""
    ann = Identity.objects.get(name="Ann").member_id
    talkers = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    kept = actions.keep(ALL, talkers, "Talkers of May")
    rules = (
        {"member_of": True}, {"member_of": ["!hearth"]}, {"state": ["active", "new", "returning"]},
        {"score": {"gte": 0}}, {"score": {"lte": 0}}, {"tier": ["lurker", "participant", "koc", "kol"]},
        {"members": [ann]}, {"random": {"percent": 50, "seed": "spring"}}, {"segment": talkers.pk}, {"segment": kept.pk},
        {"first": "message.sent", "within": "7d"}, {"last": "message.sent", "within": "1h"},
        {"share": "message.sent", "of": "*", "percent": {"gte": 60}},
    )  # fmt: skip
    rows = [actions.create(ALL, Wish(f"{n}", rule)) for n, rule in enumerate(rules)]
    rows += [actions.create(ALL, Wish(f"not {n}", {"not": rule})) for n, rule in enumerate(rules)]
    weigh.run_once()
    hall()

    hall(say("Ben", now(minutes=3)), say("Dan", now(minutes=2)), leave("Cid", now(minutes=1)))

    found = {row.name: members(row) for row in rows}
    later = clock.now() + dt.timedelta(minutes=11)
    assert live.look_again(later) == 0
    assert found == {row.name: members(row) for row in rows}
    assert found["0"] == ["Ann", "Ben", "Dan"]


def test_leaving_and_merging_are_followed(hall):
    inside = actions.create(ALL, Wish("Inside", {"member_of": True}))
    talkers = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    assert members(inside) == ["Ann", "Ben", "Cid"]

    hall(leave("Cid", now(minutes=2)))
    assert members(inside) == ["Ann", "Ben"]

    ann, ben = (Identity.objects.get(name=name).member for name in ("Ann", "Ben"))
    member_actions.merge(ALL, ben, ann)
    hall()
    assert [one for one, _ in questions.ask({**queries.question(talkers), "people": True}, ALL).rows] == [
        ben.pk
    ]
    inside.refresh_from_db()
    assert inside.size == 1


def test_a_changed_rule_is_worked_out_anew(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()

    row = actions.change(ALL, row, Wish("Quiet", {"not": TALKERS}))
    hall()

    assert members(row) == ["Ben", "Cid"]
    assert row.version == 2
    assert moved(row) == []


def test_why_somebody_moved_is_never_told_in_the_words_of_another_rule(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    hall(say("Ben", now(minutes=1)))
    assert moved(row) == [("Ben", True, ("✓ “Message sent” at least 2 times in the last 7 days",))]

    actions.change(ALL, row, Wish("Talkers", {"did": "message.sent", "times": {"gte": 3}, "within": "7d"}))
    hall()
    row.refresh_from_db()
    assert moved(row) == [("Ben", True, ())]

    hall(say("Ben", now(seconds=5)))
    told = ("✓ “Message sent” at least 3 times in the last 7 days",)
    assert sorted(moved(row)) == [("Ben", True, ()), ("Ben", True, told)]


def test_segments_within_segments_and_no_circles(hall):
    inner = actions.create(ALL, Wish("Talkers", TALKERS))
    outer = actions.create(ALL, Wish("Others", {"not": {"segment": "Talkers"}}))
    hall()

    assert outer.rule == {"not": {"segment": inner.pk}}
    assert members(outer) == ["Ben", "Cid"]
    assert queries.words(outer) == "Not: in segment “Talkers”."
    assert queries.used_by(inner) == [outer]
    with pytest.raises(Refused, match="leads back to itself"):
        actions.change(ALL, inner, Wish("Talkers", {"segment": "Others"}))
    with pytest.raises(Conflict, match="“Others” uses it"):
        actions.remove(ALL, inner)
    with pytest.raises(NotFound):
        actions.create(ALL, Wish("Third", {"segment": "Nobody"}))

    actions.remove(ALL, outer)
    actions.remove(ALL, inner)
    assert not Segment.objects.exists()
    assert AuditEntry.objects.filter(action="segment.removed").count() == 2


def test_a_snapshot_stays_as_it_was_also_through_a_merge(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    kept = actions.keep(ALL, row, "Talkers of May")
    hall(say("Ben", now(minutes=1)))

    assert members(row) == ["Ann", "Ben"]
    assert members(kept) == ["Ann"]
    with pytest.raises(Conflict):
        actions.change(ALL, kept, Wish("Talkers of May", {"not": TALKERS}))
    ann, cid = (Identity.objects.get(name=name).member for name in ("Ann", "Cid"))
    member_actions.merge(ALL, cid, ann)
    hall()
    assert [one for one, _ in questions.ask({**queries.question(kept), "people": True}, ALL).rows] == [cid.pk]


def test_in_a_store_built_anew_snapshots_are_whole_and_nobody_has_come(hall):
    """As after a restore: the backup holds the log and the database, not what the store had concluded."""
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    kept = actions.keep(ALL, row, "Talkers of May")
    hall(say("Ben", now(minutes=1)))
    assert len(moved(row)) == 1

    rebuild.rebuild()
    hall()
    assert len(moved(row)) == 1, "what stands beside the events stays"

    client.truncate("weilu.timelines")
    rebuild.rebuild()
    assert live.look_again(clock.now() + dt.timedelta(hours=1)) == 0, "not before its turn"
    hall()
    assert members(row) == ["Ann", "Ben"]
    assert members(kept) == ["Ann"]
    assert moved(row) == []
    hall(say("Cid", now(minutes=2)), say("Cid", now(minutes=1)))
    assert [one[:2] for one in moved(row)] == [("Cid", True)]


def test_what_a_new_store_still_lacks_moves_nobody(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    hall()
    Concluded.objects.filter(key="segment").update(store="another", position=10**9)
    Concluded.objects.filter(key="lifecycle").update(position=1)
    assert not live.waiting()
    Concluded.objects.filter(key="lifecycle").update(position=log.head())
    assert live.waiting()
    assert members(row) == ["Ann"]


def test_a_segment_of_one_community_is_its_operators_and_counts_what_happened_there(hall):
    hearth = Community.objects.get(outside="!hearth")
    bea = viewer_of(operator("bea@example.com", "Bea", "community_manager", hearth))
    row = actions.create(bea, Wish("Mine", {"not": TALKERS}, communities=[hearth.pk]))
    brand = actions.create(ALL, Wish("Whole", TALKERS))
    hall(event("order.paid", now(minutes=3), account("Shopper"), community=None, value=5))

    assert members(row) == ["Ben", "Cid"]
    assert queries.segments(bea) == [row]
    for number in (brand.pk, brand.pk + 100):
        with pytest.raises(NotFound):
            queries.access_segment(bea, number)
    with pytest.raises(NotFound):
        questions.ask({"kind": "segment", "rule": {"segment": "Whole"}}, bea)
    with pytest.raises(Forbidden):
        actions.create(bea, Wish("Too wide", TALKERS))


def test_states_scores_and_what_members_say_of_themselves(hall):
    ann = Identity.objects.get(name="Ann")
    for name, value in (("city", '"Berlin"'), ("age", "31")):
        Fact.objects.create(identity=ann, name=name, value=value, at=1)
    weigh.run_once()

    def found(rule: dict[str, Any]) -> list[str]:
        return sorted(
            name for _, name in questions.ask({"kind": "segment", "rule": rule, "people": True}, ALL).rows
        )

    assert found({"state": "dormant"}) == ["Cid"]
    assert found({"or": [{"state": ["active", "returning"]}]}) == ["Ann", "Ben"]
    assert found({"score": {"gte": 0}}) == ["Ann", "Ben", "Cid"]
    assert found({"tier": ["kol", "koc", "participant", "lurker"]}) == ["Ann", "Ben", "Cid"]
    assert found({"fact": "city", "is": "Berlin"}) == ["Ann"]
    assert found({"fact": "age", "is": {"gte": 18}}) == ["Ann"]
    assert found({"fact": "city", "is": {"exists": False}}) == ["Ben", "Cid"]
    for rule, sentence in (
        (
            {"state": "asleep"},
            "“state” cannot be “asleep”. It is one of: new, active, returning, dormant, churned.",
        ),
        ({"tier": []}, "“tier” cannot be “”."),
        ({"score": {"gte": 101}}, "“score” is compared with a number, at most 100."),
        ({"segment": []}, "“segment” takes the name or number of one segment."),
    ):
        with pytest.raises(Refused) as refused:
            found(rule)
        assert str(refused.value).startswith(sentence)
    with pytest.raises(Refused, match="Facts are known as they stand today"):
        questions.ask({"kind": "segment", "rule": {"fact": "city"}, "as_of": "2018-06-01"}, ALL)


def test_a_rule_that_cannot_be_worked_out_says_why_and_the_others_go_on(hall):
    row = actions.create(ALL, Wish("Talkers", TALKERS))
    Segment.objects.create(name="Broken", rule={"did": "tea.poured"}, created_at=clock.now())
    hall()

    assert members(row) == ["Ann"]
    broken = Segment.objects.get(name="Broken")
    assert broken.problem
    for language, sentence in (("en", "There is no event “tea.poured”"), ("zh-hans", "没有“tea.poured”")):
        with translation.override(language):
            assert sentence in queries.problem(ALL, broken)
    assert not live.waiting()


def test_names_are_needed_and_are_one_segments(hall):
    actions.create(ALL, Wish("Talkers", TALKERS))
    with pytest.raises(Conflict):
        actions.create(ALL, Wish(" Talkers ", TALKERS))
    with pytest.raises(Exception, match="Give it a name"):
        actions.create(ALL, Wish("  ", TALKERS))


def test_who_is_erased_is_named_by_no_segment(hall):
    row = actions.create(ALL, Wish("Like Annabel", {"fact": "nick", "is": "annabel"}, note="for Annabel"))
    ann = Identity.objects.get(name="Ann")
    Identity.objects.filter(pk=ann.pk).update(name="Annabel")

    actions.forget_person(ann.pk)

    row.refresh_from_db()
    assert (row.name, row.note, row.rule) == (f"#{row.pk}", "", {"fact": "nick", "is": ""})


def test_erasing_somebody_called_like_a_word_of_ours_leaves_rules_whole(hall):
    """“Age” stands in “message.sent”, “within” is nobody, and of what is compared with only the name itself goes."""
    rule = {"and": [TALKERS, {"did": "message.sent", "where": {"source": ["Age", "web"]}}]}
    row = actions.create(ALL, Wish("Talkers", rule))
    hall()
    ann = Identity.objects.get(name="Ann")
    Identity.objects.filter(pk=ann.pk).update(name="Age")

    actions.forget_person(ann.pk)
    actions.forget_person(ann.pk)
    hall()

    row.refresh_from_db()
    assert row.rule == {"and": [TALKERS, {"did": "message.sent", "where": {"source": ["", "web"]}}]}
    assert (row.version, row.computed_version, row.problem) == (2, 2, "")
