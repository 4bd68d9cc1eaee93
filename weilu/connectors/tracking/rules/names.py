"""Which kind of event is meant by a name? Well-known names of the SDKs map to ours, own names stay as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from weilu.connectors.tracking.contract import ALIAS, GROUP, IDENTIFY, ITEM, PAGE, PROFILE, SCREEN, Refused
from weilu.core.events import kinds

LONGEST = 200
ORDER_PAID, ORDER_CANCELLED = "order.paid", "order.cancelled"
PAGE_VIEWED, SCREEN_VIEWED, APP_OPENED = "page.viewed", "screen.viewed", "app.opened"
GROUP_JOINED, USER_IDENTIFIED = "group.joined", "user.identified"
USER_ALIASED, USER_LINKED = "user.aliased", "user.linked"
PROFILE_CHANGED, ITEM_CHANGED = "profile.changed", "item.changed"

BY_CALL: Mapping[str, str] = {
    PAGE: PAGE_VIEWED,
    SCREEN: SCREEN_VIEWED,
    IDENTIFY: USER_IDENTIFIED,
    GROUP: GROUP_JOINED,
    ALIAS: USER_ALIASED,
    PROFILE: PROFILE_CHANGED,
    ITEM: ITEM_CHANGED,
}
WELL_KNOWN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "order completed",
            "order paid",
            "order_completed",
            "order_paid",
            "ordercompleted",
            "orderpaid",
            "payorder",
            "purchase",
        ),
        ORDER_PAID,
    ),
    **dict.fromkeys(
        (
            "order cancelled",
            "order canceled",
            "order refunded",
            "order_cancelled",
            "order_canceled",
            "order_refunded",
            "ordercancelled",
            "ordercanceled",
            "orderrefunded",
            "cancelorder",
        ),
        ORDER_CANCELLED,
    ),
    **dict.fromkeys(("$pageview", "page viewed", "page view"), PAGE_VIEWED),
    **dict.fromkeys(("$screen", "$mpviewscreen", "$appviewscreen", "screen viewed"), SCREEN_VIEWED),
    **dict.fromkeys(
        ("$mplaunch", "$mpshow", "$appstart", "application opened", "application foregrounded"), APP_OPENED
    ),
}
"""By the name in lower case."""
SPEAKABLE = frozenset({ORDER_PAID, ORDER_CANCELLED, PAGE_VIEWED, SCREEN_VIEWED, APP_OPENED, GROUP_JOINED})
"""Kinds of the house that a write key may say by name. All others are refused: they come from platforms or from here."""
RESERVED = (
    "message.", "member.", "reaction.", "poll.", "checkin.", "badge.", "community.", "log.", "user.", "profile.",
    "points.", "coupon.", "ledger.", "balance.", "prize.", "penalty.", "moderation.", "campaign.", "journey.", "ticket.",
    "order.", "decision.", "operator.", "segment.", "tag.", "item.", "weilu.",
)  # fmt: skip
"""Beginnings of names that belong to the house, now or later."""
# Addresses, UUIDs, long hexadecimal words, seven digits and more in a row.
_ID = re.compile(r"\S@\S|\d{7}|[0-9a-f]{8}-[0-9a-f]{4}-|\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b", re.I)


@lru_cache(maxsize=16_384)
def kind_of(call: str, name: str) -> str:
    """The kind behind a call and its name. Raises Refused (not remembered) for what may not be said."""
    if call in BY_CALL:
        return BY_CALL[call]
    if not name:
        raise Refused("no_name")
    if len(name) > LONGEST:
        raise Refused("long_name")
    known = WELL_KNOWN.get(name.lower())
    if known is not None:
        return known
    if name in SPEAKABLE:
        return name
    if kinds.find(name) is not None or name.lower().startswith(RESERVED):
        raise Refused("reserved_name", name)
    if _ID.search(name) or not name.isprintable():
        raise Refused("id_in_name")
    return name


def is_own(kind: str) -> bool:
    """Whether the kind is a name of the source's own, of which there may be only so many."""
    return kinds.find(kind) is None
