"""Which event is this, and who saw it first?"""

from __future__ import annotations

from weilu.core.events import claims, ranges
from weilu.core.events.keys import HOUR_MS, UNTIMED, nearby, sdk_key


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
