"""What does an SDK say, whatever its wire format? The readers in `wire` turn bodies into these plain tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

TRACK, PAGE, SCREEN, IDENTIFY, GROUP, ALIAS = "track", "page", "screen", "identify", "group", "alias"
PROFILE, ITEM = "profile", "item"
CALLS = frozenset({TRACK, PAGE, SCREEN, IDENTIFY, GROUP, ALIAS})
EMPTY: Mapping[str, Any] = {}


class Refused(Exception):
    """An event, or a whole body, that is not taken in. `reason` is a slug of `reasons.REASONS`."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name


class Said(NamedTuple):
    """One event as an SDK said it.

    `id` is the SDK's own (messageId, uuid, `_track_id`), empty where it gives none. `user` is a known account's id,
    `anonymous` a device's or visitor's, `previous` what an alias calls the account by another id; empty where absent.
    `time` is the raw client time and `sent` when the device says that it sent it, ms since 1970 UTC, None where absent.
    `mark` tells events without an `id` apart, beside all that they say.
    `guest`: what stands as `user` is in truth a device's id, since some formats have one field for both.
    `traits` are facts about the account, by how they change it: `set`, `set_once`, `unset`.
    """

    call: str
    name: str
    id: str
    user: str = ""
    anonymous: str = ""
    previous: str = ""
    time: int | None = None
    sent: int | None = None
    properties: Mapping[str, Any] = EMPTY
    traits: Mapping[str, Any] = EMPTY
    group: str = ""
    mark: str = ""
    guest: bool = False
