"""Which event is this, and who saw it first?"""

from __future__ import annotations

import pytest

from tests.fixtures.log import Play, account, say
from weilu.core import clock
from weilu.core.events import actions, claims, frames, ranges, sequencer
from weilu.core.events.keys import HOUR_MS, UNTIMED, nearby, object_id, sdk_key
from weilu.core.events.models import Claim


def test_an_sdks_event_is_led_by_its_hour_and_the_second_in_it() -> None:
    key = sdk_key(5 * HOUR_MS + 3_599_999, "site/1")
    assert (len(key), key[:4], key[6:8]) == (22, (5).to_bytes(4), (3_599).to_bytes(2))
    assert sdk_key(5 * HOUR_MS + 3_599_000, "site/1") == key
    assert sdk_key(5 * HOUR_MS + 3_599_000, "site/2")[8:] != key[8:]


def test_one_that_tells_no_time_meets_itself_in_its_hour_and_by_its_neighbours_in_the_next() -> None:
    early, late = (sdk_key(at, "site/1", timed=False) for at in (5 * HOUR_MS, 6 * HOUR_MS - 1))
    after = sdk_key(6 * HOUR_MS, "site/1", timed=False)
    assert early == late
    assert early[4:8] == UNTIMED
    assert nearby(after) == (early, sdk_key(7 * HOUR_MS, "site/1", timed=False))
    assert nearby(sdk_key(0, "site/1", timed=False))[0] == sdk_key(-1, "site/1", timed=False)


def test_each_position_goes_to_the_batch_that_claimed_it_first() -> None:
    kept = ranges.of([(1, 6), (9, 9), (11, 12)])
    others = [(1, 7, 1, 3), (2, 8, 2, 9), (3, 9, 1, 12)]
    assert claims.heirs(kept, others) == [(1, 3, 7), (4, 6, 8), (9, 9, 8), (11, 12, 9)]
    assert claims.heirs(ranges.NONE, others) == []


def test_a_platforms_object_has_the_same_number_for_good() -> None:
    """Written out on purpose: what is stored under another number would never be met again."""
    assert object_id("telegram", -100, 7) == 2299595162566554796


@pytest.mark.django_db
def test_one_source_that_goes_on_is_one_claim(play: Play) -> None:
    for moment in (1, 2, 3):
        play([say("Cai", moment)], batch=1)
    play([say("Bea", 4)], batch=2)
    play([say("Cai", 5)], batch=1)
    assert list(Claim.objects.order_by("id").values_list("batch", "first", "last")) == [
        (1, 1, 3),
        (2, 4, 4),
        (1, 5, 5),
    ]


def test_who_came_without_a_name_is_said_to_be_anonymous_in_a_frame() -> None:
    nobody = account("Visitor")._replace(anonymous=True)
    header = frames.Header(1, live=False, arrived=9)
    frame = frames.decode(frames.encode([say("Cai", 1), say(nobody, 2)], header))
    assert [frames.anonymous(one) for one in frame.actors] == [False, True]
    assert frames.pick(frame, 1).actor == nobody


@pytest.mark.django_db
def test_a_repeat_that_comes_after_the_full_hour_is_still_a_repeat(play: Play) -> None:
    six = 6 * HOUR_MS
    events = [
        say("Cai", at)._replace(key=sdk_key(at, "site/1", timed=False))
        for at in (six - 1, six, six + 2 * HOUR_MS)
    ]
    with clock.frozen(clock.from_ms(six + 3 * HOUR_MS)):
        assert [play([one], batch=1) for one in events] == [1, 1, 2]


def test_an_outside_id_that_is_too_long_keeps_its_beginning_and_what_tells_it_from_others() -> None:
    longest, longer = "x" * frames.LONGEST, "x" * frames.LONGEST + "y"
    kept = frames.outside_id(longer)
    assert frames.outside_id(longest) == longest
    assert (kept[:191], len(kept)) == ("x" * 190 + "~", 223)
    assert kept != frames.outside_id(longer + "z")


def test_a_platform_whose_name_fits_no_column_is_an_error_of_ours() -> None:
    header = frames.Header(1, live=False, arrived=9)
    with pytest.raises(ValueError, match="longer than 32"):
        frames.encode([say(account("Cai")._replace(platform="p" * 33), 1)], header)


@pytest.mark.django_db
def test_who_catches_up_says_how_many_events_that_took() -> None:
    actions.append([say("Cai", 1), say("Bea", 2)], batch=1, live=False)
    assert [sequencer.catch_up(), sequencer.catch_up()] == [2, 0]
