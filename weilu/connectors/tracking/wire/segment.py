"""Segment's wire format, which RudderStack and Jitsu speak too: `/v1/batch`, `/v1/track` and their like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from weilu.connectors.tracking.contract import (
    ALIAS,
    CALLS,
    EMPTY,
    GROUP,
    IDENTIFY,
    PAGE,
    SCREEN,
    Refused,
    Said,
)
from weilu.connectors.tracking.rules import moments
from weilu.connectors.tracking.wire.common import Outcome, each, identifier, mapping

SHORT = {"b": "batch", "i": IDENTIFY, "t": "track", "p": PAGE, "s": SCREEN, "g": GROUP, "a": ALIAS}
UTM = {"source": "utm_source", "medium": "utm_medium", "name": "utm_campaign"}


def read(body: Any, call: str, nul: bool) -> Iterator[Outcome]:
    """Events of a body. `call` is what the address says (`track`, …), `batch` where each event says it itself."""
    events = body.get("batch") if isinstance(body, dict) and "batch" in body else body
    sent = _moment(body.get("sentAt")) if isinstance(body, dict) else None
    default = "" if call == "batch" else call
    if isinstance(events, dict):
        events = [events]
    if not isinstance(events, list) or not events:
        raise Refused("no_events")
    return each(events, lambda event: _said(event, default, sent), nul)


def key_of(body: Any) -> str:
    """The write key where it stands in the body."""
    if isinstance(body, dict):
        found = body.get("writeKey") or body.get("write_key")
        if (
            not found
            and isinstance(batch := body.get("batch"), list)
            and batch
            and isinstance(batch[0], dict)
        ):
            found = batch[0].get("writeKey")
        return found if isinstance(found, str) else ""
    return ""


def _said(event: Mapping[str, Any], default: str, sent: int | None) -> Said:
    get = event.get
    call = get("type") or default
    if type(call) is not str or call not in CALLS:
        raise Refused("unknown_call")
    own = get("messageId")
    user, anonymous = identifier(get("userId")), identifier(get("anonymousId"))
    time = moments.written(get("originalTimestamp") or get("timestamp"))
    said_sent = get("sentAt")
    properties = mapping(get("properties"))
    context = get("context")
    if type(context) is dict and type(campaign := context.get("campaign")) is dict:
        properties = {
            **{name: campaign[key] for key, name in UTM.items() if key in campaign},
            **properties,
        }
    name = get("event") or ""
    if type(name) is not str:
        raise Refused("no_name")
    return Said(
        call,
        name,
        own if type(own) is str else "",
        user,
        anonymous,
        identifier(get("previousId")) if call == ALIAS else "",
        time,
        _moment(said_sent) if said_sent else sent,
        _named(get, call, properties),
        {"set": traits} if (traits := _traits(get, call, context)) else EMPTY,
        identifier(get("groupId")) if call == GROUP else "",
    )


def _named(get: Any, call: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Pages and screens have a name and a category beside their properties; a group has traits."""
    if call == GROUP:
        return mapping(get("traits"))
    if call not in (PAGE, SCREEN):
        return properties
    said = {"page_name" if call == PAGE else "screen_name": get("name"), "category": get("category")}
    rest = {key: value for key, value in properties.items() if key != "name"}
    return {**{key: value for key, value in said.items() if value}, **rest}


def _traits(get: Any, call: str, context: Any) -> Mapping[str, Any]:
    if call != IDENTIFY:
        return EMPTY
    return mapping(get("traits") or (context.get("traits") if type(context) is dict else None))


def _moment(value: Any) -> int | None:
    """A time of sending that cannot be read only costs the correction."""
    try:
        return moments.written(value)
    except Refused:
        return None
