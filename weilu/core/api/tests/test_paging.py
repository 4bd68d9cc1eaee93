"""Pages: each row once, none missed, whatever comes in between; cursors are opaque and good for one question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.cast import community
from weilu.core.api import paging

MARKS = st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(max_size=20)), min_size=1, max_size=3)


@settings(deadline=None)
@given(mark=MARKS, of=st.text(max_size=30))
def test_a_cursor_leads_back_to_its_place(mark: list[Any], of: str) -> None:
    assert paging.place(paging.cursor(mark, of), of) == mark


@settings(deadline=None)
@given(
    mark=MARKS,
    of=st.text(max_size=10),
    other=st.text(max_size=10),
    spot=st.integers(0, 10**6),
    sign=st.sampled_from("Az09-_"),
)
def test_a_cursor_that_was_touched_or_is_of_another_question_is_refused(
    mark: list[Any], of: str, other: str, spot: int, sign: str
) -> None:
    good = paging.cursor(mark, of)
    place = spot % len(good)
    touched = good[:place] + sign + good[place + 1 :]
    wrong = [] if other == of else [(good, other)]
    if touched != good and _bits(touched) != _bits(good):
        wrong.append((touched, of))
    for text, asked in wrong:
        with pytest.raises(paging.BadCursor):
            paging.place(text, asked)


def _bits(text: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("given_", ["AAAA", "A", "x" * 999, "-_-_"])
def test_what_is_no_cursor_is_refused_with_a_sentence(ada: Any, program: Any, given_: str) -> None:
    refused = program(ada).get("/communities", cursor=given_)
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_cursor")
    assert refused.json()["field"] == "query.cursor"


def test_pages_hold_each_row_once_though_rows_come_in_meanwhile(ada: Any, program: Any) -> None:
    for number in range(7):
        community(f"c{number}", f"Place {number}")
    board = program(ada)

    first = board.get("/communities", limit=3).json()
    community("late", "Latecomer")
    rest, cursor = [], first["next"]
    while cursor:
        page = board.get("/communities", limit=3, cursor=cursor).json()
        rest, cursor = [*rest, *page["items"]], page["next"]

    ids = [one["id"] for one in (*first["items"], *rest)]
    assert len(ids) == len(set(ids)) == 8
    assert ids == sorted(ids)


@pytest.mark.parametrize(("limit", "status"), [(200, 200), (201, 422), (0, 422), (-1, 422), ("many", 422)])
def test_a_page_has_at_most_two_hundred_rows(ada: Any, program: Any, limit: Any, status: int) -> None:
    told = program(ada).get("/communities", limit=limit)
    assert told.status_code == status
    if status == 422:
        assert told.json()["field"] == "query.limit"
