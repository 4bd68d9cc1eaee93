"""How does a caller go on where a page ended? A cursor names the last row, not a number of rows, so that what comes in
meanwhile neither repeats nor hides anything. It is opaque and signed, and good for the same question only.
"""

from __future__ import annotations

import base64
import hashlib
from binascii import Error as NotBase64
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from weilu.core.api.schemas import Paging
from weilu.core.errors import WeiluError
from weilu.core.operators import secrets

Row = TypeVar("Row")
SIGNATURE_BYTES = 12
Mark = list[Any]
"""The sort values of a row, the id last."""


class BadCursor(WeiluError):
    """Not one of ours, or for another question."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__(
            _("This cursor is not valid here. Use the “next” of the page before, with the same question."),
            field="query.cursor",
        )


def cursor(mark: Sequence[Any], of: str) -> str:
    """The opaque form of a place; `of` names the list and what was asked of it."""
    payload = orjson.dumps(list(mark))
    return base64.urlsafe_b64encode(_signature(payload, of) + payload).rstrip(b"=").decode()


def place(given: str | None, of: str) -> Mark | None:
    """Where to go on; None at the beginning. Raises BadCursor."""
    if not given:
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (NotBase64, ValueError):
        raise BadCursor from None
    payload = raw[SIGNATURE_BYTES:]
    if not secrets.same(raw[:SIGNATURE_BYTES].hex(), _signature(payload, of).hex()):
        raise BadCursor
    return list(orjson.loads(payload))


def page(
    rows: Iterable[Row], limit: int, of: str, mark: Callable[[Row], Sequence[Any]]
) -> tuple[list[Row], str | None]:
    """The rows of one page out of `limit` + 1 that were asked for, and the cursor to the next."""
    found = list(rows)
    more = len(found) > limit
    shown = found[:limit]
    return shown, cursor(mark(shown[-1]), of) if more else None


def by_id(
    rows: QuerySet[Any],
    wish: Paging,
    name: str,
    told: Callable[[Any], object] = lambda row: row,
    *,
    newest: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """One page of the rows of a list by their id, each as it is `told`. As `rows_by_id`."""
    found, following = rows_by_id(rows, wish, name, newest=newest, **more)
    return {"items": [told(row) for row in found], "next": following}


def rows_by_id(
    rows: QuerySet[Any], wish: Paging, name: str, *, newest: bool = False, **more: Any
) -> tuple[list[Any], str | None]:
    """One page of the rows of a list by their id, ascending or the newest first, and the cursor to the next. `more` was asked beside
    the wish. Raises BadCursor."""
    of = asked_of(name, wish, **more)
    mark = place(wish.cursor, of)
    rows = rows.order_by("-pk" if newest else "pk")
    rows = rows.filter(**{"pk__lt" if newest else "pk__gt": mark[0]}) if mark else rows
    return page(rows[: wish.limit + 1], wish.limit, of, lambda row: [row.pk])


def numbers(ids: Sequence[int], wish: Paging, name: str, **more: Any) -> tuple[list[int], str | None]:
    """The same of ascending numbers."""
    of = asked_of(name, wish, **more)
    mark = place(wish.cursor, of)
    start = bisect_right(ids, mark[0]) if mark else 0
    return page(ids[start : start + wish.limit + 1], wish.limit, of, lambda one: [one])


def asked_of(name: str, wish: Paging, **more: Any) -> str:
    """The name of a list with all that was asked of it."""
    return question(name, **wish.dict(exclude={"limit", "cursor"}), **more)


def question(name: str, **asked: Any) -> str:
    """The name of a list with what was asked of it, so that a cursor does not wander to another question."""
    kept = {key: value for key, value in sorted(asked.items()) if value is not None}
    return f"{name}?{orjson.dumps(kept, default=str).decode()}"


def _signature(payload: bytes, of: str) -> bytes:
    keyed = hashlib.blake2b(key=secrets.key("cursor"), digest_size=SIGNATURE_BYTES)
    keyed.update(orjson.dumps([of]) + payload)
    return keyed.digest()
