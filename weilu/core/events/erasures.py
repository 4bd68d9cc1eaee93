"""Who has been erased? A list outside the databases and their backups, so that a restore does not bring anybody back.

HOME/erasures.jsonl: the first line holds a random salt, every other a salted hash of platform and outside id, what was
done and when. It names nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.apps import apps
from django.conf import settings

from weilu.core import clock
from weilu.core.directory.models import Identity, Ownership
from weilu.core.directory.withdrawal import ERASED
from weilu.core.events import spool


@dataclass(frozen=True, slots=True)
class Personal:
    """What a room keeps that may name or quote a member, beside the log and the directory, and how it forgets one.

    `fields` are `model label.field`, `files` patterns below the home folder. `forget` is given an identity, while the
    directory still knows who it was, and removes what names its owner; safe to run twice.
    """

    room: str
    fields: tuple[str, ...]
    forget: Callable[[int], None]
    files: tuple[str, ...] = ()


_rooms: tuple[Personal, ...] = ()


def register(rooms: Iterable[Personal]) -> None:
    """Called once from `app.registry`: every room that keeps personal fields declares them."""
    global _rooms
    _rooms = tuple(rooms)


def registered() -> tuple[Personal, ...]:
    return _rooms


def tables() -> list[str]:
    """Database tables of the fields that rooms have declared."""
    models = {field.rpartition(".")[0] for room in _rooms for field in room.fields}
    return sorted(apps.get_model(label)._meta.db_table for label in models)


def forget(identity: int) -> None:
    """Let every room forget; before the directory does, which is asked who it was."""
    for room in _rooms:
        room.forget(identity)


def note(identity: int, what: str) -> None:
    """Write down, synced, that this account is erased; before the erasure itself."""
    found = Identity.objects.filter(pk=identity).first()
    if found is None or found.outside.startswith(ERASED):
        return
    line = {"who": _hash(_salt(), found.platform, found.outside), "what": what, "at": clock.now().isoformat()}
    _append(orjson.dumps(line) + b"\n")


def undone() -> list[tuple[int, str]]:
    """(identity, what) of accounts that stand in the directory though they were erased after they came in.

    An account that came back later has been minted after its erasure; it is a new one and stays.
    """
    listed = _listed()
    if not listed.who:
        return []
    found = []
    for identity in Identity.objects.exclude(outside__startswith=ERASED).iterator():
        at, what = listed.who.get(_hash(listed.salt, identity.platform, identity.outside), (None, ""))
        if at is not None and _minted(identity) <= at:
            found.append((identity.pk, what))
    return found


def moments(accounts: Iterable[tuple[str, str]]) -> dict[int, int]:
    """By its place in `accounts` (platform, outside id): until when, in ms, somebody has been erased."""
    listed = _listed()
    if not listed.who:
        return {}
    found = {}
    for place, (platform, outside) in enumerate(accounts):
        at, _ = listed.who.get(_hash(listed.salt, platform, outside), (None, ""))
        if at is not None:
            found[place] = clock.to_ms(at)
    return found


@dataclass(frozen=True, slots=True)
class _List:
    salt: str
    who: dict[str, tuple[dt.datetime, str]]
    """Hash → last erased when, and what was done."""


_read: dict[tuple[str, int, int], _List] = {}
"""The list as it stood at this size and moment: it is asked for each frame of an import."""


def _listed() -> _List:
    try:
        state = _path().stat()
    except FileNotFoundError:
        return _List("", {})
    version = (str(_path()), state.st_size, state.st_mtime_ns)
    if version not in _read:
        _read.clear()
        salt, *lines = [
            orjson.loads(line) for line in _path().read_bytes().splitlines() if line.endswith(b"}")
        ]
        who = {line["who"]: (dt.datetime.fromisoformat(line["at"]), line["what"]) for line in lines}
        _read[version] = _List(salt["salt"], who)
    return _read[version]


def _minted(identity: Identity) -> dt.datetime:
    return Ownership.objects.filter(identity=identity).earliest("id").at


def _hash(salt: str, platform: str, outside: str) -> str:
    named = f"{platform}\x1f{outside}".encode()
    return hashlib.blake2b(named, key=bytes.fromhex(salt), digest_size=24).hexdigest()


def _salt() -> str:
    path = _path()
    if not path.exists():
        _append(orjson.dumps({"salt": secrets.token_hex(32)}) + b"\n")
        spool.sync_folder(path.parent)
    with path.open("rb") as file:
        return str(orjson.loads(file.readline())["salt"])


def _append(line: bytes) -> None:
    with _path().open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _path() -> Path:
    path: Path = settings.HOME / "erasures.jsonl"
    return path
