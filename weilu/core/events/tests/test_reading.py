"""The log is read in order, in the newest version of each kind, as of any moment."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.log import Play, event, say
from weilu.core import clock
from weilu.core.events import actions, frames, kinds, queries, ranges, sequencer
from weilu.core.events.incoming import Actor
from weilu.core.events.kinds import Kind
from weilu.core.events.models import LogEntry

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_what_was_known_at_a_moment_is_what_had_been_recorded_before_it(play: Play) -> None:
    for number in range(5):
        with clock.frozen(NOON + number * HOUR):
            play([say("Cai", 10 * number + one) for one in range(3)], batch=1)
    assert queries.position_at(clock.to_ms(NOON)) == 0
    assert queries.position_at(clock.to_ms(NOON) + 1) == 3
    assert queries.position_at(clock.to_ms(NOON + 2 * HOUR)) == 6
    assert queries.position_at(clock.to_ms(NOON + 99 * HOUR)) == 15


def test_the_moment_of_recording_never_falls_though_the_clock_does(play: Play) -> None:
    with clock.frozen(NOON):
        play([say("Cai", 1)], batch=1)
    with clock.frozen(NOON - HOUR):
        play([say("Cai", 2)], batch=1)
    assert [row.recorded for row in queries.read(0, 10)] == [clock.to_ms(NOON)] * 2


def test_reading_goes_on_where_it_ended(play: Play) -> None:
    play([say("Cai", number) for number in range(10)], batch=1)
    assert [row.position for row in queries.read(3, 4)] == [4, 5, 6, 7]
    assert queries.read(10, 4) == []


def test_an_old_version_is_lifted_step_by_step_when_read(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    lifted = Kind(
        "message.sent", "Message sent", version=3,
        upcasters={1: lambda old: {"words": old["length"]}, 2: lambda old: {**old, "fresh": True}},
    )  # fmt: skip
    play([say("Cai", 1, properties={"length": 4})], batch=1)
    monkeypatch.setitem(kinds._kinds, "message.sent", lifted)
    row = queries.read(0, 1)[0]
    assert (row.version, row.data) == (3, {"words": 4, "fresh": True})


def test_live_is_what_arrives_within_a_day_of_happening(play: Play) -> None:
    day = 24 * 3600 * 1000
    now = clock.to_ms(NOON)
    with clock.frozen(NOON):
        play([say("Cai", now - day), say("Cai", now - day - 1)], live=True)
        play([say("Bea", now)], batch=4)
    assert [row.live for row in queries.read(0, 10)] == [True, False, False]


def test_an_event_that_waited_in_the_intake_keeps_the_moment_of_its_arrival(db: None) -> None:
    with clock.frozen(NOON):
        actions.record(say("Cai", clock.to_ms(NOON) - 1))
    with clock.frozen(NOON + 30 * HOUR):
        sequencer.drain()
    assert queries.read(0, 1)[0].live


def test_the_log_holds_no_name_outside_id_or_text(play: Play) -> None:
    who = Actor("matrix", "@outside-marker", "name-marker")
    play(
        [event("message.sent", 1, who, number=1, text="text-marker", private={"phone": "phone-marker"})],
        batch=1,
    )
    row = str(LogEntry.objects.values().get())
    assert "marker" not in row
    assert queries.texts([1]) == {1: "text-marker"}


def test_half_an_emoji_and_a_nul_do_not_stop_the_log(play: Play) -> None:
    play([say(Actor("matrix", "@x", "N\x00ame\ud83d"), 1, "half \ud83d and \x00 nul")], batch=1)
    assert queries.texts([1]) == {1: "half ? and  nul"}


def test_overlong_outside_ids_stay_different(play: Play) -> None:
    long = "x" * 400
    play([say(Actor("matrix", long + "1", "One"), 1), say(Actor("matrix", long + "2", "Two"), 2)], batch=1)
    first, second = queries.read(0, 2)
    assert first.identity != second.identity


@pytest.mark.parametrize(
    "wrong",
    [
        say("Cai", 1)._replace(kind="no.such.kind"),
        say("Cai", 1)._replace(key=b"short"),
        say("Cai", 1, value=2**63),
    ],
)
def test_an_event_against_its_contract_is_refused_before_it_is_stored(db: None, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"key|value"):
        actions.append([wrong], batch=1)  # type: ignore[list-item]
    assert queries.waiting() == 0


PAIRS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 8)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


@given(PAIRS, PAIRS)
def test_ranges_behave_like_sets_of_positions(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    def members(pairs: list[tuple[int, int]]) -> set[int]:
        return {position for first, last in pairs for position in range(first, last + 1)}

    left, right = ranges.of(one), ranges.of(other)
    assert set(ranges.expand(left).tolist()) == members(one)
    assert set(ranges.expand(ranges.minus(left, right)).tolist()) == members(one) - members(other)
    assert set(ranges.expand(ranges.both(left, right)).tolist()) == members(one) & members(other)
    assert ranges.pairs(ranges.of_positions(members(one))) == ranges.pairs(left)
    assert ranges.count(left) == len(members(one))


def test_a_frame_gives_back_what_was_put_in() -> None:
    whole = say(
        "Cai", 5, "hi", mentions=["Bea"], target="Dov", value=3, properties={"a": 1}, private={"p": "q"}
    )
    frame = frames.decode(frames.encode([say("Bea", 1), whole], frames.Header(2, True, 9)))
    assert frames.pick(frame, 1) == whole
