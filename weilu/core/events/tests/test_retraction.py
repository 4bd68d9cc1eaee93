"""What an import brought in, its undo takes out: exactly, whatever else has seen the same."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.log import HEARTH, Play, account, join, say
from weilu.core.directory.actions import own
from weilu.core.directory.models import Community, Identity, Member, Room
from weilu.core.errors import Conflict
from weilu.core.events import actions, queries, retraction, sequencer
from weilu.core.events.events import LOG_RETRACTED
from weilu.core.events.incoming import Actor, Place
from weilu.core.events.models import EventKey, Private, Retraction
from weilu.core.events.tests.histories import Segment, enter
from weilu.core.events.tests.whole import clean_slate, state

WEEK = [
    join("Cai", 1_000),
    say("Cai", 2_000, "first"),
    say("Bea", 3_000, "second"),
    say("Cai", 4_000, mentions=["Dov"]),
]


def test_import_undo_import_equals_import(play: Play) -> None:
    play(WEEK, batch=1)
    once = state()
    assert actions.retract_batch(1) == 4
    assert queries.tally(1).new == 0
    play(WEEK, batch=1)
    assert state() == once


def test_an_undo_leaves_nothing_of_the_batch(play: Play) -> None:
    play(WEEK, batch=1)
    actions.retract_batch(1)
    assert [row.kind for row in queries.read(0, 10)] == [LOG_RETRACTED]
    assert not Identity.objects.exists()
    assert not Member.objects.exists()
    assert not Community.objects.exists()
    assert not Private.objects.exists()
    assert EventKey.objects.count() == 1


def test_a_retraction_is_itself_an_event(play: Play) -> None:
    play(WEEK, batch=3)
    actions.retract_batch(3)
    row = queries.read(0, 10)[-1]
    assert (row.kind, row.position, row.value) == (LOG_RETRACTED, 5, 4)
    assert row.data["what"] == "batch"
    assert row.data["ref"] == 3


def test_a_second_undo_changes_nothing(play: Play) -> None:
    play(WEEK, batch=1)
    actions.retract_batch(1)
    head = queries.head()
    assert actions.retract_batch(1) == 0
    assert queries.head() == head


def test_live_events_cannot_be_undone_together(db: None) -> None:
    with pytest.raises(Conflict):
        actions.retract_batch(0)


def test_what_live_traffic_has_seen_too_survives_the_undo(play: Play) -> None:
    play(WEEK[1:2], batch=0)
    play(WEEK, batch=1)
    assert actions.retract_batch(1) == 3
    assert [(row.happened, row.batch) for row in queries.read(0, 10) if row.kind == "message.sent"] == [
        (2_000, 0)
    ]
    assert [i.name for i in Identity.objects.all()] == ["Cai"]


def test_positions_are_never_given_twice(play: Play) -> None:
    play(WEEK, batch=1)
    actions.retract_batch(1)
    play(WEEK, batch=2)
    assert [row.position for row in queries.read(0, 10)] == [5, 6, 7, 8, 9]


def test_readers_of_copies_are_told_the_ranges(play: Play) -> None:
    play(WEEK[:2], batch=1)
    play(WEEK, batch=2)
    actions.retract_batch(2)
    actions.retract_batch(1)
    first, second = queries.retractions()
    assert (first.ref, first.ranges, first.moved) == (2, ((3, 4),), ())
    assert (second.ref, second.ranges) == (1, ((1, 2),))
    assert queries.retracted_ranges() == [(1, 4)]
    assert queries.retractions(second.number) == []


def test_a_survivor_passes_to_the_batch_that_saw_it_next(play: Play) -> None:
    play(WEEK, batch=1)
    play(WEEK[2:], batch=2)
    actions.retract_batch(1)
    assert [(r.happened, r.batch) for r in queries.read(0, 10) if r.kind != LOG_RETRACTED] == [
        (3_000, 2),
        (4_000, 2),
    ]
    assert queries.retractions()[0].moved == ((3, 4, 2),)


def test_the_name_falls_back_to_what_other_batches_saw(play: Play) -> None:
    old = Actor("matrix", "@x", "Old name")
    new = Actor("matrix", "@x", "New name")
    play([say(old, 1_000)], batch=1)
    play([say(new, 2_000)], batch=2)
    assert Identity.objects.get().name == Member.objects.get().name == "New name"
    actions.retract_batch(2)
    assert Identity.objects.get().name == Member.objects.get().name == "Old name"


def test_a_member_that_people_decided_about_stays(play: Play) -> None:
    play(WEEK, batch=1)
    cai, bea = Identity.objects.get(name="Cai"), Identity.objects.get(name="Bea")
    own(cai.pk, bea.member_id, decision=7)
    actions.retract_batch(1)
    assert list(Identity.objects.values_list("pk", "member_id")) == [(cai.pk, bea.member_id)]


def test_an_undo_that_died_half_way_is_finished_by_the_next_step(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(WEEK, batch=1)
    with monkeypatch.context() as broken:
        broken.setattr(retraction.withdrawal, "withdraw", _die)
        with pytest.raises(KeyboardInterrupt):
            actions.retract_batch(1)
    assert Identity.objects.exists()
    assert Retraction.objects.get().directory_at is None
    actions.retract_batch(2)
    assert not Identity.objects.exists()
    assert Retraction.objects.get().directory_at is not None


def _die(*_: object) -> None:
    raise KeyboardInterrupt


SEGMENT = st.tuples(
    st.sampled_from([1, 2, 3, 0]),
    st.lists(st.integers(0, 12), min_size=1, max_size=8),
    st.sampled_from(["Ada", "Bea", ""]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segments=st.lists(SEGMENT, min_size=1, max_size=6), undone=st.sampled_from([1, 2]), each=st.booleans())
def test_batches_come_and_one_goes_as_if_it_had_never_been(
    db: None, segments: list[Segment], undone: int, each: bool
) -> None:
    with clean_slate():
        enter([segment for segment in segments if segment[0] != undone], each=each)
        without = state()
    with clean_slate():
        enter(segments, each=each)
        actions.retract_batch(undone)
        assert state() == without


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(0, 12), min_size=1, max_size=12),
    again=st.lists(st.integers(0, 11), max_size=8),
    chance=st.randoms(use_true_random=False),
)
def test_order_and_repeats_of_what_comes_in_change_nothing(
    db: None, numbers: list[int], again: list[int], chance: object
) -> None:
    with clean_slate():
        enter([(1, sorted(set(numbers)), "Ada")], each=False)
        plain = state()
    shuffled = numbers + [numbers[one % len(numbers)] for one in again]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    with clean_slate():
        enter([(1, [number], "Ada") for number in shuffled], each=bool(again))
        assert state() == plain


def test_undoing_takes_rooms_and_communities_that_nobody_else_knows(play: Play) -> None:
    hall = Place("matrix", "!hall", "Hall")
    play([say("Cai", 1_000, room=hall)], batch=1)
    play([say("Cai", 2_000)], batch=2)
    actions.retract_batch(1)
    assert not Room.objects.exists()
    assert [c.outside for c in Community.objects.all()] == [HEARTH.outside]
    assert account("Cai").outside == Identity.objects.get().outside


def test_an_undo_ends_though_more_comes_in_all_the_time(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play(WEEK, batch=1)
    real, came = sequencer.run_once, []

    def more_with_each_step(limit: int = 1) -> int:
        came.append(say("Dov", 10_000 + len(came)))
        assert len(came) < 100, "it waits for what comes in meanwhile"
        actions.append(came[-1:], batch=2)
        return real(limit)

    actions.append([say("Bea", 5_000 + number) for number in range(5)], batch=1)
    monkeypatch.setattr(sequencer, "run_once", more_with_each_step)
    assert actions.retract_batch(1) == 9
