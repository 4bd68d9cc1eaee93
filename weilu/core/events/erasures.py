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
from pathlib import Path

import orjson
from django.conf import settings

from weilu.core import clock
from weilu.core.directory.models import Identity, Ownership
from weilu.core.directory.withdrawal import ERASED
from weilu.core.events import spool

Forget = Callable[[int], None]
"""Given an identity, remove what names its owner in one's own tables and files; safe to run twice."""

_forgets: tuple[Forget, ...] = ()


def register(forgets: Iterable[Forget]) -> None:
    """Called once from `app.registry`: every room that keeps personal fields adds how it forgets them."""
    global _forgets
    _forgets = tuple(forgets)


def forget(identity: int) -> None:
    """Let every room forget; before the directory does, which is asked who it was."""
    for one in _forgets:
        one(identity)


def note(identity: int, what: str) -> None:
    """Write down, synced, that this account is erased; before the erasure itself."""
    found = Identity.objects.filter(pk=identity).first()
    if found is None or found.outside.startswith(ERASED):
        return
    line = {"who": _hash(_salt(), found), "what": what, "at": clock.now().isoformat()}
    _append(orjson.dumps(line) + b"\n")


def undone() -> list[tuple[int, str]]:
    """(identity, what) of accounts that stand in the directory though they were erased after they came in.

    An account that came back later has been minted after its erasure; it is a new one and stays.
    """
    if not _path().exists():
        return []
    salt, *lines = [orjson.loads(line) for line in _path().read_bytes().splitlines() if line.endswith(b"}")]
    erased = {line["who"]: (dt.datetime.fromisoformat(line["at"]), line["what"]) for line in lines}
    found = []
    for identity in Identity.objects.exclude(outside__startswith=ERASED).iterator():
        at, what = erased.get(_hash(salt["salt"], identity), (None, ""))
        if at is not None and _minted(identity) <= at:
            found.append((identity.pk, what))
    return found


def _minted(identity: Identity) -> dt.datetime:
    return Ownership.objects.filter(identity=identity).earliest("id").at


def _hash(salt: str, identity: Identity) -> str:
    named = f"{identity.platform}\x1f{identity.outside}".encode()
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
