"""What does that come to as an event of the log? Turns what an SDK said into what the intake takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from weilu.connectors.tracking.contract import ALIAS, IDENTIFY, ITEM, PROFILE, Refused, Said
from weilu.connectors.tracking.rules import amounts, moments, names, words
from weilu.core.directory.joining import made_up
from weilu.core.events.incoming import Actor, Incoming, Place
from weilu.core.events.keys import object_id, sdk_key

MOST_BYTES = 32 * 1024
ORDERS = frozenset({names.ORDER_PAID, names.ORDER_CANCELLED})
NAME_TRAITS = ("name", "$name", "nickname", "nick_name", "username", "display_name")


@dataclass(frozen=True, slots=True)
class Origin:
    """The source as it stands in events: `code` is the platform of its accounts, `place` its community."""

    code: str
    place: Place
    declared: frozenset[str] = frozenset()


@dataclass(slots=True)
class Ordinals:
    """Counts equal events without an id within one request, so that two clicks in a moment stay two."""

    seen: dict[bytes, int] = field(default_factory=dict)

    def next(self, digest: bytes) -> int:
        number = self.seen.get(digest, 0)
        self.seen[digest] = number + 1
        return number


def built(said: Said, origin: Origin, arrived: int, ordinals: Ordinals) -> Incoming:
    """The event. `arrived` is in ms since 1970 UTC. Raises Refused."""
    call, _, own, user, anonymous, previous, time, sent, properties, traits, group, _, guest = said
    kind = names.kind_of(call, said.name)
    code = origin.code
    if not (user or anonymous):
        raise Refused("nobody", said.name)
    row, private = words.split(properties, origin.declared)
    value = amounts.value_of(properties, order=kind in ORDERS) if properties else None
    if value is not None:
        row.pop("value", None)
        private.pop("value", None)
    if traits:
        private |= {f"${change}": _dumped(what) for change, what in traits.items()}
    if group:
        private["group"] = group
    if private and sum(map(len, private.values())) > MOST_BYTES:
        raise Refused("event_too_large", said.name)
    about = object_id(code, "group", group) if group else object_id(code, "item", user) if call == ITEM else 0
    if call == ITEM:
        private["item"] = user
    target = previous or (anonymous if call in (IDENTIFY, ALIAS) and anonymous != user else "")
    raw = arrived if time is None else time
    return Incoming(
        sdk_key(raw, f"{code}\x1f{own}", timed=time is not None)
        if own
        else _own_key(said, code, raw, ordinals),
        kind,
        moments.happened(time, sent, arrived),
        code,
        None
        if call == ITEM
        else Actor(code, user or anonymous, _name(traits) if traits else "", anonymous=guest or not user),
        origin.place,
        None,
        0,
        about,
        Actor(code, target, anonymous=call == IDENTIFY or made_up(target)) if user and target else None,
        (),
        value,
        row or None,
        "",
        private or None,
    )


def link(code: str, place: Place, user: str, anonymous: str, happened: int) -> Incoming:
    """An event carried both a known and an anonymous id: said once for each pair, and again for an earlier moment."""
    return Incoming(
        sdk_key(happened, f"{code}\x1flink\x1f{user}\x1f{anonymous}\x1f{happened}"),
        names.USER_LINKED,
        happened,
        code,
        Actor(code, user),
        place,
        target=Actor(code, anonymous, anonymous=True),
    )


def pairs(said: Said) -> Iterator[tuple[str, str]]:
    """(user, anonymous) where an event other than identify carries both."""
    if said.user and said.anonymous and said.call not in (IDENTIFY, ALIAS, PROFILE, ITEM):
        yield said.user, said.anonymous


def _own_key(said: Said, code: str, raw: int, ordinals: Ordinals) -> bytes:
    """For an event without an id: what it says, when, and the how-manieth of its like in the request it is."""
    content = _dumped([*said[:2], *said[3:6], said.properties, said.traits, said.group, said.mark])
    text = f"{code}\x1fcontent\x1f{raw}\x1f{content}"
    number = ordinals.next(sdk_key(raw, text))
    return sdk_key(raw, f"{text}\x1f{number}")


def _dumped(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        raise Refused("too_deep") from None


def _name(traits: Mapping[str, Any]) -> str:
    said = traits.get("set") or traits.get("set_once") or {}
    for trait in NAME_TRAITS:
        if isinstance(found := said.get(trait), str) and found.strip():
            return found.strip()
    parts = [said.get(one) for one in ("firstName", "lastName", "first_name", "last_name")]
    return " ".join(part for part in parts if isinstance(part, str) and part)
