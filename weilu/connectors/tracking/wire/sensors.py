"""Sensors' (神策) wire format: `/sa`, `/sa.gif`. Bodies are forms whose `data` or `data_list` is packed JSON.

`_track_id` is a random number of five to ten digits, which soon comes again, and Python's SDK has none: an event is known
by all that it says but `_flush_time`, which changes with each try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from weilu.connectors.tracking.contract import EMPTY, IDENTIFY, ITEM, PROFILE, TRACK, Refused, Said
from weilu.connectors.tracking.rules import moments
from weilu.connectors.tracking.wire.common import Outcome, each, identifier, mapping, own_traits

DELETE = "profile_delete"
CALLS = {
    "track": TRACK,
    "track_signup": IDENTIFY,
    "track_id_bind": IDENTIFY,
    "track_id_unbind": TRACK,
    "profile_set": PROFILE,
    "profile_set_once": PROFILE,
    "profile_unset": PROFILE,
    "profile_increment": PROFILE,
    "profile_append": PROFILE,
    DELETE: PROFILE,
    "item_set": ITEM,
    "item_delete": ITEM,
}
CHANGES = {"profile_set": "set", "profile_set_once": "set_once", "profile_unset": "unset"}
LOGIN = "$identity_login_id"


def read(body: Any, call: str, nul: bool) -> Iterator[Outcome]:
    """Events of a body: one, or a list."""
    events = body if isinstance(body, list) else [body]
    if not events:
        raise Refused("no_events")
    return each(events, _said, nul)


def key_of(body: Any) -> str:
    """The SDKs carry the project in the address; some repeat it in each event."""
    first = body[0] if isinstance(body, list) and body else body
    found = first.get("project") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""


def _said(event: Mapping[str, Any]) -> Said:
    get = event.get
    said = get("type")
    if type(said) is not str or said not in CALLS:
        raise Refused("unknown_call")
    call = CALLS[said]
    name = get("event") or ""
    if type(name) is not str:
        raise Refused("no_name")
    properties = mapping(get("properties"))
    user, anonymous, guest = _who(get)
    if call == ITEM:
        name, user = said, identifier(f"{get('item_type') or ''}/{get('item_id') or ''}")
    return Said(
        call,
        name or (said if call == TRACK else ""),
        "",
        user,
        anonymous if call in (IDENTIFY, TRACK) else "",
        "",
        moments.written(get("time")),
        _sent(get("_flush_time")),
        EMPTY if said in CHANGES else properties,
        _traits(said, properties),
        "",
        f"{said}\x1f{get('_track_id', '')}",
        guest and call != IDENTIFY and properties.get("$is_login_id") is not True,
    )


def _who(get: Any) -> tuple[str, str, bool]:
    """(account, anonymous id, whether the account is in truth a device): named as such, or the id before a sign-up, or among
    the identities. Without a login and another id beside it `distinct_id` is a device's, as the SDKs have it."""
    user, anonymous = identifier(get("distinct_id")), identifier(get("original_id") or get("anonymous_id"))
    login = identifier(get("login_id"))
    identities = get("identities")
    if type(identities) is dict:
        login = login or identifier(identities.get(LOGIN))
        others = (identifier(one) for name, one in identities.items() if name != LOGIN)
        anonymous = anonymous or next((one for one in others if one), "")
    user = login or user
    anonymous = "" if anonymous == user else anonymous
    return user, anonymous, not (login or anonymous)


def _traits(said: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    if said == DELETE:
        return {"delete": []}
    change, own = CHANGES.get(said), own_traits(properties)
    return {change: list(own) if change == "unset" else own} if change and own else EMPTY


def _sent(value: Any) -> int | None:
    try:
        return moments.written(value)
    except Refused:
        return None
