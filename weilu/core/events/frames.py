"""How do events travel from the intake to the sequencer? In frames of one batch, each account and place named once.

A frame is: count (4 bytes), the keys (22 bytes each), then JSON. Naming each account once keeps the sequencer's work
per event small: it looks up the accounts of a frame, then only counts on fingers.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from weilu.core.events import kinds
from weilu.core.events.incoming import SIMULATED, Actor, Incoming, Place
from weilu.core.events.keys import KEY_BYTES, SDK

NOBODY = -1
"""Index of a missing account or place."""
LONGEST = 255
BIGGEST = 2**63
_COUNT = struct.Struct(">I")


class Header(NamedTuple):
    """`arrived` is when we got it (ms). `released` means that an operator let it through though its clock is off."""

    batch: int
    live: bool
    arrived: int
    released: bool = False


class Frame(NamedTuple):
    """A frame opened. Accounts are [platform, outside, name, bot, last seen], a True behind them where they are anonymous; communities [platform, outside, name,
    last seen]; rooms [index of community, outside, name, last seen]; rows are in the order of `_row`."""

    header: Header
    keys: list[bytes]
    actors: list[list[Any]]
    communities: list[list[Any]]
    rooms: list[list[Any]]
    rows: list[list[Any]]


def encode(events: Sequence[Incoming], header: Header) -> bytes:
    """One frame. Raises ValueError where an event breaks its contract: an error of ours, found before it is stored."""
    try:
        return _encode(events, header)
    except (orjson.JSONEncodeError, UnicodeEncodeError):
        return _encode([_printable(event) for event in events], header)


def sighting(actors: Sequence[Actor], header: Header) -> bytes:
    """A frame without events: only that these accounts were seen, at a moment before all others."""
    return _packed(
        [], header, [[_short(p, 32), outside_id(o), _name(n), bot, 0] for p, o, n, bot, _ in actors]
    )


def decode(payload: bytes) -> Frame:
    count = _COUNT.unpack_from(payload)[0]
    start = _COUNT.size + count * KEY_BYTES
    keys = [payload[at : at + KEY_BYTES] for at in range(_COUNT.size, start, KEY_BYTES)]
    header, *parts = orjson.loads(memoryview(payload)[start:])
    return Frame(Header(*header), keys, *parts)


def pick(frame: Frame, index: int) -> Incoming:
    """One event of a frame as it came in."""
    (
        kind,
        version,
        happened,
        source,
        actor,
        community,
        room,
        subject,
        about,
        target,
        mentions,
        value,
        *rest,
    ) = frame.rows[index]
    properties, text, private = rest

    def person(at: int) -> Actor | None:
        return _actor(frame.actors[at]) if at != NOBODY else None

    place = Place(*frame.communities[community][:3]) if community != NOBODY else None
    inside = Place(place.platform if place else "", *frame.rooms[room][1:3]) if room != NOBODY else None
    return Incoming(
        frame.keys[index], kind, happened, source, person(actor), place, inside, subject, about, person(target),
        tuple(_actor(frame.actors[at]) for at in mentions), value,
        orjson.loads(properties) if properties else None, text, orjson.loads(private) if private else None, version,
    )  # fmt: skip


def anonymous(account: Sequence[Any]) -> bool:
    """Whether an account of a frame is said to be anonymous."""
    return len(account) > 5


def simulated(frame: Frame) -> bool:
    """Whether nobody lived what stands in it. A frame is of one batch, and such a batch of one source."""
    return bool(frame.rows) and frame.rows[0][3] == SIMULATED


def _actor(account: Sequence[Any]) -> Actor:
    platform, outside, name, bot = account[:4]
    return Actor(platform, outside, name, bot, anonymous(account))


class _Names:
    """Accounts or places of a frame: each once, with the last moment it was seen."""

    def __init__(self) -> None:
        self.index: dict[Any, int] = {}
        self.seen: list[int] = []

    def at(self, name: Any, happened: int) -> int:
        found = self.index.get(name)
        if found is None:
            found = self.index[name] = len(self.seen)
            self.seen.append(happened)
        elif self.seen[found] < happened:
            self.seen[found] = happened
        return found


def _encode(events: Sequence[Incoming], header: Header) -> bytes:
    actors, communities, rooms = _Names(), _Names(), _Names()
    rows = [_row(event, actors, communities, rooms) for event in events]
    people = [
        [_short(p, 32), outside_id(o), _name(n), bool(b), seen, *(a * [True])]
        for (p, o, n, b, a), seen in zip(actors.index, actors.seen, strict=True)
    ]
    places = [
        [
            [_short(p, 32), outside_id(o), _name(n), seen]
            for (p, o, n), seen in zip(communities.index, communities.seen, strict=True)
        ],
        [[c, outside_id(o), _name(n), seen] for (c, o, n), seen in zip(rooms.index, rooms.seen, strict=True)],
    ]
    return _packed([event.key for event in events], header, people, *places, rows)


def _packed(keys: Sequence[bytes], header: Header, people: list[list[Any]], *rest: list[Any]) -> bytes:
    body = [tuple(header), people, *(rest or ([], [], []))]
    return b"".join((_COUNT.pack(len(keys)), *keys, orjson.dumps(body)))


def _row(event: Incoming, actors: _Names, communities: _Names, rooms: _Names) -> tuple[Any, ...]:
    (key, kind, happened, source, actor, community, room, subject, about, target, mentions, value, properties, text,
     private, version) = event  # fmt: skip
    if len(key) != KEY_BYTES or not (kinds.find(kind) or (key[4:6] == SDK and kinds.may_be_own(kind))):
        raise ValueError(f"event of kind {kind!r}: unknown kind, or key not of {KEY_BYTES} bytes")
    if value is not None and not -BIGGEST <= value < BIGGEST:
        raise ValueError(f"value of {kind} does not fit into 64 bits")
    at = communities.at(community, happened) if community is not None else NOBODY
    if room is not None and at == NOBODY:
        raise ValueError(f"event of kind {kind!r} names a room without its community")
    return (
        kind,
        version,
        happened,
        source,
        actors.at(actor, happened) if actor is not None else NOBODY,
        at,
        rooms.at((at, room.outside, room.name), happened) if room is not None else NOBODY,
        subject,
        about,
        actors.at(target, happened) if target is not None else NOBODY,
        [actors.at(mentioned, happened) for mentioned in mentions],
        value,
        orjson.dumps(properties, option=orjson.OPT_SORT_KEYS).decode() if properties else "",
        text.replace("\x00", "") if "\x00" in text else text,
        orjson.dumps(private).decode() if private else "",
    )


def outside_id(text: str) -> str:
    """An outside id that fits its column; a longer one keeps its beginning and a hash of the whole."""
    text = text.replace("\x00", "")
    if len(text) <= LONGEST:
        return text
    return text[:190] + "~" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _name(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


def _short(platform: str, longest: int) -> str:
    if len(platform) > longest:
        raise ValueError(f"platform name longer than {longest} characters")
    return platform


def _printable(value: Any) -> Any:
    """The same value with lone halves of surrogate pairs replaced: exports cut in the middle of an emoji hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, Incoming | Actor | Place):
        return type(value)(*(_printable(item) for item in value))
    if isinstance(value, tuple):
        return tuple(_printable(item) for item in value)
    return value
