"""What goes in comes out: once, in order, with its people."""

from __future__ import annotations

from django.db import transaction

from tests.fixtures.log import HEARTH, Play, account, join, react, say
from weilu.core.directory.models import Community, Identity, Member, Ownership
from weilu.core.events import actions, queries, sequencer
from weilu.core.events.incoming import Incoming
from weilu.core.events.keys import key


def test_what_is_appended_stands_in_the_log_in_order_and_once(play: Play) -> None:
    events = [
        join("Cai", 1000),
        say("Cai", 2000, "good morning"),
        react("Bea", 3000, about="@cai:hearth/2000"),
    ]
    assert play(events, batch=1) == 3
    rows = queries.read(0, 10)
    assert [(row.position, row.kind, row.happened, row.batch) for row in rows] == [
        (1, "member.joined", 1000, 1),
        (2, "message.sent", 2000, 1),
        (3, "reaction.added", 3000, 1),
    ]
    assert rows[1].subject == rows[2].about
    assert queries.texts([1, 2, 3]) == {2: "good morning"}
    assert play(events, batch=1) == 3
    assert queries.read(0, 10) == rows


def test_accounts_get_an_identity_a_member_and_an_owner(play: Play) -> None:
    play([say("Cai", 1000), say("Bea", 2000), say("Cai", 3000, mentions=["Dov"])], batch=1)
    assert list(Identity.objects.order_by("id").values_list("name", "member__name")) == [
        ("Cai", "Cai"), ("Bea", "Bea"), ("Dov", "Dov"),
    ]  # fmt: skip
    assert Member.objects.count() == Ownership.objects.count() == 3
    assert list(Community.objects.values_list("outside", "name")) == [(HEARTH.outside, "Hearth")]
    row = queries.read(2, 1)[0]
    dov = Identity.objects.get(name="Dov")
    assert row.mentions == (dov.pk,)


def test_a_recorded_event_enters_with_its_transaction(db: None) -> None:
    actions.record(say("Cai", 1000))
    assert queries.head() == 0
    assert sequencer.run_once() == 1
    assert queries.read(0, 10)[0].identity == Identity.objects.get(outside=account("Cai").outside).pk


def test_two_identical_messages_in_one_file_both_come_in_and_a_second_import_adds_none(play: Play) -> None:
    """Without ids of the platform the key is what was said, and the ordinal among equals."""

    def export() -> list[Incoming]:
        alike = [say("Cai", 60_000, "+1") for _ in range(3)]
        return [
            event._replace(key=key("csv", event.happened, "hall", "Cai", event.text, ordinal))
            for ordinal, event in enumerate(alike)
        ]

    assert play(export(), batch=1) == 3
    assert play(export(), batch=2) == 3
    assert queries.tally(1) == queries.Tally(new=3, repeated=0, held=0)
    assert queries.tally(2) == queries.Tally(new=0, repeated=3, held=0)


def test_a_change_that_is_rolled_back_never_happened(db: None) -> None:
    with transaction.atomic():
        actions.record(say("Cai", 1000))
        transaction.set_rollback(True)
    assert sequencer.drain() == 0
    assert queries.head() == 0
