"""A person who is erased is forgotten; the numbers of the past stay; a restore brings nobody back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.log import Play, account, say
from weilu.core import clock
from weilu.core.directory.models import Identity, Member, Sighting
from weilu.core.events import actions, erasures, queries, sequencer
from weilu.core.events.events import LOG_RETRACTED
from weilu.core.events.keys import key
from weilu.core.events.models import Private

MARCH = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def cai() -> Identity:
    return Identity.objects.get(outside=account("Cai").outside)


def test_erasure_forgets_who_it_was_and_keeps_the_nameless_events(play: Play) -> None:
    play([say("Cai", 1, "secret"), say("Bea", 2, "kept")], batch=1)
    before = queries.read(0, 10)
    gone = cai()
    actions.erase_identity(gone.pk)
    assert queries.read(0, 10)[:2] == before
    assert queries.texts([1, 2]) == {2: "kept"}
    gone.refresh_from_db()
    assert (gone.name, gone.member.name) == ("", "")
    assert gone.outside.startswith("erased:")
    assert not Sighting.objects.filter(what="identity", ref=gone.pk).exists()
    assert Private.objects.count() == 1


def test_retracting_an_account_takes_its_events_and_an_old_export_does_not_bring_them_back(
    play: Play,
) -> None:
    events = [say("Cai", 1, "secret"), say("Bea", 2)]
    play(events, batch=1)
    assert actions.retract_identity(cai().pk) == 1
    play(events, batch=2)
    assert [(row.position, row.kind) for row in queries.read(0, 10)] == [
        (2, "message.sent"),
        (3, LOG_RETRACTED),
    ]
    assert queries.texts([1, 2]) == {2: "hello"}


def test_an_erased_person_who_comes_back_is_somebody_new(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    first = cai().pk
    actions.erase_identity(first)
    play([say("Cai", 5)], live=True)
    assert cai().pk != first
    assert Member.objects.filter(name="Cai").count() == 1


def test_the_list_of_erasures_names_nobody(play: Play, settings: Any) -> None:
    play([say("Cai", 1)], batch=1)
    actions.erase_identity(cai().pk)
    written = (settings.HOME / "erasures.jsonl").read_text()
    assert "cai" not in written.lower()
    assert len(written.splitlines()) == 2


def test_after_a_restore_who_was_erased_is_erased_again_and_who_came_back_stays(play: Play) -> None:
    """The databases are put back to the morning, the list stands outside them."""
    with clock.frozen(MARCH):
        play([say("Cai", 1, "secret"), say("Dov", 2), say("Bea", 3)], batch=1)
    people = list(Identity.objects.values("pk", "outside", "name"))
    said = list(Private.objects.values("pk", "identity", "text", "data"))
    with clock.frozen(MARCH + HOUR):
        actions.erase_identity(cai().pk)
        actions.erase_identity(Identity.objects.get(name="Dov").pk)
    for row in people:
        Identity.objects.filter(pk=row["pk"]).update(outside=row["outside"], name=row["name"])
    for row in said:
        Private.objects.update_or_create(
            position=row["pk"], defaults={"identity": row["identity"], "text": row["text"]}
        )
    dov = Identity.objects.get(name="Dov")
    dov.ownerships.update(at=MARCH + 2 * HOUR)
    with clock.frozen(MARCH + 3 * HOUR):
        assert actions.reapply_erasures() == 1
        assert actions.reapply_erasures() == 0
    assert sorted(Identity.objects.exclude(outside__startswith="erased:").values_list("name", flat=True)) == [
        "Bea",
        "Dov",
    ]
    assert 1 not in queries.texts([1, 2, 3])


@pytest.fixture
def forgotten() -> Iterator[list[int]]:
    kept = erasures.registered()
    asked: list[int] = []
    erasures.register([erasures.Personal("care", (), asked.append)])
    yield asked
    erasures.register(kept)


def test_every_room_is_asked_to_forget(play: Play, forgotten: list[int]) -> None:
    play([say("Cai", 1), say("Bea", 2)], batch=1)
    actions.erase_identity(cai().pk)
    assert forgotten == [queries.read(0, 1)[0].identity]
    actions.retract_batch(1)
    assert len(forgotten) == 1


def outsides() -> list[str]:
    return sorted(Identity.objects.exclude(outside__startswith="erased:").values_list("outside", flat=True))


def test_an_old_export_brings_neither_name_nor_words_of_the_erased_back(play: Play) -> None:
    events = [say("Cai", 1, "secret"), say("Bea", 2), say("Cai", 3, "another secret")]
    play(events[:2], batch=1)
    actions.erase_identity(cai().pk)
    play(events, batch=2)
    row = queries.read(3, 10)[0]
    assert (row.kind, row.identity, row.happened) == ("message.sent", 0, 3)
    assert outsides() == ["@bea:hearth"]
    assert queries.texts(range(9)) == {2: "hello"}
    assert Private.objects.count() == 1


def test_an_old_export_does_not_point_at_the_erased_either(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    actions.erase_identity(cai().pk)
    play([say("Bea", 2, target="Cai", mentions=["Cai", "Dov"]), say("Dov", 3)], batch=2)
    row = queries.read(2, 1)[0]
    names = {identity.pk: identity.name for identity in Identity.objects.all()}
    assert (names[row.identity], row.target, [names[one] for one in row.mentions]) == ("Bea", 0, ["Dov"])
    assert outsides() == ["@bea:hearth", "@dov:hearth"]


def test_an_old_export_with_the_erased_in_it_still_tells_who_everybody_else_was(play: Play) -> None:
    play([say("Cai", 1)], batch=1)
    actions.erase_identity(cai().pk)
    early = account("Robot", bot=True)
    play([say("Cai", 1), say("Bea", 2, target="Dov"), say("Cai", 3, target="Bea"), say(early, 0)], batch=2)
    names = {0: "", **{identity.pk: identity.name for identity in Identity.objects.all()}}
    told = [(row.happened, names[row.identity], names[row.target]) for row in queries.read(2, 10)]
    assert told == [(2, "Bea", "Dov"), (3, "", "Bea"), (0, "Robot", "")]


def test_who_came_back_is_known_by_what_they_did_since_and_by_nothing_before(play: Play) -> None:
    now = int(MARCH.timestamp() * 1000)
    with clock.frozen(MARCH):
        play([say("Cai", 1)], batch=1)
        actions.erase_identity(cai().pk)
    with clock.frozen(MARCH + HOUR):
        play([say("Cai", now + 1, "here again")], live=True)
        play([say("Cai", 2, "long ago"), say("Cai", now + 2, "since then")], batch=2)
    rows = {row.happened: row.identity for row in queries.read(2, 10)}
    assert rows == {now + 1: cai().pk, 2: 0, now + 2: cai().pk}
    assert sorted(queries.texts(range(9)).values()) == ["here again", "since then"]


def test_a_longer_export_brings_nothing_of_a_retracted_account_back_either(play: Play) -> None:
    play([say("Cai", 1, "secret")], batch=1)
    actions.retract_identity(cai().pk)
    play([say("Cai", 1, "secret"), say("Cai", 2, "more")], batch=2)
    assert [(row.kind, row.identity) for row in queries.read(0, 10)] == [
        (LOG_RETRACTED, 0),
        ("message.sent", 0),
    ]
    assert outsides() == []
    assert queries.texts(range(9)) == {}


def test_what_waits_for_an_operator_is_forgotten_with_who_sent_it(play: Play) -> None:
    with clock.frozen(MARCH):
        for name in ("Cai", "Bea"):
            event = say(name, 1)
            play(
                [say(name, clock.now_ms()), event._replace(key=key("sdk", 1, "site", name), source="sdk")],
                live=True,
            )
        assert len(queries.held()) == 2
        actions.erase_identity(cai().pk)
        assert len(queries.held()) == 1
        actions.release(queries.held()[0].number)
        sequencer.drain()
    assert outsides() == ["@bea:hearth"]
