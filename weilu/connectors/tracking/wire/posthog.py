"""PostHog's wire format: `/batch/`, `/capture/`, `/e/`, `/i/v0/e/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from weilu.connectors.tracking.contract import ALIAS, EMPTY, GROUP, IDENTIFY, PROFILE, TRACK, Refused, Said
from weilu.connectors.tracking.rules import moments
from weilu.connectors.tracking.wire.common import Outcome, each, identifier, mapping, own_traits
from weilu.core.directory.joining import made_up

CALLS = {
    "$identify": IDENTIFY,
    "$create_alias": ALIAS,
    "$merge_dangerously": ALIAS,
    "$set": PROFILE,
    "$groupidentify": GROUP,
}
TRAITS = (("$set", "set"), ("$set_once", "set_once"))


def read(body: Any, call: str, nul: bool) -> Iterator[Outcome]:
    """Events of a body: one, a list, or a list under `batch`."""
    events, sent = body, None
    if isinstance(body, dict):
        sent = _sent(body)
        events = body.get("batch", [body])
    if not isinstance(events, list) or not events:
        raise Refused("no_events")
    return each(events, lambda event: _said(event, sent), nul)


def key_of(body: Any) -> str:
    """The project key where it stands in the body or in the first event."""
    for one in (body, body[0] if isinstance(body, list) and body else None, _first_of_batch(body)):
        if isinstance(one, dict):
            inside = one.get("properties")
            found = one.get("api_key") or one.get("token") or one.get("$token")
            found = found or (inside.get("token") if isinstance(inside, dict) else None)
            if isinstance(found, str):
                return found
    return ""


def _first_of_batch(body: Any) -> Any:
    batch = body.get("batch") if isinstance(body, dict) else None
    return batch[0] if isinstance(batch, list) and batch else None


def _said(event: Mapping[str, Any], sent: int | None) -> Said:
    get = event.get
    properties = mapping(get("properties"))
    name = get("event") or ""
    if type(name) is not str:
        raise Refused("no_name")
    call = CALLS.get(name, TRACK)
    own = get("uuid") or properties.get("$insert_id") or get("message_id")
    who = identifier(get("distinct_id") or get("$distinct_id") or properties.get("distinct_id"))
    traits = {
        change: found
        for key, change in TRAITS
        if isinstance(told := properties.get(key) or get(key), dict) and (found := own_traits(told))
    }
    if isinstance(properties.get("$unset"), list):
        traits["unset"] = properties["$unset"]
    previous = identifier(properties.get("alias")) if name == "$create_alias" else ""
    return Said(
        call,
        "" if name in CALLS else name,
        own if type(own) is str else "",
        who,
        identifier(properties.get("$anon_distinct_id")) if call == IDENTIFY else "",
        identifier(properties.get("alias")) if call == ALIAS and not previous else previous,
        _time(get, sent),
        sent,
        _own(properties, call),
        traits or EMPTY,
        identifier(properties.get("$group_key")) if call == GROUP else "",
        guest=call != IDENTIFY and _guest(who, properties),
    )


def _guest(who: str, properties: Mapping[str, Any]) -> bool:
    """Whether `distinct_id` names a device: browsers say so, of other programs the look of the id has to tell."""
    if type(identified := properties.get("$is_identified")) is bool:
        return not identified
    if isinstance(device := properties.get("$device_id"), str):
        return device == who
    return properties.get("$process_person_profile") is False or made_up(who)


def _own(properties: Mapping[str, Any], call: str) -> Mapping[str, Any]:
    """What the event says, without who and whose it is, which stand among its properties too."""
    if call == GROUP:
        return mapping(properties.get("$group_set"))
    if call != TRACK:
        return EMPTY
    return {name: value for name, value in properties.items() if name not in ("distinct_id", "token")}


def _time(get: Any, sent: int | None) -> int | None:
    """The time itself, or how many milliseconds before sending it was."""
    written = moments.written(get("timestamp"))
    offset = get("offset")
    if written is None and sent is not None and type(offset) is int and 0 <= offset < 30 * moments.DAY_MS:
        return sent - offset
    return written


def _sent(body: Mapping[str, Any]) -> int | None:
    try:
        return moments.written(body.get("sent_at"))
    except Refused:
        return None
