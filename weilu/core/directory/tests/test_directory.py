"""Who is who: owners change by decision, names follow what was seen, and ids have their names at hand."""

from __future__ import annotations

import pytest

from tests.fixtures.log import HEARTH, Play, account, say
from weilu.core.directory import actions, queries
from weilu.core.directory.models import Community, Identity, Member, Ownership
from weilu.core.errors import NotFound
from weilu.core.events import actions as events
from weilu.core.events.incoming import Actor


def identity(name: str) -> Identity:
    return Identity.objects.get(outside=account(name).outside)


def test_a_merge_is_a_row_and_is_known_from_the_next_position_on(play: Play) -> None:
    head = play([say("Cai", 1), say("Bea", 2)], batch=1)
    actions.own(identity("Cai").pk, identity("Bea").member_id, decision=5)
    rows = Ownership.objects.filter(identity=identity("Cai")).order_by("id")
    assert [(row.from_position, row.decision) for row in rows] == [(1, None), (head + 1, 5)]
    assert identity("Cai").member_id == identity("Bea").member_id
    assert [i.name for i in queries.identities_of(identity("Bea").member_id)] == ["Cai", "Bea"]


def test_the_same_decision_twice_is_one_row(play: Play) -> None:
    play([say("Cai", 1), say("Bea", 2)], batch=1)
    first = actions.own(identity("Cai").pk, identity("Bea").member_id, decision=5)
    assert actions.own(identity("Cai").pk, identity("Bea").member_id, decision=5) == first


def test_an_unmerge_is_one_more_row_and_names_are_as_before(play: Play) -> None:
    play([say("Cai", 1), say("Bea", 2)], batch=1)
    cai = identity("Cai")
    own = cai.member_id
    actions.own(cai.pk, identity("Bea").member_id, decision=5)
    assert Member.objects.get(pk=own).name == ""
    actions.own(cai.pk, own, decision=6)
    assert queries.member_names([own, identity("Bea").member_id]) == {
        own: "Cai",
        identity("Bea").member_id: "Bea",
    }
    assert Ownership.objects.filter(identity=cai).count() == 3


def test_nobody_can_be_given_to_a_member_that_does_not_exist(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    with pytest.raises(NotFound):
        actions.own(identity("Cai").pk, 999, decision=1)
    with pytest.raises(NotFound):
        actions.own(999, identity("Cai").member_id, decision=1)


def test_the_name_shown_is_the_one_seen_last_whatever_came_in_last(play: Play) -> None:
    play([say(Actor("matrix", "@x", "Newer"), 2_000)], batch=1)
    play([say(Actor("matrix", "@x", "Older"), 1_000), say(Actor("matrix", "@x", ""), 9_000)], batch=2)
    assert Identity.objects.get().name == Member.objects.get().name == "Newer"


def test_a_name_given_by_hand_stays_until_it_is_taken_back(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    member = identity("Cai").member_id
    actions.name_member(member, " Old Cai ")
    play([say(Actor("matrix", account("Cai").outside, "Cai the Second"), 5)], batch=1)
    assert queries.member_names([member]) == {member: "Old Cai"}
    actions.name_member(member, "")
    assert queries.member_names([member]) == {member: "Cai the Second"}
    with pytest.raises(NotFound):
        actions.name_member(999, "Nobody")


def test_who_is_a_bot_is_seen_until_an_operator_says_so(play: Play) -> None:
    play([say(account("Helper", bot=True), 1), say("Cai", 2)], batch=1)
    helper = identity("Helper").pk
    assert queries.bots([helper, identity("Cai").pk]) == {helper}
    actions.say_bot(helper, bot=False)
    play([say(account("Helper", bot=True), 3)], batch=1)
    assert queries.bots([helper]) == set()
    with pytest.raises(NotFound):
        actions.say_bot(999, bot=True)


def test_a_community_is_one_however_it_is_called(play: Play) -> None:
    play(
        [say("Cai", 1, community=HEARTH), say("Cai", 2, community=HEARTH._replace(name="New hearth"))],
        batch=1,
    )
    one = Community.objects.get()
    assert queries.community_names([one.pk, 77]) == {one.pk: "New hearth"}
    assert queries.owners([identity("Cai").pk]) == {identity("Cai").pk: identity("Cai").member_id}


def test_erasing_every_account_of_a_person_leaves_no_name_given_by_hand_also_of_who_was_merged_away(
    play: Play,
) -> None:
    play([say("Cai", 1), say("Bea", 2)], batch=1)
    cai, bea = identity("Cai"), identity("Bea")
    for number in (cai.member_id, bea.member_id):
        actions.name_member(number, "By hand")
        Member.objects.filter(pk=number).update(note="likes oolong")
    actions.own(cai.pk, bea.member_id, decision=5)
    events.erase_identity(bea.pk)
    assert Member.objects.filter(name="By hand", note="likes oolong").count() == 2, (
        "Cai's account still has its name"
    )
    events.erase_identity(cai.pk)
    assert set(Member.objects.values_list("name", "note")) == {("", "")}
